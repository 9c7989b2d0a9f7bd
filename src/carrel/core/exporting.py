"""A conversation as one page that needs nothing else, with what looks like a secret taken out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from carrel.core.messages import Answer, ApprovalCard, File, Menu, Notice, Outbound, PlanCard
from carrel.core.view import FAR_FUTURE

REDACTED = "[secret]"

_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:sk|pk|rk)-[\w-]{16,}"
    r"|\bgh[a-z]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"
    r"|\bxox[a-z]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{30,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"
    r"|\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"
    r"|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)",
    re.DOTALL | re.ASCII,
)
"""Keys and tokens by the forms that their makers gave them, and logins within addresses."""

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;"
    "background:Canvas;color:CanvasText;color-scheme:light dark}"
    "article{border-left:3px solid #8886;padding:.2rem .9rem;margin:1rem 0}"
    ".said{border-color:#47c}.answer{border-color:#484}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.2rem 0}"
    "small{opacity:.7}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of a conversation. `at` in unix seconds."""

    kind: str
    who: str
    text: str
    at: float


def line_of(outbound: Outbound, at: float) -> Line | None:
    """What Carrel or its agent said; None for what is gone, or shows only how things stand."""
    match outbound.body:
        case Answer(text=text, footer=footer):
            return Line("answer", "agent", f"{text}\n\n{footer}".rstrip(), at)
        case Notice(text=text) | Menu(text=text):
            return Line("notice", "Carrel", text, at)
        case ApprovalCard(title=title, detail=detail, state=state, by=by):
            return Line("asked", f"agent asked, {state} {by}".rstrip(), f"{title}\n{detail}", at)
        case PlanCard(plan=plan, state=state, by=by):
            return Line("asked", f"agent planned, {state} {by}".rstrip(), plan, at)
        case File(name=name, caption=caption):
            return Line("file", "agent", f"[file {name}] {caption}".rstrip(), at)
        case _:
            return None


def redacted(text: str) -> str:
    """The same text without what has the form of a key, a token, or a login in an address."""
    return _SECRET.sub(REDACTED, text)


def page(title: str, lines: Iterable[Line]) -> str:
    """The whole page. Nothing in it is fetched from anywhere, and nothing in it runs."""
    said = "\n".join(map(_article, lines)) or "<p>Nothing was said.</p>"
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n{said}\n</body></html>\n"
    )


def _article(line: Line) -> str:
    at = datetime.fromtimestamp(min(max(line.at, 0.0), FAR_FUTURE), UTC)
    head = f"{escape(line.who)} · {at:%d %b %Y, %H:%M} UTC"
    return (
        f'<article class="{escape(line.kind)}"><small>{head}</small>'
        f"<pre>{escape(redacted(line.text))}</pre></article>"
    )

"""Every "no" of the console: a status, and one sentence where the person can read it."""

from __future__ import annotations

import errno
from html import escape

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from carrel.core.errors import ConfigError, Full, Refused, Unavailable
from carrel.platforms.console import TooLarge

_POLICY = (
    "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer, refusals by a broken page included."""

UNKNOWN = 401
TOO_LARGE = 413
_WORDS = {
    404: "There is nothing at this address.",
    405: "This address does not take that kind of request.",
}


class BodyTooLarge(TooLarge):
    """The request as a whole is over what all caps together allow."""


def plain(error: Exception) -> tuple[int, str]:
    """The status and the sentence for an error that a request may meet."""
    match error:
        case TooLarge():
            return TOO_LARGE, str(error)
        case Refused():
            return 400, str(error)
        case ConfigError():
            return 409, str(error)
        case Full():
            return 507, str(error)
        case Unavailable():
            return 503, str(error)
        case HTTPException(status_code=status, detail=detail):
            return status, _WORDS.get(status, str(detail))
        case OSError(errno=errno.ENOSPC):
            return 507, "The disk is full, so nothing was taken; make room and send again."
        case _:
            return 500, "Something went wrong in the console; the gateway's log says what."


def page(env: Environment, request: Request, status: int, sentence: str) -> Response:
    """The refusal: a line for the page that asked by script, else a page of its own."""
    if "hx-request" in request.headers:
        return HTMLResponse(f"<p>{escape(sentence)}</p>", status, HEADERS)
    html = env.get_template("plain.html").render(
        heading=_heading(status), sentence=sentence, back=status != UNKNOWN
    )
    return HTMLResponse(html, status, HEADERS)


def json(status: int, sentence: str) -> Response:
    """The refusal for a program."""
    return JSONResponse({"error": sentence}, status)


def _heading(status: int) -> str:
    return {UNKNOWN: "The door is closed", 404: "No such page"}.get(status, "That did not work")

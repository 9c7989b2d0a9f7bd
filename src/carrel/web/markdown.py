"""Answers as HTML: Markdown without raw HTML, without outside images, and with safe links only."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup

_Env = MutableMapping[str, Any]
_OUTSIDE = frozenset({"http", "https", "mailto"})
_LINK = 'target="_blank" rel="noopener noreferrer nofollow"'
_NAMES = (
    "bash c c++ clojure console cpp cs csharp css dart diff docker dockerfile elixir go graphql "
    "haskell html ini java javascript jinja js json jsx julia kotlin less lua make makefile nginx "
    "perl php powershell proto protobuf pycon py pytb python r rb rs ruby rust sass scala scss sh "
    "shell sql swift toml ts tsx typescript xml yaml yml zig zsh"
)
COLOURED = frozenset(_NAMES.split())
"""The languages that are coloured.

Of the hundreds that the library knows, some take many seconds for code that is made for it, and
some (Markdown) hand what is inside on to any other.
"""
_MOST_COLOURED = 2_000
"""Characters of code that one render colours; blocks over what is left of it stay plain.

Many a lexer takes time with the square of the length, on code that is made for it.
"""
MOST_DIFF = 20_000
"""Characters of a diff that may be coloured: its lexer goes line by line."""


class _Renderer(RendererHTML):
    """The few elements that the library would write otherwise."""

    def link_open(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: _Env) -> str:
        href = str(tokens[idx].attrGet("href") or "")
        env["outside"] = _leads_outside(href)
        if env["outside"]:
            return f'<a href="{escape(href)}" {_LINK}>'
        return f'<span class="ref" title="{escape(href)}">'

    def link_close(
        self, _tokens: Sequence[Token], _idx: int, _options: OptionsDict, env: _Env
    ) -> str:
        return "</a>" if env["outside"] else "</span>"

    def image(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: _Env) -> str:
        token = tokens[idx]
        source = str(token.attrGet("src") or "")
        words = escape(token.content or source)
        if _leads_outside(source):
            return f'<a class="picture" href="{escape(source)}" {_LINK}>{words}</a>'
        return f'<span class="ref" title="{escape(source)}">{words}</span>'

    def fence(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: _Env) -> str:
        code, language = tokens[idx].content, tokens[idx].info.strip().split(" ")[0][:30]
        left = env.get("colour", _MOST_COLOURED)
        if language.lower() in COLOURED and len(code) <= left:
            env["colour"] = left - len(code)
        return code_block(code, language, most=left)

    def code_block(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: _Env
    ) -> str:
        return code_block(tokens[idx].content, "")

    def table_open(
        self, _tokens: Sequence[Token], _idx: int, _options: OptionsDict, _env: _Env
    ) -> str:
        return '<div class="table" tabindex="0"><table>\n'

    def th_open(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: _Env) -> str:
        return f"<th{_alignment(tokens[idx])}>"

    def td_open(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: _Env) -> str:
        return f"<td{_alignment(tokens[idx])}>"

    def table_close(
        self, _tokens: Sequence[Token], _idx: int, _options: OptionsDict, _env: _Env
    ) -> str:
        return "</table></div>\n"


def _alignment(token: Token) -> str:
    """A class, because the policy allows no style in the page."""
    style = str(token.attrGet("style") or "")
    return f' class="{style.rpartition(":")[2]}"' if style else ""


def _leads_outside(href: str) -> bool:
    try:
        return urlsplit(href).scheme.lower() in _OUTSIDE
    except ValueError:
        return False


class Markdown:
    """Renders text that an engine wrote. Safe for threads."""

    def __init__(self) -> None:
        self._parser = MarkdownIt(
            "commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer
        )
        self._parser.enable(["table", "strikethrough"])

    def render(self, text: str) -> Markup:
        """The HTML. Line breaks that the author made stay."""
        # the library escapes every text, and the rules above every attribute
        return Markup(self._parser.render(text))  # noqa: S704 - escaped


def code_block(code: str, language: str, label: str = "", most: int = _MOST_COLOURED) -> str:
    """A framed block with a label and a copy button; what is long scrolls inside.

    Coloured if it has at most `most` characters.
    """
    name = escape(label or language)
    return (
        f'<figure class="code"><figcaption><span>{name or "text"}</span>'
        '<button type="button" data-do="copy">Copy</button></figcaption>'
        f'<pre tabindex="0"><code>{_coloured(code, language, most)}</code></pre></figure>\n'
    )


def _coloured(code: str, language: str, most: int) -> str:
    if language.lower() not in COLOURED or len(code) > most:
        return escape(code)
    # loads only where somebody writes code
    from pygments import highlight  # type: ignore[import-untyped]  # ships no types
    from pygments.formatters.html import HtmlFormatter  # type: ignore[import-untyped]  # as above
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]  # as above

    lexer = get_lexer_by_name(language, stripnl=False)
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True)))

"""What reading Markdown is for every network that has markup of its own."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

CUT = "…"
JOINER = "\u2060"
"""Takes no room, and keeps two signs from being read as one."""

LINKS = ("http://", "https://", "mailto:")
"""How a target begins that people may be led to."""


def sound(text: str) -> str:
    """Without halves of pairs, which cannot be sent, and without NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def blocks(markdown: str) -> list[SyntaxTreeNode]:
    """What `markdown` consists of; no HTML is read in it."""
    return SyntaxTreeNode(_parser().parse(markdown)).children


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough")

"""The documents of the repository, as the tests read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^( *)```([\w-]*)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The path from the root of the repository."""
        return self.path.relative_to(ROOT).as_posix()

    def links(self) -> Iterator[str]:
        """Targets of links and images, outside of code."""
        bare = re.sub(r"`[^`\n]*`", "", FENCE.sub("", self.text))
        yield from LINK.findall(bare)
        yield from re.findall(r'<img [^>]*src="([^"]+)"', bare)

    def blocks(self, language: str) -> Iterator[str]:
        """The fenced blocks in a language."""
        yield from (body for _, kind, body in FENCE.findall(self.text) if kind == language)

    def anchors(self) -> set[str]:
        """What `#…` may point at: the headings, as they are linked."""
        headings = re.findall(r"^#+ (.+)$", FENCE.sub("", self.text), re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in headings}


def pages() -> list[Page]:
    """Every document: those of the root and those below docs/."""
    paths = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    return [Page(path, path.read_text()) for path in paths]


def page(name: str) -> Page:
    """One document by its path."""
    return Page(ROOT / name, (ROOT / name).read_text())

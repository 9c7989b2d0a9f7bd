"""What MkDocs is told beyond mkdocs.yml: the order of the pages, and those outside of docs."""
# ruff: noqa: INP001 - a script, no part of a package

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
AT_THE_ROOT = ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
SECTION = re.compile(r"^\*\*(.+?)\*\*")
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+\.md)\)")
UPWARDS = re.compile(r"\]\((?:\.\./)+(?=[A-Z]+\.md)")
DOWNWARDS = re.compile(r"\]\(docs/")


def contents(index: str) -> list[dict[str, Any]]:
    """The sections of docs/README.md, each with its pages by title."""
    nav: list[dict[str, Any]] = []
    for line in index.splitlines():
        if section := SECTION.match(line):
            nav.append({section[1]: []})
        if link := LINK.search(line):
            (pages,) = nav[-1].values()
            pages.append({link[1]: link[2]})
    return nav


def on_config(config: Any) -> Any:
    """The order of the pages is that of the page that lists them."""
    listed = contents((ROOT / "docs" / "README.md").read_text())
    about = {"About": list(AT_THE_ROOT)}
    config.nav = [{"Carrel": "README.md"}, *listed, about]
    return config


def on_files(files: Any, config: Any) -> Any:
    """The pages at the root of the repository belong to the site."""
    from mkdocs.structure.files import File

    for name in AT_THE_ROOT:
        text = DOWNWARDS.sub("](", (ROOT / name).read_text())
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """From every folder of the documents the root is one step up."""
    return UPWARDS.sub("](../", markdown)

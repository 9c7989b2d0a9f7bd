"""Every link leads somewhere, every picture is there, and every page can be found."""

from __future__ import annotations

import re

from pages import ROOT, Page, page, pages

FOLDERS = ("tutorial", "how-to", "reference", "explanation", "decisions")
ELSEWHERE = re.compile(r"[a-z]+:")


def dead_links(one: Page) -> list[str]:
    """Links of a page to files or headings that are not there."""
    return [
        f"{one.name}: {target}"
        for target in one.links()
        if not ELSEWHERE.match(target) and not leads_somewhere(one, target)
    ]


def leads_somewhere(one: Page, target: str) -> bool:
    name, _, anchor = target.partition("#")
    path = (one.path.parent / name).resolve()
    if not path.exists():
        return False
    if not anchor:
        return True
    there = Page(path, path.read_text()) if name else one
    return anchor in there.anchors()


def test_every_link_leads_somewhere() -> None:
    faults = [fault for one in pages() for fault in dead_links(one)]
    assert not faults, "\n".join(["dead links:", *faults])


def test_every_page_is_listed() -> None:
    listed = {(ROOT / "docs" / target).resolve() for target in page("docs/README.md").links()}
    missing = [one.name for folder in FOLDERS for one in pages_of(folder) if one.path not in listed]
    assert not missing, f"docs/README.md does not list: {', '.join(missing)}"


def pages_of(folder: str) -> list[Page]:
    found = [one for one in pages() if one.path.is_relative_to(ROOT / "docs" / folder)]
    assert found, f"docs/{folder} is empty"
    return found


def test_a_dead_link_is_found() -> None:
    here = Page(ROOT / "README.md", "[a](gone.md) ![b](docs/gone.png) [c](#nowhere) `[d](x.md)`")
    assert len(dead_links(here)) == 3
    assert not dead_links(Page(ROOT / "README.md", "# A b\n[a](#a-b) [b](https://x.example)"))

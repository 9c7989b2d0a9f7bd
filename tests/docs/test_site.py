"""The documents as a site: every page is listed, in the order of docs/README.md."""

from __future__ import annotations

import importlib.util

from pages import ROOT

spec = importlib.util.spec_from_file_location("carrel_site", ROOT / "scripts" / "documents.py")
assert spec is not None
assert spec.loader is not None
site = importlib.util.module_from_spec(spec)
spec.loader.exec_module(site)


def listed() -> list[str]:
    nav = site.contents((ROOT / "docs/README.md").read_text())
    return [
        path
        for section in nav
        for pages in section.values()
        for one in pages
        for path in one.values()
    ]


def test_every_page_is_listed_once() -> None:
    there = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert sorted(listed()) == sorted(there - {"README.md"})


def test_sections_and_titles_are_those_of_the_list() -> None:
    told = "# X\n\n**Learn**: [One](a/one.md), short.\n\n**Do**\n\n* [Two](b/two.md): more\n"
    assert site.contents(told) == [{"Learn": [{"One": "a/one.md"}]}, {"Do": [{"Two": "b/two.md"}]}]


def test_links_to_the_root_of_the_repository_stay_within_the_site() -> None:
    assert site.on_page_markdown("see [x](../../SECURITY.md)") == "see [x](../SECURITY.md)"
    assert site.on_page_markdown("see [x](../how-to/log-in.md)") == "see [x](../how-to/log-in.md)"

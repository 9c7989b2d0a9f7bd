"""The reference says what the code says: every setting, every command, every word."""

from __future__ import annotations

import importlib
import re

import reference
from pages import Page, page, pages

MADE = {
    "docs/reference/settings.md": {"settings"},
    "docs/reference/commands.md": {"command_line", "chat_commands"},
    "docs/reference/jobs.md": {"job_keys"},
}
NOUNS = ("model", "messages", "commands", "events", "effects", "jobs", "schedules")
PORTS = ("platform", "engine", "store", "workspace")


def stale(one: Page) -> bool:
    """Whether a made table is not what the code makes of it now."""
    return reference.renewed(one.text) != one.text


def test_the_tables_are_there() -> None:
    for name, kinds in MADE.items():
        assert set(re.findall(r"<!-- made: (\w+) -->", page(name).text)) == kinds, name


def test_the_tables_say_what_the_code_says() -> None:
    old = [one.name for one in pages() if stale(one)]
    assert not old, f"run `make reference`: {', '.join(old)} differs from the code"


def test_a_stale_table_is_found() -> None:
    text = "<!-- made: chat_commands -->\n| `/dance` | member | Dance. |\n<!-- end -->"
    assert stale(Page(page("README.md").path, text))
    assert "/stop" in reference.renewed(text)


def test_everything_has_a_sentence() -> None:
    made = "\n".join(reference.renewed(page(name).text) for name in MADE)
    silent = re.findall(r"^\| `.*\|\s*\|$", made, re.MULTILINE)
    assert not silent, "\n".join(["no description:", *silent])


def test_every_word_of_the_glossary_names_something() -> None:
    modules = [f"carrel.core.{name}" for name in NOUNS] + [f"carrel.ports.{name}" for name in PORTS]
    names = {name for module in modules for name in vars(importlib.import_module(module))}
    words = re.findall(r"^\| \*\*(\w+)\*\*", page("docs/reference/words.md").text, re.MULTILINE)
    assert set(words) - names == {"Gateway", "Host", "Home"}, "words without a thing, or too many"

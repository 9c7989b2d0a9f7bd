"""Names that strangers chose, as names of files and folders."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carrel.core.model import SessionKey
from carrel.core.names import folder_name, safe_file_name

ANY = st.builds("".join, st.lists(st.text(st.characters(exclude_categories=[]), max_size=40)))


@given(ANY)
@example("../" * 100)
@example("." * 300)
@example("a" * 255 + ".txt")
@example("漢" * 120 + ".pdf")
@example("x." + "y" * 300)
@example(". .x")
@example("\ud800")
def test_a_safe_name_is_one_plain_name(name: str) -> None:
    """spec: 8.5"""
    safe = safe_file_name(name)
    assert safe
    assert safe not in (".", "..")
    assert not re.search(r'[/\\\0<>:"|?*\x00-\x1f]', safe)
    assert not safe.startswith((".", " "))
    assert not safe.endswith(" ")
    assert safe.isprintable()
    assert len(safe.encode()) <= 120


@given(ANY)
@example("x" * 119 + " y")
def test_a_safe_name_stays_as_it_is(name: str) -> None:
    assert safe_file_name(safe_file_name(name)) == safe_file_name(name)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Übersicht 2024.xlsx", "Übersicht 2024.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\a.txt", "a.txt"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("", "file"),
        ("a/", "file"),
        ("a\nb.txt", "a_b.txt"),
        ("evil\u202egnp.exe", "evil_gnp.exe"),
        ("a:b?.txt", "a_b_.txt"),
    ],
)
def test_safe_names_by_example(name: str, safe: str) -> None:
    assert safe_file_name(name) == safe


def test_a_long_name_keeps_its_ending() -> None:
    safe = safe_file_name("é" * 200 + ".tar.gz")
    assert safe.endswith(".gz")
    assert len(safe.encode()) in (119, 120)
    assert safe_file_name("x" * 200 + "." + "y" * 100) == "x" * 120


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_folder_has_a_short_plain_name(key: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,32}-[0-9a-f]{20}", folder_name(SessionKey(key)))


def test_a_folder_can_be_recognised() -> None:
    assert folder_name(SessionKey("discord:123:456")).startswith("discord-123-456-")
    assert folder_name(SessionKey("漢")).startswith("session-")
    assert folder_name(SessionKey("a")) != folder_name(SessionKey("A"))

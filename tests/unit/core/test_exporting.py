"""A conversation as a page. spec: 16.10"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.sessions import PLACE

from carrel.core.exporting import REDACTED, Line, line_of, page, redacted
from carrel.core.messages import (
    Answer,
    ApprovalCard,
    Body,
    File,
    Gone,
    Menu,
    Notice,
    Outbound,
    PlanCard,
    Progress,
)
from carrel.core.model import TurnId

KEY = "sk-" + "ant-api03-" + "x" * 30


@pytest.mark.parametrize(
    "secret",
    [
        KEY,
        "gh" + "p_" + "a1" * 18,
        "github" + "_pat_" + "a1_" * 12,
        "glp" + "at-" + "a1" * 10,
        "xo" + "xb-123456789012-abc",
        "AKI" + "A" + "A1B2" * 4,
        "AIz" + "a" + "a1" * 16,
        "eyJ" + "hbGciOiJI.eyJ" + "zdWIiOiIx.c2lnbmF0dXJl",
        "M" * 24 + "." + "G" * 6 + "." + "x" * 38,
        "-----BEGIN " + "PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----",
        "-----BEGIN " + "RSA PRIVATE KEY-----\nabc, and it was cut",
    ],
)
def test_what_has_the_form_of_a_secret_is_taken_out(secret: str) -> None:
    assert redacted(f"before {secret}") == f"before {REDACTED}"


def test_a_login_in_an_address_is_taken_out_and_plain_words_stay() -> None:
    login = "ada:" + "pw"
    assert redacted(f"https://{login}@git.example.org/x") == f"https://{REDACTED}@git.example.org/x"
    for plain in ("sk-learn is a library", "a.b.c", "https://example.org:8080/x@y", "risk-free"):
        assert redacted(plain) == plain


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (Answer("yes", "8 s"), "answer", "yes\n\n8 s"),
        (Notice("hm"), "notice", "hm"),
        (Menu("choose"), "notice", "choose"),
        (ApprovalCard("a", "Bash", "Run", "ls", "/w", "allowed", "Ada"), "asked", "Run\nls"),
        (PlanCard("a", "1. do", "open"), "asked", "1. do"),
        (File("a.txt", "text/plain", 1, "/o/a.txt", "look"), "file", "[file a.txt] look"),
    ],
)
def test_what_was_said_is_a_line(body: Body, kind: str, text: str) -> None:
    line = line_of(Outbound("n", PLACE, body), 1.0)
    assert line is not None
    assert (line.kind, line.text) == (kind, text)


def test_how_things_stood_is_no_line() -> None:
    assert line_of(Outbound("n", PLACE, Progress(TurnId("t"))), 1.0) is None
    assert line_of(Outbound("n", PLACE, Gone()), 1.0) is None


@given(st.text(), st.text(), st.text(), st.floats(allow_nan=False))
def test_nothing_that_was_said_is_markup(title: str, who: str, text: str, at: float) -> None:
    made = page(title, [Line("said", who, text, at)])
    tags = set(re.findall(r"<([a-z!]+)", made))
    known = "!doctype html head meta title style body h article small pre"
    assert tags == {*known.split()}


def test_an_empty_conversation_is_a_page_too() -> None:
    assert "Nothing was said." in page("x", [])

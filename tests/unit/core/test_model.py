"""No two places share an address, a session or a folder, whatever strangers call them.

spec: 6.1
"""

from __future__ import annotations

import unicodedata
from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carrel.core.model import (
    DEFAULT_KEY,
    Conversation,
    MessageId,
    Prompt,
    Turn,
    TurnId,
    conversation_at,
)
from carrel.core.names import folder_name
from carrel.core.routing import Rules, resolve

NASTY = st.sampled_from(
    [
        *("", ":", "%", "%3A", "/", "..", ".", "a", "A", "a:b", "a%3Ab", "default", "~", "$HOME"),
        *("é", "e\u0301", "ß", "ẞ", "SS", "ss", "\u0130", "i", "\u212a", "k", "ﬁ", "fi"),
        *("\0", "\n", " ", "a ", "a.", "CON", "aux", "\u202e"),
        *("x" * 255, "x" * 256, "é" * 127 + "x", "漢" * 85),
    ]
)
PARTS = NASTY | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PLACES = st.builds(Conversation, PARTS, PARTS, st.none() | PARTS)


def identity(place: Conversation) -> tuple[str, str, str | None]:
    return place.platform, place.channel, place.thread


@given(PLACES, PLACES)
@example(Conversation("p", "a:b"), Conversation("p", "a", "b"))
@example(Conversation("p", "a%3Ab"), Conversation("p", "a:b"))
@example(Conversation("p", "a", ""), Conversation("p", "a"))
@example(Conversation("p:a", "b"), Conversation("p", "a", "b"))
@example(Conversation("p", "é"), Conversation("p", "e\u0301"))
@example(Conversation("p", "K"), Conversation("p", "\u212a"))
def test_two_places_share_a_session_and_a_folder_only_if_they_are_one(
    one: Conversation, two: Conversation
) -> None:
    """spec: 6.1"""
    keys = [resolve(place, Rules()).key for place in (one, two)]
    same = identity(one) == identity(two)
    assert (one.address == two.address) == same
    assert (keys[0] == keys[1]) == same
    assert (folder_name(keys[0]) == folder_name(keys[1])) == same


@given(st.lists(PLACES, min_size=2, max_size=12, unique_by=identity))
def test_folders_differ_even_where_case_and_form_do_not_count(places: list[Conversation]) -> None:
    """Some file systems fold case and normalise Unicode. spec: 6.1"""
    folders = [folder_name(resolve(place, Rules()).key) for place in places]
    folded = [unicodedata.normalize("NFKC", folder).casefold() for folder in folders]
    assert all(a != b for a, b in combinations(folded, 2))


@given(PLACES)
def test_no_place_has_the_name_of_the_shared_session(place: Conversation) -> None:
    assert place.address != DEFAULT_KEY
    assert resolve(place, Rules()).key != DEFAULT_KEY


@given(PLACES)
def test_an_address_is_plain_text_without_folders(place: Conversation) -> None:
    assert place.address.isascii()
    assert place.address.isprintable()
    assert "/" not in place.address
    assert " " not in place.address


def test_a_rename_moves_nothing() -> None:
    """What is round a place, and whether it is a direct conversation, are no part of it."""
    place = Conversation("discord", "1", "2")
    moved = Conversation("discord", "1", "2", within=("8", "9"), direct=True)
    assert moved.address == place.address
    assert moved == place


def test_the_places_round_one_come_nearest_first() -> None:
    assert Conversation("discord", "4", within=("3", "2")).addresses == (
        *("discord:4", "discord:3", "discord:2"),
    )
    assert Conversation("telegram", "-1", "7").addresses == ("telegram:-1:7", "telegram:-1")


def test_ordinary_addresses_read_as_people_write_them() -> None:
    assert Conversation("discord", "123").address == "discord:123"
    assert Conversation("telegram", "-100", "7").address == "telegram:-100:7"


def test_a_turn_answers_where_its_first_prompt_was_said() -> None:
    places = [Conversation("fake", "a"), Conversation("fake", "b")]
    prompts = tuple(Prompt(MessageId(p.address), p, "Ada", "x") for p in places)
    assert Turn(TurnId("default#1"), prompts).conversation == places[0]


SOME = PARTS.filter(bool)


@given(st.builds(Conversation, SOME, SOME, st.none() | SOME))
def test_an_address_leads_back_to_its_place(place: Conversation) -> None:
    assert conversation_at(place.address) == place


@pytest.mark.parametrize("text", ["", "discord", "discord:", ":1", "a:b:c:d", "a::b"])
def test_what_is_no_address_is_no_place(text: str) -> None:
    with pytest.raises(ValueError, match="platform:id"):
        conversation_at(text)

"""Servers and their places: what lies round what, and when an id was made."""

from __future__ import annotations

from datetime import UTC, datetime

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.platforms.discord.far_side import (
    ADA,
    CATEGORY,
    CHANNEL,
    ME,
    OTHER_ROLE,
    OWN_ROLE,
    SERVER,
    THREAD,
    atlas,
    channel,
    role,
    server,
)

from carrel.core.model import Conversation
from carrel.platforms.discord.atlas import CATEGORY as KIND_OF_CATEGORY
from carrel.platforms.discord.atlas import (
    SPOKEN_IN,
    THREADS,
    Atlas,
    direct,
    snowflake_at,
    unix_of,
)

IDS = st.integers(min_value=0, max_value=2**63 - 1)


@pytest.mark.parametrize(
    ("place", "within"),
    [
        (channel(), ("50",)),
        (channel(parent_id="40"), ("40", "50")),
        (channel(parent_id=None), ("50",)),
        (channel(parent_id="999"), ("999", "50")),
        (channel(THREAD, 11, parent_id="30"), ("30", "40", "50")),
        (channel(THREAD, 12, parent_id="31"), ("31", "50")),
        (channel(THREAD, 10, parent_id="999"), ("999", "50")),
        (channel(CATEGORY, 4), ("50",)),
    ],
)
def test_round_a_place_lie_its_parent_its_category_and_its_server(place, within):
    """What is not known, or not there, is left out; nobody stumbles over it."""
    known = atlas()
    known.add_place({**channel(31), "guild_id": SERVER})
    found = known.conversation(known.add_place({**place, "guild_id": SERVER}))
    assert (found.platform, found.channel, found.within) == ("discord", place["id"], within)
    assert (found.thread, found.direct) == (None, False)


def test_what_is_round_a_place_changes_no_address():
    """A thread is the same conversation before and after its channel is known."""
    known, stranger = atlas(), Atlas(ME)
    thread = {**channel(THREAD, 11, parent_id="30"), "guild_id": SERVER}
    before = stranger.conversation(stranger.add_place(thread))
    after = known.conversation(known.places[THREAD])
    assert before.within != after.within
    assert (before, before.address) == (after, "discord:20")


def test_messages_are_held_by_what_discord_says_holds_them():
    """discord.py's own names for the numbers."""
    kinds = discord.ChannelType
    threads = {kinds.news_thread, kinds.public_thread, kinds.private_thread}
    channels = {kinds.text, kinds.voice, kinds.news, kinds.stage_voice}
    assert {kind.value for kind in threads} == THREADS
    assert {kind.value for kind in threads | channels} == SPOKEN_IN
    assert kinds.category.value == KIND_OF_CATEGORY


def test_who_made_a_thread_is_kept():
    assert atlas().places[THREAD].owner == ME


def test_a_direct_conversation_lies_in_nothing():
    for number in (60, "60"):
        found = direct(number)
        assert found == Conversation("discord", "60")
        assert (found.direct, found.within) == (True, ())


def test_a_server_told_again_replaces_what_was_known():
    known = atlas()
    known.add_server(server(channels=[channel(31)], threads=[], name="house"))
    assert set(known.places) == {31}
    assert known.servers[SERVER].name == "house"


def test_a_server_in_an_outage_and_a_place_with_nothing_are_read():
    known = Atlas(ME)
    known.add_server({"id": "51", "unavailable": True})
    place = known.add_place({"id": "31", "type": 0})
    assert known.servers[51].name == place.name == ""
    assert (place.parent, place.server, place.newest, place.owner) == (None, 0, 0, 0)
    assert known.conversation(place).within == ()


def test_own_roles_are_those_of_this_bot():
    known = Atlas(ME)
    roles = [role(OWN_ROLE, ME), role(OTHER_ROLE), role(13, ADA), {"id": "14", "tags": None}]
    known.add_server(server(roles=roles))
    assert known.servers[SERVER].own_roles == {OWN_ROLE}


@pytest.mark.parametrize(
    ("known", "told", "newest"),
    [(None, None, 0), (None, "7", 7), ("7", "9", 9), ("9", "7", 9), ("9", None, 9)],
)
def test_the_newest_message_never_grows_older(known, told, newest):
    places = Atlas(ME)
    places.add_place(channel(last_message_id=known))
    assert places.add_place(channel(last_message_id=told)).newest == newest


def test_leaving_a_server_forgets_its_places_and_no_others():
    known = atlas()
    known.add_server(server(id="51", channels=[channel(31)], threads=[]))
    left = known.drop_server(SERVER)
    assert left is not None
    assert left.name == "home"
    assert (set(known.servers), set(known.places)) == ({51}, {31})
    assert known.drop_server(SERVER) is None


def test_a_place_is_forgotten_once():
    known = atlas()
    dropped = known.drop_place(CHANNEL)
    assert dropped is not None
    assert dropped.name == "general"
    assert known.drop_place(CHANNEL) is None


def test_with_a_channel_its_threads_are_forgotten_and_no_others():
    known = atlas()
    other = {**channel(22, 12, parent_id="31"), "guild_id": SERVER}
    known.add_place(other)
    known.drop_place(CHANNEL)
    assert THREAD not in known.places
    assert 22 in known.places


def test_the_threads_are_told_of_all_channels_or_of_one():
    known = atlas()
    for number, parent in ((21, "30"), (22, "31")):
        known.add_place({**channel(number, 12, parent_id=parent), "guild_id": SERVER})
    assert {place.id for place in known.threads()} == {THREAD, 21, 22}
    assert {place.id for place in known.threads(31)} == {22}


def test_the_time_in_an_id_is_as_discord_documents_it():
    made = datetime(2016, 4, 30, 11, 18, 25, 796_000, UTC).timestamp()
    assert unix_of("175928847299117063") == unix_of(175928847299117063) == made


@given(IDS)
def test_nothing_that_was_made_since_a_time_is_passed_over(number: int):
    """The float of the time may cost a millisecond, towards the past."""
    since = snowflake_at(unix_of(number))
    assert since <= number
    assert (number >> 22) - (since >> 22) <= 1


@given(st.floats(min_value=1.5e9, max_value=4e9), st.floats(min_value=0.001, max_value=1e6))
def test_ids_grow_with_time(unix: float, later: float):
    assert snowflake_at(unix) <= snowflake_at(unix + later)
    assert abs(unix_of(snowflake_at(unix)) - unix) <= 0.0011


def test_before_discord_there_was_nothing():
    assert snowflake_at(0.0) == snowflake_at(-1e12) == 0

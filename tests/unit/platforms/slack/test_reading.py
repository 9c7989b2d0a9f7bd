"""Slack's text, as it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.platforms.slack.pressing import typed
from carrel.platforms.slack.reading import is_speech, said
from carrel.platforms.slack.wire import Me
from carrel.testing.slack.people import escaped

ME = Me("U0ME", "B0ME", "carrel", "T1", "Team", frozenset())


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("<@U012> hi", "@Ada hi"),
        ("<@U099|bob> hi", "@bob hi"),
        ("in <#C1|general>", "in #general"),
        ("<!here> <!subteam^S1|@team>", "@here @team"),
        ("<https://x.org|x.org/a> <https://y.org>", "x.org/a (https://x.org) https://y.org"),
        ("<mailto:a@b.c|a@b.c>", "a@b.c"),
    ],
)
def test_tags_are_read(text: str, read: str) -> None:
    assert said(text, {"U012": "Ada"}) == read


@given(st.text())
def test_what_is_typed_is_what_is_read(text: str) -> None:
    assert said(escaped(text), {}) == text


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", "/help"),
        ("new", "/new"),
        ("/new", "/new"),
        ("mode auto", "/mode auto"),
        ("fix the tests", "fix the tests"),
        ("allow a1 always", "/allow a1 always"),
    ],
)
def test_what_follows_the_slash_command_is_a_command_or_a_prompt(text: str, command: str) -> None:
    assert typed(text) == command


@pytest.mark.parametrize(
    ("message", "speaks"),
    [
        ({"user": "U1"}, True),
        ({"user": "U1", "subtype": "file_share"}, True),
        ({"user": "U1", "subtype": "channel_join"}, False),
        ({"user": "U0ME"}, False),
        ({"bot_id": "B0ME", "subtype": "bot_message"}, False),
        ({"bot_id": "B9", "subtype": "bot_message"}, True),
        ({"subtype": "message_changed", "hidden": True}, False),
    ],
)
def test_only_speech_is_heard(message: dict, *, speaks: bool) -> None:
    assert is_speech(message, ME) is speaks

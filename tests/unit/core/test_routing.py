"""The rules of a place, as a table."""

from __future__ import annotations

import pytest

from carrel.core.model import Conversation, Route
from carrel.core.routing import PlaceRule, Rules, resolve

RULES = Rules(
    shared=frozenset({"discord:1", "telegram:-100:7"}),
    engine="claude",
    answer="mention",
    waiting="queue",
    mode="ask",
    places={
        "discord:1": PlaceRule(answer="all"),
        "discord:2": PlaceRule(waiting="collect", mode="plan"),
        "discord:2:9": PlaceRule(answer="never"),
        "discord:a%20b": PlaceRule(mode="auto"),
    },
)


@pytest.mark.parametrize(
    ("place", "key", "trigger", "waiting", "mode"),
    [
        (Conversation("discord", "1"), "default", "all", "queue", "ask"),
        (Conversation("discord", "1", "5"), "discord:1:5", "mention", "queue", "ask"),
        (Conversation("discord", "2"), "discord:2", "mention", "collect", "plan"),
        (Conversation("discord", "2", "9"), "discord:2:9", "never", "queue", "ask"),
        (Conversation("discord", "3"), "discord:3", "mention", "queue", "ask"),
        (Conversation("telegram", "-100", "7"), "default", "mention", "queue", "ask"),
        (Conversation("telegram", "1"), "telegram:1", "mention", "queue", "ask"),
        (Conversation("discord", "a b"), "discord:a%20b", "mention", "queue", "auto"),
        (Conversation("discord", "1", space="s", direct=True), "default", "all", "queue", "ask"),
    ],
)
def test_a_place_has_its_own_rules_and_else_the_defaults(
    place: Conversation, key: str, trigger: str, waiting: str, mode: str
) -> None:
    """spec: 6.1"""
    assert resolve(place, RULES) == Route(key, "claude", "private", mode, waiting, trigger)


def test_without_rules_every_place_has_a_session_and_is_answered() -> None:
    route = resolve(Conversation("discord", "1"), Rules())
    assert route == Route("discord:1", "claude", "private", "ask", "steer", "all")

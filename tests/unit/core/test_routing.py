"""The rules of a place, as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carrel.core.model import Conversation, Route
from carrel.core.routing import Binding, PlaceRule, Rules, resolve

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
        (Conversation("discord", "1", "5"), "discord:1:5", "all", "queue", "ask"),
        (Conversation("discord", "2"), "discord:2", "mention", "collect", "plan"),
        (Conversation("discord", "2", "9"), "discord:2:9", "never", "collect", "plan"),
        (Conversation("discord", "3"), "discord:3", "mention", "queue", "ask"),
        (Conversation("telegram", "-100", "7"), "default", "mention", "queue", "ask"),
        (Conversation("telegram", "1"), "telegram:1", "mention", "queue", "ask"),
        (Conversation("discord", "a b"), "discord:a%20b", "mention", "queue", "auto"),
        (
            Conversation("discord", "1", within=("s",), direct=True),
            "default",
            "all",
            "queue",
            "ask",
        ),
    ],
)
def test_a_place_has_its_own_rules_and_else_the_defaults(
    place: Conversation, key: str, trigger: str, waiting: str, mode: str
) -> None:
    """spec: 6.1"""
    route = replace(resolve(place, RULES), said_for=())
    assert route == Route(key, "claude", "private", mode, waiting, trigger)


def test_a_route_says_whose_rule_counts() -> None:
    rules = Rules(
        mode="ask",
        model="sonnet",
        places={
            "discord:40": PlaceRule(mode="plan"),
            "discord:10": PlaceRule(mode="auto", effort="high", raising="member"),
        },
    )
    route = resolve(Conversation("discord", "40", within=("30", "10")), rules)
    assert (route.mode, route.model, route.effort, route.raising) == (
        "plan", "sonnet", "high", "member",
    )  # fmt: skip
    assert route.said_for == (("mode", "discord:40"), ("effort", "discord:10"))


def inside(*within: str) -> Conversation:
    return Conversation("discord", "40", within=within)


@pytest.mark.parametrize(
    ("place", "trigger", "waiting", "mode"),
    [
        (inside("30", "20", "10"), "never", "collect", "plan"),
        (inside("31", "20", "10"), "all", "collect", "edit"),
        (inside("31", "21", "10"), "mention", "collect", "edit"),
        (inside("31", "21", "11"), "mention", "steer", "ask"),
        (Conversation("discord", "30", within=("21", "11")), "never", "steer", "plan"),
        (Conversation("telegram", "5", "7"), "never", "steer", "ask"),
    ],
)
def test_what_a_place_leaves_open_the_places_round_it_say(
    place: Conversation, trigger: str, waiting: str, mode: str
) -> None:
    """Thread, channel, category, server: the nearest word counts, each key for itself."""
    rules = Rules(
        answer="mention",
        places={
            "discord:10": PlaceRule(waiting="collect", mode="edit"),
            "discord:20": PlaceRule(answer="all"),
            "discord:30": PlaceRule(answer="never", mode="plan"),
            "telegram:5": PlaceRule(answer="never"),
        },
    )
    route = resolve(place, rules)
    assert (route.trigger, route.waiting, route.mode) == (trigger, waiting, mode)


def test_only_the_place_itself_is_shared_not_what_lies_in_it() -> None:
    rules = Rules(shared=frozenset({"discord:30"}))
    assert resolve(inside("30", "10"), rules).key == "discord:40"
    assert resolve(Conversation("discord", "30", within=("10",)), rules).key == "default"


def test_without_rules_every_place_has_a_session_and_is_answered() -> None:
    route = resolve(Conversation("discord", "1"), Rules())
    assert route == Route("discord:1", "claude", "private", "ask", "steer", "all")


def test_a_place_has_its_project_or_that_of_the_places_round_it_whole() -> None:
    """The nearest binding counts with both of its halves; a shared place has none."""
    rules = Rules(
        shared=frozenset({"discord:31"}),
        places={
            "discord:10": PlaceRule(bound=Binding("shop", "worktree")),
            "discord:30": PlaceRule(mode="plan"),
            "discord:32": PlaceRule(bound=Binding("blog", "project")),
        },
    )
    assert bound("30", rules) == ("shop", "worktree")
    assert bound("31", rules) == (None, "private")
    assert bound("32", rules) == ("blog", "project")
    assert bound("30", rules, "32", "10") == ("blog", "project")
    assert bound("30", rules, "11") == (None, "private")


def bound(channel: str, rules: Rules, *within: str) -> tuple[str | None, str]:
    place = Conversation("discord", channel, within=within or ("10",))
    route = resolve(place, rules)
    return route.project, route.workspace


def test_approvers_are_those_of_the_nearest_place_that_names_some() -> None:
    """spec: 5.11"""
    some, none = frozenset({"fake:mia"}), frozenset[str]()
    rules = Rules(
        shared=frozenset({"fake:shared"}),
        places={
            "fake:server": PlaceRule(approvers=some),
            "fake:quiet": PlaceRule(approvers=none),
            "fake:plain": PlaceRule(mode="plan"),
        },
    )
    expected = {"quiet": none, "plain": some, "shared": None}
    for channel, named in expected.items():
        place = Conversation("fake", channel, within=("server",))
        assert resolve(place, rules).approvers == named
    assert resolve(Conversation("fake", "elsewhere"), rules).approvers is None

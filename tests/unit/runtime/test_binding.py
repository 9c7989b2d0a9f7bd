"""What an owner may bind a conversation to, and how it is asked for. spec: 16.12"""

from __future__ import annotations

import pytest

from carrel.core.routing import Binding, PlaceRule
from carrel.testing.clock import settle
from carrel.testing.house import House


@pytest.fixture
def bound() -> list[tuple[str, str, str]]:
    """What was bound to what."""
    return []


@pytest.fixture
async def house(tmp_path, bound):
    async with House(tmp_path) as home:
        home.tools.projects = ("shop",)

        async def bind(address: str, project: str, kind: str) -> None:
            bound.append((address, project, kind))
            rule = PlaceRule(bound=Binding(project, kind) if project else None)
            home.tools.rules = home.tools.rules.__class__(places={address: rule})

        home.tools.bind = bind
        yield home


async def told(house: House, text: str, channel: str = "a") -> str:
    await house.say(text, channel)
    await settle()
    return house.platform.sent[-1].body.text


async def test_it_is_bound_and_told(house, bound) -> None:
    assert "works on the project shop, in a copy" in await told(house, "/project shop")
    assert "in its own folder" in await told(house, "/project shop project")
    assert "has no project" in await told(house, "/project none")
    assert bound == [
        ("fake:a", "shop", "worktree"),
        ("fake:a", "shop", "project"),
        ("fake:a", "", "worktree"),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("/project site", "listed no project 'site'. Listed: shop."),
        ("/project shop folder", "Write /project NAME"),
        ("/project shop project now", "Write /project NAME"),
    ],
)
async def test_what_cannot_be_is_refused(house, bound, text, why) -> None:
    assert why in await told(house, text)
    assert bound == []


async def test_a_shared_session_has_none(house, bound) -> None:
    house.intake._rules = house.tools.rules = house.tools.rules.__class__(
        shared=frozenset({"fake:a"})
    )
    assert "such a session has no project" in await told(house, "/project shop")
    assert bound == []


async def test_it_is_not_done_under_a_running_turn(house, bound) -> None:
    await house.say("hang")
    await settle()
    assert "/stop it first" in await told(house, "/project shop")
    assert bound == []

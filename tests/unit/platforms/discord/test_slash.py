"""Slash commands are registered where they differ from what is there, and nowhere else."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.unit.platforms.discord.far_side import SERVER, FakeWire

from carrel.core.errors import Unavailable
from carrel.platforms.discord.pressing import table
from carrel.platforms.discord.slash import Slash
from carrel.platforms.faults import Forbidden
from carrel.platforms.health import Health
from carrel.ports.platform import Refusal, RetryAfter
from carrel.testing.clock import ManualClock

EVERYWHERE = "/applications/9/commands"
THERE = f"/applications/9/guilds/{SERVER}/commands"
OTHER = "/applications/9/guilds/51/commands"


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def health() -> Health:
    found = Health("discord", ManualClock())
    found.found()
    return found


def registered() -> list[dict[str, Any]]:
    """The table as Discord gives it back: with numbers, versions, and defaults of its own."""
    added = {
        "id": "5",
        "application_id": "9",
        "version": "6",
        "default_member_permissions": None,
        "nsfw": False,
        "dm_permission": True,
        "contexts": None,
        "integration_types": [0],
        "name_localizations": None,
        "description_localizations": None,
    }
    return [
        {**command, **added, "options": [_option(one) for one in command["options"]]}
        for command in reversed(table())
    ]


def _option(option: dict[str, Any]) -> dict[str, Any]:
    """Discord leaves out what is false or empty."""
    kept = {key: value for key, value in option.items() if value not in (False, [])}
    if "choices" in kept:
        kept["choices"] = [{**one, "name_localizations": None} for one in kept["choices"]]
    return {**kept, "name_localizations": None, "description_localizations": None}


def wire(**ready: Any) -> FakeWire:
    """Everything is registered, but for what a test says of one server."""
    known = {f"GET {path}": registered() for path in (THERE, OTHER)}
    known[f"GET {EVERYWHERE}"] = [{**command, "contexts": [1]} for command in registered()]
    return FakeWire({**known, **ready})


async def register(far: FakeWire, health: Health, *servers: int) -> None:
    await Slash(far, 9, health).register(servers or (SERVER,))


async def test_what_is_there_is_left_alone(health):
    """A registration counts against a limit of 200 a day."""
    far = wire()
    await register(far, health)
    assert far.said == [f"GET {EVERYWHERE}", f"GET {THERE}"]


async def test_without_options_discord_may_leave_the_list_out(health):
    commands = registered()
    for command in commands:
        if not command["options"]:
            del command["options"]
            del command["type"]
    far = wire(**{f"GET {THERE}": commands})
    await register(far, health)
    assert f"PUT {THERE}" not in far.said


def _change(name: str, /, **more: Any) -> Callable[[list[Any]], None]:
    def change(commands: list[Any]) -> None:
        next(one for one in commands if one["name"] == name).update(more)

    return change


def _change_option(name: str, /, **more: Any) -> Callable[[list[Any]], None]:
    def change(commands: list[Any]) -> None:
        next(one for one in commands if one["name"] == name)["options"][-1].update(more)

    return change


async def test_direct_messages_get_commands_of_their_own(health):
    """Without their context they would stand beside a server's own, each name twice."""
    everywhere = [{**command, "contexts": None} for command in registered()]
    far = wire(**{f"GET {EVERYWHERE}": everywhere})
    await register(far, health)
    (put,) = [one for one in far.asked if one.what == f"PUT {EVERYWHERE}"]
    assert {tuple(one["contexts"]) for one in put.body} == {(1,)}


@pytest.mark.parametrize(
    "change",
    [
        lambda commands: commands.clear(),
        lambda commands: commands.pop(),
        lambda commands: commands.append({"name": "old", "description": "Gone.", "type": 1}),
        _change("stop", description="Something else."),
        _change("stop", name="halt"),
        _change("stop", type=2),
        _change("mode", options=[]),
        _change("stop", options=[{"type": 3, "name": "x", "description": "y"}]),
        _change_option("mode", required=True),
        _change_option("mode", name="reason"),
        _change_option("mode", description="Why?"),
        _change_option("mode", type=4),
        _change_option("mode", choices=[]),
        _change_option("mode", choices=[{"name": "ask", "value": "auto"}]),
    ],
)
async def test_what_differs_is_registered_anew(health, change):
    commands = copy.deepcopy(registered())
    change(commands)
    far = wire(**{f"GET {THERE}": commands})
    await register(far, health)
    (put,) = [one for one in far.asked if one.what == f"PUT {THERE}"]
    assert put.body == table()
    assert f"PUT {EVERYWHERE}" not in far.said
    assert not health.sentences


async def test_what_is_registered_everywhere_is_for_direct_messages_only(health):
    """On a server its own commands would else stand beside them, each twice."""
    far = wire(**{f"GET {EVERYWHERE}": []})
    await register(far, health)
    (put,) = [one for one in far.asked if one.what.startswith("PUT")]
    assert put.what == f"PUT {EVERYWHERE}"
    assert [one["name"] for one in put.body] == [one["name"] for one in table()]
    assert all(one["contexts"] == [1] for one in put.body)


async def test_a_server_that_refuses_is_told_and_holds_up_no_other(health):
    far = wire(**{f"GET {THERE}": Forbidden("no"), f"GET {OTHER}": []})
    await register(far, health, SERVER, 51)
    assert f"PUT {OTHER}" in far.said
    (sentence,) = health.sentences
    assert f"server {SERVER}" in sentence
    assert "invite" in sentence


async def test_a_refusal_to_register_is_told_too(health):
    far = wire(**{f"GET {EVERYWHERE}": [], f"PUT {EVERYWHERE}": Refusal("too many")})
    await register(far, health)
    (sentence,) = health.sentences
    assert "direct messages" in sentence
    assert "too many" in sentence


@pytest.mark.parametrize("error", [Unavailable("away"), RetryAfter(400.0)])
async def test_what_passes_by_itself_is_only_logged(health, logs, error):
    far = wire(**{f"GET {THERE}": error, f"GET {OTHER}": []})
    await register(far, health, SERVER, 51)
    assert f"PUT {OTHER}" in far.said
    assert not health.sentences
    assert [line["where"] for line in logs if line["log_level"] == "warning"] == [
        f"server {SERVER}"
    ]


async def test_a_registration_that_works_again_mends_the_complaint(health):
    await register(wire(**{f"GET {THERE}": Forbidden("no")}), health)
    await register(wire(), health)
    assert not health.sentences

"""What `carrel doctor` and `carrel init` find at Slack."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from carrel.core.errors import ConfigError
from carrel.platforms.slack import KIND, doctor
from carrel.platforms.slack.guide import GUIDE
from carrel.platforms.slack.wire import Wire

from .conftest import World


async def examined(world: World, **environ: str) -> dict[str, object]:
    parts = world.parts()
    parts = replace(parts, environ={**parts.environ, **environ})
    return {one.what: one for one in await KIND.examine(world.table(), parts)}


async def test_all_is_well(world: World) -> None:
    found = await examined(world)
    assert all(one.well for one in found.values())
    assert world.channel.id in found["slack channels"].said


async def test_the_usual_mistakes_are_found(world: World) -> None:
    world.fake.world.scopes.remove("files:read")
    found = await examined(world)
    assert [what for what, one in found.items() if not one.well] == ["slack scopes"]
    found = await examined(world, SLACK_APP_TOKEN=world.fake.bot_token)
    assert "files:read" in found["slack scopes"].mend
    assert not found["slack socket"].well
    assert not (await examined(world, SLACK_BOT_TOKEN="xoxb-no"))["slack token"].well
    assert "SLACK_APP_TOKEN" in (await examined(world, SLACK_APP_TOKEN=""))["slack tokens"].mend


async def test_another_listener_is_found(world: World) -> None:
    world.fake.world.sockets.others = 1
    assert "1 other" in (await examined(world))["slack socket"].said


@pytest.mark.parametrize("why", ["Slack cannot be listened to", "link_disabled", "says nothing"])
async def test_a_socket_that_does_not_greet_is_a_finding(
    world: World, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    async def serve(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if why == "link_disabled":
            await socket.send_json({"type": "disconnect", "reason": why})
        else:
            await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/silent", serve)
    monkeypatch.setattr(doctor, "HELLO_S", 0.1)
    async with TestServer(app) as server:
        path = "/nowhere" if why.endswith("listened to") else "/silent"
        monkeypatch.setattr(Wire, "socket_url", lambda _: _ready(str(server.make_url(path))))
        found = (await examined(world))["slack socket"]
        survey = await GUIDE.look(world.table(), world.parts())
    assert not found.well
    assert why in found.said
    assert [one.what for one in survey.findings] == ["socket"]


async def _ready(value: str) -> str:
    return value


async def test_the_wizard_sees_who_and_what_is_there(world: World) -> None:
    survey = await GUIDE.look(world.table(), world.parts())
    assert survey.likely == (f"slack:{world.ada.id}",)
    assert [one.name for one in survey.places] == ["#family"]
    (bob,) = await GUIDE.find(world.table(), world.parts(), "bo")
    assert bob.address == f"slack:{world.bob.id}"
    await GUIDE.hello(world.table(), world.parts(), world.place.address, "hello")
    assert world.shown() == ["hello"]


async def test_a_bad_token_is_an_error_of_the_operators(world: World) -> None:
    parts = replace(world.parts(), environ={"SLACK_BOT_TOKEN": "x", "SLACK_APP_TOKEN": "y"})
    with pytest.raises(ConfigError):
        await GUIDE.look(world.table(), parts)
    with pytest.raises(ConfigError):
        await KIND.build(world.table(), parts).run(world.gateway)

"""The gateway's protocol, spoken by hand."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from tests.integration.testing.discord.clients import Home

ALL = (1 << 26) - 1
Connect = Callable[..., AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]]


@pytest.fixture
async def connect(home: Home) -> AsyncIterator[Connect]:
    @asynccontextmanager
    async def connected(
        query: str = "?v=10&encoding=json",
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        async with http.ws_connect(home.fake.gateway_url + query) as socket:
            hello = await socket.receive_json()
            assert hello["op"] == 10
            yield socket

    async with aiohttp.ClientSession() as http:
        yield connected


def identify(home: Home, **more: Any) -> dict[str, Any]:
    return {"op": 2, "d": {"token": home.fake.token, "intents": ALL, "properties": {}, **more}}


async def events(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[str]:
    return [(await socket.receive_json())["t"] for _ in range(count)]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"op": 99}, 4001),
        ({"op": 8, "d": {}}, 4003),
        ({"op": 2, "d": {"token": "wrong", "intents": 0}}, 4004),
    ],
)
async def test_what_is_wrong_closes(connect: Connect, sent: dict[str, Any], code: int) -> None:
    async with connect() as socket:
        await socket.send_json(sent)
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == code


@pytest.mark.parametrize(
    ("more", "code"), [({"shard": [2, 2]}, 4010), ({"intents": 1 << 30}, 4013)]
)
async def test_a_wrong_identify_closes(
    connect: Connect, home: Home, more: dict[str, Any], code: int
) -> None:
    async with connect() as socket:
        await socket.send_json(identify(home, **more))
        await socket.receive()
        assert socket.close_code == code


async def test_what_is_no_json_closes_4002(connect: Connect) -> None:
    async with connect() as socket:
        await socket.send_str("{")
        await socket.receive()
        assert socket.close_code == 4002


async def test_another_version_closes_4012(connect: Connect, home: Home) -> None:
    async with connect("?v=6") as socket:
        await socket.send_json(identify(home))
        await socket.receive()
        assert socket.close_code == 4012


async def test_a_second_identify_closes_4005(connect: Connect, home: Home) -> None:
    async with connect() as socket:
        await socket.send_json(identify(home))
        assert await events(socket, 2) == ["READY", "GUILD_CREATE"]
        await socket.send_json(identify(home))
        await socket.receive()
        assert socket.close_code == 4005


async def test_too_many_commands_close_4008(connect: Connect, home: Home) -> None:
    async with connect() as socket:
        await socket.send_json(identify(home))
        for _ in range(120):
            await socket.send_json({"op": 3, "d": {}})
        await events(socket, 2)
        await socket.receive()
        assert socket.close_code == 4008


async def test_heartbeats_are_acknowledged(connect: Connect) -> None:
    async with connect() as socket:
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive_json())["op"] == 11


async def test_a_resume_replays_what_came_after(connect: Connect, home: Home) -> None:
    async with connect() as socket:
        await socket.send_json(identify(home))
        ready = await socket.receive_json()
    home.ada.says(home.general, "meanwhile")
    resume = {"token": home.fake.token, "session_id": ready["d"]["session_id"], "seq": 1}
    async with connect() as socket:
        await socket.send_json({"op": 6, "d": resume})
        assert await events(socket, 3) == ["GUILD_CREATE", "MESSAGE_CREATE", "RESUMED"]


async def test_an_unknown_resume_gets_op_9(connect: Connect, home: Home) -> None:
    resume = {"token": home.fake.token, "session_id": "unknown", "seq": 1}
    async with connect() as socket:
        await socket.send_json({"op": 6, "d": resume})
        assert await socket.receive_json() == {"op": 9, "d": False}


async def test_members_are_chunked(connect: Connect, home: Home) -> None:
    async with connect() as socket:
        await socket.send_json(identify(home))
        await events(socket, 2)
        asked = {"guild_id": home.guild.id, "query": "ad", "limit": 5, "nonce": "n"}
        await socket.send_json({"op": 8, "d": asked})
        chunk = (await socket.receive_json())["d"]
    assert [each["user"]["username"] for each in chunk["members"]] == ["ada"]
    assert chunk["nonce"] == "n"


async def test_payloads_are_compressed_when_asked(connect: Connect, home: Home) -> None:
    async with connect() as socket:
        await socket.send_json(identify(home, compress=True))
        ready = json.loads(zlib.decompress(await socket.receive_bytes()))
    assert ready["t"] == "READY"


async def test_a_guild_is_on_one_shard(connect: Connect, home: Home) -> None:
    shard = (int(home.guild.id) >> 22) % 2
    async with connect() as here, connect() as there:
        await here.send_json(identify(home, shard=[shard, 2]))
        await there.send_json(identify(home, shard=[1 - shard, 2]))
        assert await events(here, 2) == ["READY", "GUILD_CREATE"]
        assert (await there.receive_json())["d"]["guilds"] == []
        home.ada.writes_to(home.fake.application.bot)
        home.ada.says(home.general, "hello")
        assert await events(here, 1) == ["MESSAGE_CREATE"]
        home.ada.says(home.ada.writes_to(home.fake.application.bot), "psst")
        first = here if shard == 0 else there
        assert await events(first, 1) == ["MESSAGE_CREATE"]


async def test_a_refused_connection_is_no_websocket(connect: Connect, home: Home) -> None:
    home.fake.faults.gateway.refuse()
    with pytest.raises(aiohttp.WSServerHandshakeError):
        async with connect():
            pass
    async with connect():
        assert home.fake.connected == 1


async def test_two_bots_see_each_other(connect: Connect, home: Home) -> None:
    other = home.fake.world.add_application("other")
    home.fake.world.invite(other, home.guild)
    async with connect() as socket:
        await socket.send_json(identify(home, token=other.token))
        assert await events(socket, 2) == ["READY", "GUILD_CREATE"]
        headers = {"Authorization": f"Bot {home.fake.token}"}
        url = f"{home.fake.rest_url}/channels/{home.general.id}/messages"
        async with aiohttp.ClientSession(headers=headers) as http:
            await http.post(url, json={"content": "hello"})
        heard = (await socket.receive_json())["d"]
    assert heard["author"]["id"] == home.fake.application.bot.id

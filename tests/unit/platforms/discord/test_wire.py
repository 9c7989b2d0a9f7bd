"""Requests as Discord wants them, carried through, with errors in Carrel's words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route
from structlog.testing import capture_logs

from carrel.core.errors import Unavailable
from carrel.platforms.discord.wire import Upload, Wire
from carrel.platforms.faults import Forbidden
from carrel.ports.platform import Refusal, RetryAfter, Vanished
from carrel.tasks import Tasks
from carrel.testing.clock import settle


class FakeHttp:
    """discord.py's client as far as the wire needs it; answers, raises, or waits."""

    def __init__(self) -> None:
        self.answer: Any = {"id": "900"}
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.routes: list[Route] = []
        self.ended: list[str] = []
        self.ready = asyncio.Event()
        self.ready.set()

    async def request(self, route: Route, **options: Any) -> Any:
        self.routes.append(route)
        self.asked.append((route.method, route.url.removeprefix(Route.BASE), options))
        try:
            await self.ready.wait()
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise
        self.ended.append("answered")
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
async def http() -> FakeHttp:
    return FakeHttp()


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    made = Tasks("test")
    yield made
    await made.close()


@pytest.fixture
def wire(http: FakeHttp, tasks: Tasks) -> Wire:
    return Wire(http, tasks)


BODY = {"content": "hi"}


@pytest.mark.parametrize(
    ("ask", "method", "url", "options"),
    [
        (lambda w: w.post("3", BODY), "POST", "/channels/3/messages", {"json": BODY}),
        (lambda w: w.edit("3", "4", BODY), "PATCH", "/channels/3/messages/4", {"json": BODY}),
        (lambda w: w.delete("3", "4"), "DELETE", "/channels/3/messages/4", {}),
        (lambda w: w.message("3", "4"), "GET", "/channels/3/messages/4", {}),
        (
            lambda w: w.react("3", "4", "⏹️"),
            "PUT",
            "/channels/3/messages/4/reactions/%E2%8F%B9%EF%B8%8F/@me",
            {},
        ),
        (
            lambda w: w.unreact("3", "4", "👀"),
            "DELETE",
            "/channels/3/messages/4/reactions/%F0%9F%91%80/@me",
            {},
        ),
        (lambda w: w.typing("3"), "POST", "/channels/3/typing", {}),
        (lambda w: w.join("3"), "PUT", "/channels/3/thread-members/@me", {}),
        (lambda w: w.channel("3"), "GET", "/channels/3", {}),
        (lambda w: w.member("5", "2"), "GET", "/guilds/5/members/2", {}),
        (
            lambda w: w.answer("7", "to/ken", BODY),
            "POST",
            "/interactions/7/to%2Fken/callback",
            {"json": BODY},
        ),
        (
            lambda w: w.finish(9, "token", BODY),
            "PATCH",
            "/webhooks/9/token/messages/@original",
            {"json": BODY},
        ),
        (
            lambda w: w.call("PUT", "/applications/{id}/commands", {"id": 9}, []),
            "PUT",
            "/applications/9/commands",
            {"json": []},
        ),
    ],
)
async def test_routes_by_example(wire, http, ask, method, url, options):
    await ask(wire)
    assert http.asked == [(method, url, options)]


async def test_each_channel_and_each_interaction_has_rate_limits_of_its_own(wire, http):
    """discord.py keeps them by the names of the parameters."""
    await wire.post("3", BODY)
    await wire.answer("7", "token", BODY)
    assert [route.major_parameters for route in http.routes] == ["3", "7+token"]


async def test_the_id_of_what_was_posted_is_told(wire):
    assert await wire.post("3", BODY) == "900"


async def test_messages_come_oldest_first_whatever_the_order_they_are_told_in(wire, http):
    http.answer = [{"id": "99"}, {"id": "1000"}, {"id": "7"}]
    assert [one["id"] for one in await wire.messages("3", 5)] == ["7", "99", "1000"]
    assert http.asked == [
        ("GET", "/channels/3/messages", {"params": {"after": 5, "limit": 100}}),
    ]


async def test_files_go_along_as_parts_beside_the_message(wire, http):
    uploads = [Upload("a.png", b"\x00\xff"), Upload('b"ä.txt', b"")]
    await wire.post("3", {"content": "hi", "nonce": "n"}, uploads)
    ((_, _, options),) = http.asked
    assert set(options) == {"form"}
    first, *files = options["form"]
    assert first["name"] == "payload_json"
    assert json.loads(first["value"]) == {
        "content": "hi",
        "nonce": "n",
        "attachments": [{"id": 0, "filename": "a.png"}, {"id": 1, "filename": 'b"ä.txt'}],
    }
    assert [(one["name"], one["filename"], one["value"]) for one in files] == [
        ("files[0]", "a.png", b"\x00\xff"),
        ("files[1]", 'b"ä.txt', b""),
    ]


async def test_a_name_of_a_file_breaks_out_of_no_header(wire, http):
    """The parts as aiohttp writes them: what discord.py does with the form."""
    await wire.post("3", BODY, [Upload('a"; name="payload_json', b"x")])
    form = aiohttp.FormData(quote_fields=False)
    for part in http.asked[0][2]["form"]:
        form.add_field(**part)
    headers = [part.headers["Content-Disposition"] for part, _, _ in form()._parts]
    assert headers[0] == 'form-data; name="payload_json"'
    assert headers[1] == 'form-data; name="files[0]"; filename="a\\"; name=\\"payload_json"'


async def test_a_request_that_was_begun_is_carried_through(wire, http, tasks):
    """Cut off in a pause, discord.py would let nothing through any more."""
    http.ready.clear()
    asking = asyncio.create_task(wire.post("3", BODY))
    await settle()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await settle()
    assert http.ended == []
    http.ready.set()
    await settle()
    assert (http.ended, tasks._running) == (["answered"], set())


async def test_an_error_that_nobody_waits_for_any_more_is_no_failed_task(wire, http):
    http.answer = KeyError("id")
    http.ready.clear()
    asking = asyncio.create_task(wire.post("3", BODY))
    await settle()
    with capture_logs() as logs:
        asking.cancel()
        http.ready.set()
        await settle()
    assert asking.cancelled()
    assert (http.ended, logs) == (["answered"], [])


async def test_a_request_ends_with_its_connection(wire, http, tasks):
    http.ready.clear()
    asking = asyncio.create_task(wire.post("3", BODY))
    await settle()
    await tasks.close()
    await settle()
    assert http.ended == ["cancelled"]
    assert asking.done()


async def test_who_waits_when_the_connection_ends_can_try_again(wire, http, tasks):
    http.ready.clear()
    asking = asyncio.create_task(wire.post("3", BODY))
    await settle()
    await tasks.close()
    with pytest.raises(Unavailable):
        await asking


def failed(status: int, code: int = 0) -> discord.HTTPException:
    response = SimpleNamespace(status=status, reason="why", headers={})
    return discord.HTTPException(response, {"code": code, "message": "words"})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (failed(404, 10003), Vanished),
        (failed(403, 50013), Forbidden),
        (failed(400, 50035), Refusal),
        (failed(503), Unavailable),
        (discord.RateLimited(40.0), RetryAfter),
        (aiohttp.ClientOSError(104, "reset"), Unavailable),
        (KeyError("id"), KeyError),
    ],
)
async def test_errors_are_in_carrels_words_and_keep_their_cause(wire, http, error, kind):
    http.answer = error
    with pytest.raises(kind) as raised:
        await wire.typing("3")
    assert raised.type is kind
    if kind is not KeyError:
        assert raised.value.__cause__ is error

from __future__ import annotations

import asyncio
import socket
from unittest.mock import AsyncMock

import httpx2
import pytest

from carrel.engines.claude.relay import Relay
from carrel.testing.messages_api import FakeMessagesApi

TOKEN = {"x-api-key": "tok"}
ASK = {
    "model": "claude-x",
    "max_tokens": 10,
    "stream": True,
    "messages": [{"role": "user", "content": "hello"}],
}


@pytest.fixture
async def api():
    async with FakeMessagesApi(require_key="sk-real") as running:
        yield running


@pytest.fixture
async def relay(api):
    made = Relay(api.url, "sk-real")
    await made.start()
    yield made
    await made.close()


async def post(relay, token, body=ASK, path="/v1/messages?beta=true", header="x-api-key"):
    async with httpx2.AsyncClient(timeout=5) as client:
        return await client.post(relay.url + path, json=body, headers={header: token})


async def test_an_admitted_token_reaches_the_service_with_the_key(relay, api):
    meter = relay.admit("tok")
    answer = await post(relay, "tok")
    bearer = await post(relay, "Bearer tok", header="authorization")
    assert (answer.status_code, bearer.status_code) == (200, 200)
    assert "message_stop" in answer.text
    assert api.requests[-1].key == "sk-real"
    assert "tok" not in repr(dict(api.requests[-1].headers))
    assert (meter.requests, meter.failures) == (2, 0)
    assert meter.bytes_out > 100


@pytest.mark.parametrize("token", ["", "other", "sk-real"])
async def test_other_tokens_are_refused(relay, api, token):
    relay.admit("tok")
    assert (await post(relay, token)).status_code == 401
    assert not api.requests


async def test_a_dismissed_token_is_refused(relay):
    relay.admit("tok")
    relay.dismiss("tok")
    assert (await post(relay, "tok")).status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/", "/api/event_logging", "/v1/../api", "/v1/files", "/v1/messages/batches", "/v1/messagesx",
     "/v1/models/%2e%2e/files", "/v1/models/x%2fy", "/v1/models/x%3fy", "/v1/models/..", "/__log"],
)  # fmt: skip
async def test_what_no_session_needs_is_not_passed_on(relay, api, path):
    meter = relay.admit("tok")
    answer = await post(relay, "tok", path=path)
    assert (answer.status_code, answer.json()["error"]["type"]) == (403, "permission_error")
    assert "does not pass" in answer.json()["error"]["message"]
    assert not api.requests
    assert meter.requests == 0


@pytest.mark.parametrize(
    "path", ["/v1/messages", "/v1/messages/count_tokens", "/v1/models", "/v1/models/claude-x"]
)
async def test_what_the_client_uses_is_passed_on(relay, api, path):
    relay.admit("tok")
    await post(relay, "tok", path=path)
    assert [request.path for request in api.requests] == [path]


async def test_a_body_over_the_bound_is_refused(relay, api, monkeypatch):
    monkeypatch.setattr("carrel.engines.claude.relay.LARGEST", 1000)
    relay.admit("tok")
    large = {**ASK, "messages": [{"role": "user", "content": "x" * 1000}]}
    answer = await post(relay, "tok", large)
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "request_too_large")
    assert not api.requests
    assert (await post(relay, "tok")).status_code == 200


async def test_half_a_body_is_not_passed_on(relay, api):
    relay.admit("tok")
    pieces = [
        {"type": "http.request", "body": b'{"half', "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {"type": "http", "method": "POST", "path": "/v1/messages", "query_string": b""}

    async def receive():
        return pieces.pop(0)

    sent = AsyncMock()
    await relay(scope | {"headers": [(b"x-api-key", b"tok")]}, receive, sent)
    assert not api.requests
    assert not sent.called


async def test_errors_come_back_as_they_are(relay):
    meter = relay.admit("tok")
    hurt = {**ASK, "messages": [{"role": "user", "content": "ERR 529"}]}
    answer = await post(relay, "tok", hurt)
    assert (answer.status_code, answer.json()["error"]["type"]) == (529, "overloaded_error")
    assert meter.failures == 1


async def test_a_service_that_is_down_is_said_quickly():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    relay = Relay(f"http://127.0.0.1:{port}", "sk-real")
    await relay.start()
    relay.admit("tok")
    async with asyncio.timeout(3):
        answer = await post(relay, "tok")
    await relay.close()
    assert (answer.status_code, answer.json()["error"]["type"]) == (502, "api_error")


async def test_a_stream_is_not_held_back(relay):
    relay.admit("tok")
    slow = {**ASK, "messages": [{"role": "user", "content": "SLOW 50 20"}]}
    loop = asyncio.get_running_loop()
    async with (
        httpx2.AsyncClient(timeout=9) as client,
        client.stream("POST", f"{relay.url}/v1/messages", json=slow, headers=TOKEN) as answer,
    ):
        arrivals = [loop.time() async for _chunk in answer.aiter_raw()]
    assert arrivals[-1] - arrivals[0] > 0.5
    assert len(arrivals) > 10


async def test_a_session_that_hangs_up_ends_the_request(relay, api):
    relay.admit("tok")
    hang = {**ASK, "messages": [{"role": "user", "content": "HANG"}]}
    async with httpx2.AsyncClient(timeout=0.3) as client:
        with pytest.raises(httpx2.TimeoutException):
            await client.post(f"{relay.url}/v1/messages", json=hang, headers={"x-api-key": "tok"})
    assert len(api.requests) == 1

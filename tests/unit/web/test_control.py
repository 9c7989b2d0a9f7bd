from __future__ import annotations

import asyncio
import json

import pytest

from carrel.core.errors import Full
from carrel.core.messages import Answer
from carrel.ports.platform import Verdict

SAY = "/conversations/desk/messages"


async def test_no_cookie_is_needed_and_status_is_told(opening, house) -> None:
    async with opening(house.control, known=False) as person:
        got = (await person.client.get("/status")).json()
    assert (got["version"], got["platforms"][0]["name"]) == ("1.2.3", "console")


async def test_a_message_goes_in_once(opening, house) -> None:
    """spec: 2.2."""
    body = {"id": "m1", "text": "hello"}
    async with opening(house.control, known=False) as person:
        got = [await person.client.post(SAY, json=body) for _ in range(2)]
    assert [(g.status_code, g.json()["outcome"]) for g in got] == [
        (202, "accepted"),
        (200, "duplicate"),
    ]


async def test_a_form_with_files_goes_in_too(opening, house) -> None:
    async with opening(house.control, known=False) as person:
        files = [("files", ("a.txt", b"hello", "text/plain"))]
        got = await person.client.post(SAY, data={"id": "m1", "text": ""}, files=files)
    assert got.status_code == 202
    assert house.heard[0].attachments[0].size == 5


@pytest.mark.parametrize(
    ("answer", "status"), [(Verdict("refused", "No."), 403), (Full("Disk full."), 507)]
)
async def test_a_refusal_is_a_status_and_a_sentence(opening, house, answer, status) -> None:
    """spec: 2.6."""
    house.answer = answer
    async with opening(house.control, known=False) as person:
        got = await person.client.post(SAY, json={"id": "m1", "text": "hello"})
    assert got.status_code == status
    assert got.json()["error"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"rubbish",
        b"[]",
        b"null",
        b'"text"',
        b'{"id": "m1"}',
        b'{"id": 1, "text": "x"}',
        b'{"id": "m1", "text": null}',
        b'{"id": "m1", "text": "\\ud800"}',
        b'{"id": "a b", "text": "x"}',
        b"\xff\xfe",
        b"[" * 200_000,
    ],
)
async def test_rubbish_is_refused_and_the_next_is_heard(opening, house, content: bytes) -> None:
    """spec: 8.5."""
    async with opening(house.control, known=False) as person:
        assert (await person.client.post(SAY, content=content)).status_code == 400
        await person.client.post(SAY, json={"id": "m1", "text": "hello"})
    assert [inbound.text for inbound in house.heard] == ["hello"]


async def test_a_text_that_is_too_long_is_refused(opening, house) -> None:
    """spec: 8.5."""
    async with opening(house.control, known=False) as person:
        got = await person.client.post(SAY, json={"id": "m1", "text": "x" * 100_001})
        huge = await person.client.post(SAY, content=b"x" * 5_000_000)
    assert got.status_code == huge.status_code == 413


async def test_history_and_sessions_are_told(opening, house) -> None:
    async with opening(house.control, known=False) as person:
        await person.client.post(SAY, json={"id": "m1", "text": "hello"})
        await house.show("n1", Answer("hi"))
        shown = (await person.client.get("/conversations/desk/history?limit=5")).json()
        sessions = (await person.client.get("/sessions?limit=5")).json()
    assert [(s["inbound"] or s["outbound"]["body"])["text"] for s in shown] == ["hello", "hi"]
    assert sessions[0]["key"] == "console:desk"


@pytest.mark.parametrize(
    "query",
    ["limit=x", "limit=-1", "offset=1.5", "limit="]
    + [f"{name}={'9' * length}" for name in ("limit", "offset") for length in (20, 5000)],
)
async def test_a_number_must_be_one(opening, house, query: str) -> None:
    async with opening(house.control, known=False) as person:
        assert (await person.client.get(f"/sessions?{query}")).status_code == 400


async def test_a_link_works_once_at_the_pages(opening, house) -> None:
    """spec: 5.5."""
    async with opening(house.control, known=False) as person:
        got = (await person.client.post("/link")).json()
    assert got["url"].startswith("http://127.0.0.1:4711/login?code=")
    assert house.login.redeem(got["url"].partition("code=")[2])
    assert house.login.redeem(got["url"].partition("code=")[2]) is None


async def test_stop_begins_the_end(opening, house) -> None:
    async with opening(house.control, known=False) as person:
        assert (await person.client.post("/stop")).status_code == 202
        assert (await person.client.get("/stop")).status_code == 405
    assert house.stops == [True]


async def test_events_are_json(opening, house) -> None:
    events = house.control.routes[3].endpoint.__self__._events("desk")
    async with opening(house.control, known=False), asyncio.timeout(5):
        assert b"ready" in await anext(events)
        await house.hub.post("desk", "m1", "hello")
        kind, data, *_ = (await anext(events)).decode().split("\n")
        assert kind == "event: inbound"
        assert json.loads(data.removeprefix("data: "))["text"] == "hello"
        await house.show("n1", Answer("hi"))
        kind, data, *_ = (await anext(events)).decode().split("\n")
        assert kind == "event: outbound"
        assert json.loads(data.removeprefix("data: "))["body"]["kind"] == "answer"
        await events.aclose()


async def test_an_unknown_address_is_json_too(opening, house) -> None:
    async with opening(house.control, known=False) as person:
        got = await person.client.get("/nothing")
    assert got.status_code == 404
    assert got.json()["error"]

"""The fake as a process of its own, with a ledger and people who act over HTTP."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    ledger = tmp_path / "ledger.jsonl"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "carrel.testing.discord", "--port", "0"),
        *("--ledger", str(ledger), "--channel", "one", "--channel", "two", "--person", "bea"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    yield json.loads(await process.stdout.readline()) | {"ledger": ledger}
    process.terminate()
    assert await process.wait() == 0


async def test_it_is_furnished_and_acts(told: dict[str, Any]) -> None:
    one, bea = told["channels"]["one"], told["people"]["bea"]
    assert list(told["channels"]) == ["one", "two"]
    headers = {"Authorization": f"Bot {told['token']}"}
    control = told["control_url"]
    async with aiohttp.ClientSession(headers=headers) as http:
        says = {"person": bea, "channel": one, "text": "hello"}
        said = await (await http.post(f"{control}/says", json=says)).json()
        fault = {"on": "rest", "do": "rest", "with": {"method": "GET", "path": "/users/@me"}}
        fault["with"]["status"] = 502
        await http.post(f"{control}/fault", json=fault)
        assert (await http.get(f"{told['rest_url']}/users/@me")).status == 502
        url = f"{told['rest_url']}/channels/{one}/messages"
        reply = {"content": "hi", "message_reference": {"message_id": said["id"]}}
        answer = await (await http.post(url, json=reply)).json()
        held = await (await http.post(f"{control}/messages", json={"channel": one})).json()
        wrong = await http.post(f"{control}/presses", json=says | {"message": "1"})
        assert wrong.status == 400
    assert [each["id"] for each in held] == [said["id"], answer["id"]]
    lines = [json.loads(line) for line in told["ledger"].read_text().splitlines()]
    shown = [(line["bot"], line["content"]) for line in lines if line["what"] == "shown"]
    assert shown == [(False, "hello"), (True, "hi")]
    assert [line["replies_to"] for line in lines if line["what"] == "shown"] == [None, said["id"]]

from __future__ import annotations

import pytest

from carrel.core.errors import Unavailable
from carrel.engines.claude.options import options
from carrel.engines.claude.prompts import user_message
from carrel.engines.claude.wire import Unknown, Wire


async def test_a_locked_session_is_said(played):
    with pytest.raises(Unavailable, match="still running"):
        await Wire(options(played("locked"), {})).connect()


async def test_an_unknown_conversation_is_told_apart(played):
    with pytest.raises(Unknown):
        await Wire(options(played("unknown"), {})).connect()


async def test_a_missing_program_is_said(played, tmp_path):
    made = options(played("echo"), {})
    made.cli_path = tmp_path / "nothing"
    with pytest.raises(Unavailable, match="did not start"):
        await Wire(made).connect()


async def test_what_cannot_be_read_is_passed_over(played):
    wire = Wire(options(played("odd"), {}))
    await wire.connect()
    await wire.send(user_message("u", "hello"))
    results = []
    async for message in wire.messages():
        results += getattr(message, "user_message_uuids", None) or []
        if "u" in results:
            break
    assert results == ["stranger", "u"]
    assert await wire.take_back("u")
    await wire.kill()
    await wire.kill()
    assert await wire.interrupt() == ()
    with pytest.raises(Unavailable):
        await wire.send(user_message("u", "hello"))

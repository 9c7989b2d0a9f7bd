"""The line: bounded, private, and with the right host at the other end."""

from __future__ import annotations

import asyncio
import struct
from contextlib import asynccontextmanager

import pytest

from carrel.core.errors import Unavailable
from carrel.core.events import Wrote
from carrel.core.model import TurnId
from carrel.engines.elsewhere import frames
from carrel.engines.elsewhere.frames import Frame
from carrel.engines.elsewhere.wire import LARGEST_STRANGER, Wire, dial, identity, proof, proves

HELLO = Frame(frames.Challenge("n"))


@asynccontextmanager
async def served(serve):
    """A host that does `serve` with each line; its address and its certificate."""
    me = identity()
    lines = []

    async def meet(reader, writer):
        lines.append(writer)
        await serve(reader, writer)

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=me.context)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", me.certificate
    finally:
        server.close()
        for line in lines:
            line.transport.abort()


async def test_frames_pass_both_ways() -> None:
    async def echo(reader, writer) -> None:
        wire = Wire(reader, writer)
        await wire.send(await wire.hear())

    async with served(echo) as (address, certificate):
        wire = await dial(address, certificate, 5)
        await wire.send(HELLO)
        assert await wire.hear() == HELLO
        wire.close()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (struct.pack(">I", LARGEST_STRANGER + 1), "too large"),
        (struct.pack(">I", 2) + b"{]", "broke"),
        (b"\0\0", "broke"),
    ],
)
async def test_what_is_too_large_or_no_frame_ends_the_line(said, why) -> None:
    """spec: 21.10"""

    async def speak(_reader, writer) -> None:
        writer.write(said)
        await writer.drain()
        writer.close()

    async with served(speak) as (address, certificate):
        wire = await dial(address, certificate, 5)
        with pytest.raises(Unavailable, match=why):
            await wire.hear()
        wire.close()


async def test_what_is_too_large_is_not_even_sent() -> None:
    async def listen(reader, _writer) -> None:
        await reader.read()

    async with served(listen) as (address, certificate):
        wire = await dial(address, certificate, 5)
        with pytest.raises(Unavailable, match="too large"):
            await wire.send(Frame(Wrote(TurnId("1"), "x" * LARGEST_STRANGER)))
        wire.close()


async def test_another_host_at_that_address_is_not_talked_to() -> None:
    """spec: 21.10"""
    asked = []

    async def listen(reader, _writer) -> None:
        asked.append(await reader.read())

    async with served(listen) as (address, _):
        with pytest.raises(Unavailable, match="does not answer"):
            await dial(address, identity().certificate, 5)
    assert not asked


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere", "127.0.0.1:x"])
async def test_an_address_where_nobody_is_cannot_be_reached(address) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        await dial(address, identity().certificate, 5)


def test_only_who_knows_the_secret_can_prove_it() -> None:
    assert proves("secret", "nonce", proof("secret", "nonce"))
    assert not proves("secret", "nonce", proof("other", "nonce"))
    assert not proves("secret", "another", proof("secret", "nonce"))
    assert not proves("secret", "nonce", "ü")

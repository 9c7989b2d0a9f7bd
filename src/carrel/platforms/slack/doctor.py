"""Examines the app for `carrel doctor`: its tokens, its scopes, and who else listens with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from carrel.core.errors import CarrelError, Unavailable
from carrel.platforms.slack.envelopes import Connection, Envelope
from carrel.platforms.slack.faults import BadToken, of_token
from carrel.platforms.slack.settings import Slack, read_tokens
from carrel.platforms.slack.wire import Me, Wire
from carrel.ports.platform import Finding, PlatformParts, Refusal
from carrel.tasks import Tasks

NEEDED = frozenset(
    {
        "channels:history", "channels:read", "chat:write", "commands", "files:read", "files:write",
        "groups:history", "groups:read", "im:history", "im:read", "mpim:history", "mpim:read",
        "reactions:write", "users:read",
    }
)  # fmt: skip
"""What the app must be allowed; the manifest in the how-to asks for all of it."""

HELLO_S = 10.0

_PAGE = "https://api.slack.com/apps"
_RIVAL = (
    "If that is not a Carrel that runs: stop it, or make an app for Carrel alone. Slack gives each "
    "of them only a part of the messages."
)
_APP = (
    f"Make an app-level token with connections:write under Basic Information at {_PAGE}, and "
    "switch Socket Mode on."
)


async def examine(table: Slack, parts: PlatformParts) -> tuple[Finding, ...]:
    """Everything that can be seen without taking an event, one finding a line."""
    try:
        tokens = await read_tokens(table, parts)
    except CarrelError as error:
        return (Finding("slack tokens", well=False, said="not both there", mend=str(error)),)
    wire = Wire(table, tokens, parts.clock, lambda _: None)
    try:
        me = await wire.me()
        return tuple([one async for one in _findings(wire, me)])
    except BadToken as error:
        mend = str(of_token(error, renewable=table.renewable))
        return (Finding("slack token", well=False, said="not accepted", mend=mend),)
    except (Refusal, Unavailable) as error:
        return (Finding("slack token", well=False, said="not examined", mend=str(error)),)
    finally:
        await wire.close()


async def _findings(wire: Wire, me: Me) -> AsyncIterator[Finding]:
    yield Finding(
        "slack token", well=True, said=f"ok, the bot is @{me.name} in {me.team_name} ({me.team})"
    )
    lacking = sorted(NEEDED - me.scopes)
    yield Finding(
        "slack scopes", well=not lacking, said=f"{len(lacking)} missing" if lacking else "ok",
        mend=f"Add {', '.join(lacking)} at {_PAGE} and install the app anew." if lacking else "",
    )  # fmt: skip
    yield await _socket(wire)
    if not lacking:
        yield await _members(wire)


async def _socket(wire: Wire) -> Finding:
    """Whether one can listen. Events that come meanwhile are given again; a press is lost."""
    what = "slack socket"
    try:
        others = await listeners(wire) - 1
    except BadToken as error:
        return Finding(what, well=False, said="the app token is not accepted", mend=_told(error))
    except (Refusal, Unavailable) as error:
        return Finding(what, well=False, said=str(error), mend=_APP)
    if others:
        return Finding(what, well=True, said=f"{others} other listening", mend=_RIVAL)
    return Finding(what, well=True, said="ok")


def _told(error: BadToken) -> str:
    return f"{error} {_APP}"


async def listeners(wire: Wire) -> int:
    """How many listen with the app's token, this one included.

    Raises as `socket_url` does, and Unavailable where the socket does not greet.
    """
    heard: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    tasks = Tasks("slack doctor")
    tasks.start(_listen(wire, await wire.socket_url(), heard), "listen")
    try:
        async with asyncio.timeout(HELLO_S):
            return await heard
    except TimeoutError:
        raise Unavailable("Slack says nothing on the socket.") from None
    finally:
        await tasks.close()


async def _listen(wire: Wire, url: str, heard: asyncio.Future[int]) -> None:
    """Have `heard` be what the greeting says, or why there is none."""

    def hello(count: int) -> None:
        if not heard.done():
            heard.set_result(count)

    def take(envelope: Envelope) -> None:
        del envelope

    try:
        reason = await Connection(hello, take).run(wire, url)
        failure = Unavailable(f"Slack ends the connection: {reason or 'it broke'}.")
    except Unavailable as error:
        failure = error
    if not heard.done():
        heard.set_exception(failure)


async def _members(wire: Wire) -> Finding:
    found = await wire.pages(
        "users.conversations", "channels", types="public_channel,private_channel"
    )
    names = ", ".join(f"#{one.get('name')} (slack:{one['id']})" for one in found[:10])
    mend = "" if found else "Invite it with /invite into the channels where it shall answer."
    return Finding("slack channels", well=True, said=names or "none yet", mend=mend)

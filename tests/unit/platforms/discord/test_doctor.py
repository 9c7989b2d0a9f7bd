"""The doctor says what the bot may do where, and what to mend."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import discord
import pytest
from tests.unit.platforms.discord.far_side import ME, OWN_ROLE, SERVER, FakeWire

from carrel.core.errors import Unavailable
from carrel.platforms.discord import doctor as module
from carrel.platforms.discord.doctor import (
    ADMINISTRATOR,
    NEEDED,
    PERMISSIONS,
    _findings,
    _lacking,
    examine,
    invite,
    permissions,
)
from carrel.platforms.discord.settings import Discord
from carrel.platforms.faults import Forbidden
from carrel.ports.platform import Finding, PlatformParts
from carrel.testing.clock import ManualClock

VIEW, SEND = NEEDED["View Channels"], NEEDED["Send Messages"]
EVERYONE, MINE, BOT = str(SERVER), str(OWN_ROLE), str(ME)


def role(number: str, held: int) -> dict[str, Any]:
    return {"id": number, "permissions": str(held)}


def over(number: str, allow: int = 0, deny: int = 0) -> dict[str, Any]:
    return {"id": number, "allow": str(allow), "deny": str(deny)}


def channel(*overwrites: Mapping[str, Any], name: str = "general", kind: int = 0) -> dict[str, Any]:
    return {"id": "30", "name": name, "type": kind, "permission_overwrites": list(overwrites)}


@pytest.mark.parametrize(
    ("roles", "overwrites", "held"),
    [
        ([role(EVERYONE, VIEW)], [], VIEW),
        ([role(EVERYONE, VIEW), role(MINE, SEND)], [], VIEW | SEND),
        ([role(EVERYONE, VIEW | SEND)], [over(EVERYONE, deny=SEND)], VIEW),
        ([role(EVERYONE, VIEW)], [over(EVERYONE, allow=SEND)], VIEW | SEND),
        # a role goes before everyone, either way
        (
            [role(EVERYONE, VIEW), role(MINE, 0)],
            [over(EVERYONE, deny=VIEW), over(MINE, allow=VIEW)],
            VIEW,
        ),
        (
            [role(EVERYONE, VIEW), role(MINE, 0)],
            [over(MINE, deny=VIEW), over(EVERYONE, allow=VIEW)],
            0,
        ),
        # of two roles the one that allows wins, whichever comes first
        (
            [role(EVERYONE, 0), role(MINE, 0), role("12", 0)],
            [over(MINE, allow=VIEW), over("12", deny=VIEW)],
            VIEW,
        ),
        (
            [role(EVERYONE, 0), role(MINE, 0), role("12", 0)],
            [over("12", deny=VIEW), over(MINE, allow=VIEW)],
            VIEW,
        ),
        # the bot itself goes before its roles
        (
            [role(EVERYONE, 0), role(MINE, VIEW)],
            [over(MINE, allow=SEND), over(BOT, deny=SEND)],
            VIEW,
        ),
        ([role(EVERYONE, VIEW)], [over(EVERYONE, deny=VIEW), over(BOT, allow=VIEW)], VIEW),
        # what is said of others is not said of the bot
        ([role(EVERYONE, VIEW)], [over("12", deny=VIEW), over("2", allow=SEND)], VIEW),
        ([role(EVERYONE, ADMINISTRATOR)], [over(EVERYONE, deny=VIEW)], -1),
    ],
)
def test_permissions_in_discords_own_order(roles, overwrites, held):
    assert permissions(roles, channel(*overwrites), EVERYONE, BOT) == held


def test_a_channel_without_overwrites_is_as_the_server():
    assert permissions([role(EVERYONE, VIEW)], {"id": "30"}, EVERYONE, BOT) == VIEW


def test_channels_that_the_bot_sees_and_cannot_work_in_are_named():
    channels = [
        channel(name="well"),
        channel(over(MINE, deny=SEND), name="silent"),
        channel(over(MINE, deny=SEND), over(BOT, allow=SEND), name="allowed"),
        channel(over(MINE, deny=VIEW | SEND), name="hidden"),
        channel(over(EVERYONE, deny=PERMISSIONS), over(MINE, allow=VIEW), name="bare"),
    ]
    roles = [role(EVERYONE, 0), role(MINE, PERMISSIONS)]
    found = dict(_lacking(roles, channels, {"id": EVERYONE}, BOT))
    assert found == {
        "silent": ["Send Messages"],
        "bare": [name for name in NEEDED if name != "View Channels"],
    }
    assert not dict(_lacking([role(EVERYONE, ADMINISTRATOR)], channels, {"id": EVERYONE}, BOT))


@pytest.mark.parametrize("application", [9, "9"])
def test_the_invite_asks_for_what_is_needed_and_no_more(application):
    link = urlsplit(invite(application))
    asked = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert link.hostname == "discord.com"
    assert (asked["client_id"], asked["scope"]) == ("9", "bot applications.commands")
    named = discord.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        embed_links=True,
        attach_files=True,
        read_message_history=True,
        add_reactions=True,
    )
    assert int(asked["permissions"]) == named.value
    assert discord.Permissions(administrator=True).value == ADMINISTRATOR


# What it finds.

THERE = f"GET /guilds/{SERVER}"


def starts(left: int) -> dict[str, Any]:
    limit = {"total": 1000, "remaining": left, "reset_after": 7_200_000, "max_concurrency": 1}
    return {"url": "wss://gateway", "shards": 1, "session_start_limit": limit}


def far(**more: Any) -> FakeWire:
    """A bot that is well, on one server."""
    return FakeWire(
        {
            "GET /applications/@me": {"id": "9", "flags": 1 << 18},
            "GET /gateway/bot": starts(998),
            "GET /users/@me/guilds": [{"id": EVERYONE, "name": "home"}],
            f"{THERE}/roles": [role(EVERYONE, 0), role(MINE, PERMISSIONS), role("12", 0)],
            f"{THERE}/channels": [channel(), channel(name="talk", kind=2)],
            f"{THERE}/members/{BOT}": {"roles": [MINE]},
            **more,
        }
    )


async def findings(wire: FakeWire) -> dict[str, Finding]:
    who = SimpleNamespace(user=discord.Object(ME))
    return {found.what: found async for found in _findings(wire, who)}


async def test_a_bot_that_is_well():
    found = await findings(far())
    assert [one.removeprefix("discord ") for one in found] == [
        *("token", "intents", "starts", "invite", "home"),
    ]
    assert all(one.well and not one.mend for one in found.values())
    assert found["discord invite"].said == invite(9)
    assert found["discord home"].said == "ok, 2 channels"


@pytest.mark.parametrize(("flags", "well"), [(1 << 18, True), (1 << 19, True), (0, False),
                                             (1 << 17, False), (None, False)])  # fmt: skip
async def test_blank_messages_are_found_before_anybody_writes(flags, well):
    found = await findings(far(**{"GET /applications/@me": {"id": "9", "flags": flags}}))
    assert found["discord intents"].well is well
    assert ("Message Content Intent" in found["discord intents"].mend) is not well


@pytest.mark.parametrize(("left", "well"), [(100, True), (99, False), (0, False)])
async def test_a_token_that_starts_over_and_over_is_found(left, well):
    found = await findings(far(**{"GET /gateway/bot": starts(left)}))
    assert (
        [what for what, one in found.items() if not one.well] == [] if well else ["discord starts"]
    )
    assert f"{left} of 1000 starts are left for the next 2 h" in found["discord starts"].said
    assert ("reset the token" in found["discord starts"].mend) is not well


@pytest.mark.parametrize(
    ("path", "answer", "what"),
    [
        ("GET /applications/@me", {"id": "9", "flags": 0}, "discord intents"),
        ("GET /gateway/bot", starts(3), "discord starts"),
        ("GET /users/@me/guilds", [], "discord servers"),
        (f"{THERE}/channels", [channel(over(MINE, deny=SEND))], "discord home #general"),
        (f"{THERE}/members/{BOT}", Forbidden("no"), "discord home"),
    ],
)
async def test_a_fault_is_reported_by_its_own_check_alone(path, answer, what):
    found = await findings(far(**{path: answer}))
    assert [one.what for one in found.values() if not one.well] == [what]


async def test_a_bot_on_no_server_is_told_to_be_invited():
    found = await findings(far(**{"GET /users/@me/guilds": []}))
    assert (found["discord servers"].well, found["discord servers"].said) == (False, "none")
    assert "invite" in found["discord servers"].mend


async def test_each_channel_that_lacks_something_is_a_line():
    channels = [
        channel(over(MINE, deny=SEND), name="a"),
        channel(over(MINE, deny=NEEDED["Attach Files"] | SEND), name="b", kind=15),
        channel(over(MINE, deny=SEND), name="talk", kind=2),
        channel(name="well"),
    ]
    found = await findings(far(**{f"{THERE}/channels": channels}))
    assert found["discord home #a"].said == "missing: Send Messages"
    assert found["discord home #b"].said == "missing: Send Messages, Attach Files"
    assert not found["discord home #a"].well
    assert not {"discord home", "discord home #talk", "discord home #well"} & set(found)


async def test_only_the_bots_own_roles_count():
    """A role that others have helps nobody else."""
    roles = [role(EVERYONE, VIEW), role(MINE, 0), role("12", PERMISSIONS)]
    found = await findings(far(**{f"{THERE}/roles": roles}))
    assert "Send Messages" in found["discord home #general"].said


async def test_a_server_that_refuses_is_one_finding_among_others():
    servers = [{"id": "51", "name": "shut"}, {"id": EVERYONE, "name": "home"}]
    refused = {"GET /users/@me/guilds": servers, "GET /guilds/51/roles": Forbidden("no")}
    found = await findings(far(**refused))
    assert (found["discord shut"].well, found["discord shut"].said) == (False, "no")
    assert found["discord home"].well


async def test_a_server_that_does_not_answer_is_one_finding_among_others():
    found = await findings(far(**{f"{THERE}/roles": Unavailable("Discord answers 503.")}))
    assert found["discord token"].well
    assert not found["discord home"].well


# From the token on.


class FakeClient:
    """discord.py's, which logs in or raises."""

    error: Exception | None = None
    made: list[FakeClient]

    def __init__(self, *_given: Any) -> None:
        self.user, self.http, self.closed = discord.Object(ME), None, False
        self.tokens: list[str] = []
        self.made.append(self)

    async def login(self, token: str) -> None:
        self.tokens.append(token)
        if self.error is not None:
            raise self.error

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def client(monkeypatch) -> type[FakeClient]:
    made = type("Made", (FakeClient,), {"made": []})
    monkeypatch.setattr(module, "Client", made)
    monkeypatch.setattr(module, "Wire", lambda _http, _tasks: far())
    return made


def parts(tmp_path: Path, **environ: str) -> PlatformParts:
    return PlatformParts(tmp_path, tmp_path, ManualClock(), 1, environ, lambda _secret: None)


async def test_without_a_token_that_is_the_finding(tmp_path, client):
    (found,) = await examine(Discord(), parts(tmp_path))
    assert (found.what, found.well, found.said) == ("discord token", False, "none")
    assert "DISCORD_TOKEN" in found.mend
    assert not client.made


async def test_a_token_that_is_not_accepted_is_the_finding(tmp_path, client):
    client.error = discord.LoginFailure("Improper token has been passed.")
    (found,) = await examine(Discord(), parts(tmp_path, DISCORD_TOKEN="secret"))
    assert (found.what, found.well, found.said) == ("discord token", False, "not accepted")
    assert "reset it" in found.mend
    assert "secret" not in str(found)
    assert client.made[0].closed


async def test_where_discord_cannot_be_reached_no_token_is_blamed(tmp_path, client):
    client.error = ConnectionResetError(104, "reset")
    (found,) = await examine(Discord(), parts(tmp_path, DISCORD_TOKEN="secret"))
    assert (found.well, found.said) == (False, "not examined")
    assert "cannot be reached" in found.mend


async def test_with_a_token_everything_is_looked_at(tmp_path, client):
    found = await examine(Discord(), parts(tmp_path, DISCORD_TOKEN="secret"))
    assert [one.what for one in found][-1] == "discord home"
    assert all(one.well for one in found)
    assert (client.made[0].tokens, client.made[0].closed) == (["secret"], True)

"""What a look at Discord tells the wizard."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.platforms.discord.far_side import ME, SERVER, FakeWire

from carrel.core.errors import ConfigError
from carrel.platforms.discord.guide import GUIDE, survey
from carrel.platforms.discord.settings import Discord
from carrel.platforms.faults import Unknown
from carrel.ports.guide import Named
from carrel.ports.platform import PlatformParts
from carrel.testing.clock import ManualClock
from carrel.testing.discord import FakeDiscord, Limits

THERE = f"GET /guilds/{SERVER}"


def far(**more: Any) -> FakeWire:
    """A bot that Ada made, on a server that Bob owns."""
    return FakeWire(
        {
            "GET /users/@me": {"id": str(ME), "username": "carrel"},
            "GET /applications/@me": {
                "id": "9", "flags": 1 << 18, "owner": {"id": "2", "username": "ada"},
            },
            "GET /users/@me/guilds": [{"id": str(SERVER), "name": "home"}],
            THERE: {"owner_id": "3"},
            f"{THERE}/members/3": {"user": {"id": "3", "username": "bob", "global_name": "Bob"}},
            f"{THERE}/channels": [
                {"id": "30", "name": "general", "type": 0},
                {"id": "31", "name": "talk", "type": 2},
                {"id": "40", "name": "work", "type": 4},
            ],
            f"{THERE}/roles": [
                {"id": str(SERVER), "name": "@everyone"},
                {"id": "11", "name": "carrel", "managed": True},
                {"id": "12", "name": "staff"},
            ],
            **more,
        }
    )  # fmt: skip


async def test_places_people_and_groups_by_address_and_name() -> None:
    found = await survey(far())
    assert found.bot == "carrel"
    assert found.places == (Named("discord:30", "home #general"),)
    assert found.people == (Named("discord:2", "ada"), Named("discord:3", "Bob (bob)"))
    assert found.groups == (
        Named(f"discord:server:{SERVER}", "everybody on home"),
        Named("discord:role:12", "role staff on home"),
    )
    assert found.likely == ("discord:2",)
    assert found.findings == ()


async def test_a_team_made_the_bot_and_the_servers_owner_is_gone() -> None:
    team = {"members": [{"user": {"id": "5", "username": "mia"}}]}
    made = {"id": "9", "flags": 1 << 18, "owner": {"id": "7", "username": "team"}, "team": team}
    gone = {f"{THERE}/members/3": Unknown("gone")}
    found = await survey(far(**{"GET /applications/@me": made, **gone}))
    assert found.people == (Named("discord:5", "mia"),)


async def test_what_the_portal_must_still_do_is_a_finding_with_its_mend() -> None:
    bare = {"GET /applications/@me": {"id": "9", "flags": 0}, "GET /users/@me/guilds": []}
    found = await survey(far(**bare))
    blank, nowhere = found.findings
    assert "Message Content Intent" in blank.mend
    assert "client_id=9" in nowhere.mend
    assert found.people == found.places == ()


@pytest.fixture
def parts(tmp_path):
    def made(token: str) -> PlatformParts:
        environ = {"DISCORD_TOKEN": token}
        return PlatformParts(tmp_path, tmp_path, ManualClock(), 1, environ, lambda _: None)

    return made


async def test_over_the_wire_it_looks_finds_and_says_hello(parts) -> None:
    async with FakeDiscord(limits=Limits.none()) as fake:
        guild = fake.world.guild("home")
        channel = fake.world.channel(guild, "general")
        ada = fake.world.person("ada", guild)
        table = Discord(rest_url=fake.rest_url)
        found = await GUIDE.look(table, parts(fake.token))
        assert [place.name for place in found.places] == ["home #general"]
        (known,) = await GUIDE.find(table, parts(fake.token), "ad")
        assert known.address == f"discord:{ada.user.id}"
        assert await GUIDE.find(table, parts(fake.token), "nobody") == ()
        await GUIDE.hello(table, parts(fake.token), f"discord:{channel.id}", "Hello @everyone")
        (said,) = fake.answers(channel)
        assert said.content == "Hello @everyone"
        with pytest.raises(ConfigError, match="Reset Token"):
            await GUIDE.look(table, parts("wrong"))

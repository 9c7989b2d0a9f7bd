from __future__ import annotations

from carrel.testing.discord.building import Builder
from carrel.testing.discord.permissions import EVERYTHING, Permission, in_guild

VIEW, SEND = Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES


def test_an_owner_and_an_administrator_may_everything() -> None:
    world = Builder()
    guild = world.guild("home")
    chief = world.role(guild, "chief", Permission.ADMINISTRATOR)
    boss = world.person("boss", guild, roles=(chief,))
    assert in_guild(guild, guild.members[guild.owner_id]) == EVERYTHING
    assert in_guild(guild, guild.members[boss.id]) == EVERYTHING


def test_overwrites_go_from_everyone_over_roles_to_members() -> None:
    world = Builder()
    guild = world.guild("home")
    channel = world.channel(guild, "general")
    team = world.role(guild, "team")
    ada, bea = world.person("ada", guild, roles=(team,)), world.person("bea", guild)
    world.overwrite(channel, guild.roles[guild.id], deny=VIEW)
    world.overwrite(channel, team, allow=VIEW, deny=SEND)
    assert not world.may(channel, bea.user, VIEW)
    assert world.may(channel, ada.user, VIEW)
    assert not world.may(channel, ada.user, SEND)
    world.overwrite(channel, ada.user, allow=SEND)
    assert world.may(channel, ada.user, SEND)


def test_a_thread_has_the_permissions_of_its_parent() -> None:
    world = Builder()
    guild = world.guild("home")
    channel = world.channel(guild, "general")
    ada = world.person("ada", guild)
    thread = ada.starts_thread(channel, "plans")
    world.overwrite(channel, ada.user, deny=VIEW)
    assert not world.may(thread, ada.user, VIEW)


def test_outsiders_may_nothing() -> None:
    world = Builder()
    channel = world.channel(world.guild("home"), "general")
    ada, bea, eve = (world.person(name) for name in ("ada", "bea", "eve"))
    direct = ada.writes_to(bea.user)
    assert world.permissions(channel, ada.user) == 0
    assert world.permissions(direct, eve.user) == 0
    assert world.may(direct, bea.user, SEND)

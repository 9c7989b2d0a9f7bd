"""Interactions: what a person's click or command becomes, and what Discord checks first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from carrel.testing.discord.model import (
    Application,
    Channel,
    Dispatch,
    Interaction,
    Json,
    Message,
    User,
)
from carrel.testing.discord.payloads import member_json, message_json, user_json
from carrel.testing.discord.place_payloads import channel_json
from carrel.testing.discord.tokens import interaction_token
from carrel.testing.discord.world import World

ANSWER_WITHIN_S = 3.0
TOKEN_LIFE_S = 15 * 60
SUBCOMMAND, GROUP = 1, 2
BUTTON, STRING_SELECT = 2, 3


def find_command(
    world: World, channel: Channel, command: str, options: Mapping[str, object]
) -> tuple[Application, Json]:
    """The application of a command and the interaction's data; LookupError if nobody has it."""
    name, *inner = command.removeprefix("/").split()
    for application in world.applications.values():
        for guild_id in (channel.guild_id, None):
            for known in application.commands.get(guild_id, []):
                if known["name"] == name and known["type"] == 1:
                    return application, _command_data(known, inner, options)
    raise LookupError(f"nobody has registered {command}")


def _command_data(known: Json, inner: list[str], options: Mapping[str, object]) -> Json:
    path, level = [], known
    for name in inner:
        level = _option(level, name)
        path.append(level)
    chosen = [
        {"name": name, "type": _option(level, name)["type"], "value": value}
        for name, value in options.items()
    ]
    for part in reversed(path):
        chosen = [{"name": part["name"], "type": part["type"], "options": chosen}]
    data: Json = {"id": known["id"], "name": known["name"], "type": 1, "options": chosen}
    return data | ({"guild_id": known["guild_id"]} if "guild_id" in known else {})


def _option(level: Json, name: str) -> Json:
    for option in level.get("options") or []:
        if option["name"] == name:
            return dict(option)
    raise LookupError(f"/{level['name']} has no {name}")


def components_of(message: Message) -> Iterator[Json]:
    """Every component of a message, those inside others too."""
    waiting = list(message.components)
    while waiting:
        component = waiting.pop(0)
        yield component
        waiting = [*component.get("components", []), *waiting]
        if "accessory" in component:
            waiting.insert(0, component["accessory"])


def found_component(
    world: World, message: Message, custom_id: str, values: Sequence[str]
) -> tuple[Application, Json]:
    """The application behind a component and the interaction's data.

    LookupError when the message is gone or has no such component, when it is disabled, or when a
    value is not among its options.
    """
    component = _live(message, custom_id)
    known = {option["value"] for option in component.get("options", [])}
    if component["type"] == STRING_SELECT and not known.issuperset(values):
        raise LookupError(f"{custom_id} does not offer {values}")
    application = world.application(message.application_id or message.author.id)
    if application is None:
        raise LookupError("no application stands behind this message")
    data: Json = {"custom_id": custom_id, "component_type": component["type"]}
    return application, data | ({"values": list(values)} if component["type"] != BUTTON else {})


def _live(message: Message, custom_id: str) -> Json:
    if message.deleted:
        raise LookupError("the message is gone")
    for component in components_of(message):
        if component.get("custom_id") == custom_id:
            if component.get("disabled"):
                raise LookupError(f"{custom_id} is disabled")
            return component
    raise LookupError(f"the message has no {custom_id}")


def raise_interaction(
    world: World,
    application: Application,
    kind: int,
    user: User,
    channel: Channel,
    data: Json,
    *,
    message: Message | None = None,
) -> Interaction:
    """Make an interaction and tell the application."""
    number = world.new_id()
    made = Interaction(
        number,
        interaction_token(number),
        application,
        kind,
        user,
        channel,
        data,
        world.now(),
        message,
    )
    world.interactions[made.token] = made
    world.ledger.add("interaction", id=number, kind=kind, user=user.id, data=data)
    told = frozenset({application.bot.id})
    payload = interaction_json(world, made)
    event = Dispatch("INTERACTION_CREATE", payload, channel.guild_id, channel.id, told)
    world.emit(event)
    return made


def interaction_json(world: World, made: Interaction) -> Json:
    """INTERACTION_CREATE's data."""
    channel, application = made.channel, made.application
    payload: Json = {
        "id": made.id,
        "application_id": application.id,
        "type": made.kind,
        "token": made.token,
        "version": 1,
        "data": made.data,
        "channel_id": channel.id,
        "channel": channel_json(world, channel),
        "locale": "en-US",
        "app_permissions": str(world.permissions(channel, application.bot)),
        "entitlements": [],
        "authorizing_integration_owners": {"0": channel.guild_id or "0"},
        "context": 0 if channel.guild_id else 1,
        "attachment_size_limit": 10 * 1024 * 1024,
    }
    if made.message:
        payload["message"] = message_json(world, made.message)
    return payload | _who(world, made)


def _who(world: World, made: Interaction) -> Json:
    member = world.member_of(made.channel, made.user)
    if not member:
        return {"user": user_json(made.user)}
    permissions = str(world.permissions(made.channel, made.user))
    return {
        "guild_id": made.channel.guild_id,
        "guild": {"id": made.channel.guild_id, "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "member": member_json(member) | {"permissions": permissions},
    }


def metadata_json(made: Interaction) -> Json:
    """What a message tells of the interaction that made it."""
    plain: Json = {
        "id": made.id,
        "type": made.kind,
        "user": user_json(made.user),
        "authorizing_integration_owners": {"0": made.channel.guild_id or "0"},
    }
    if made.kind == 3 and made.message:  # noqa: PLR2004 - a component's
        plain["interacted_message_id"] = made.message.id
    if made.kind == 5:  # noqa: PLR2004 - a modal's
        plain["triggering_interaction_metadata"] = {
            **plain,
            "type": 2,
        }
    return plain

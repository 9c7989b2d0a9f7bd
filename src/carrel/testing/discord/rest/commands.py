"""Application commands: read, replaced, made and deleted, globally and in one guild."""

from __future__ import annotations

import re
from typing import Any

from carrel.testing.discord.model import Application, Json
from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.rest.call import Answer, Call, Route, done, ok

CHAT, MAX_COMMANDS, MAX_DESCRIPTION, MAX_OPTIONS = 1, 100, 100, 25
NAME = re.compile(r"^[-_'\w]{1,32}$")


def _application(call: Call) -> Application:
    if call.path["application"] != call.application.id:
        raise ApiError(403, 20012, "You are not authorized to perform this action")
    if "guild" in call.path and not call.guild:
        raise ApiError.no_access()
    return call.application


def _held(call: Call) -> list[Json]:
    return _application(call).commands.setdefault(call.path.get("guild"), [])


def read(call: Call) -> Answer:
    """All commands."""
    return ok(_held(call))


def replace(call: Call) -> Answer:
    """Put a whole list in the place of the old one; a command keeps its id by its name."""
    held = _held(call)
    body = call.body if isinstance(call.body, list) else []
    _check_count(body)
    made = [_stored(call, each, at=f"{number}") for number, each in enumerate(body)]
    names = [(each["name"], each["type"]) for each in made]
    if len(set(names)) < len(names):
        raise ApiError.invalid("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "must be unique")
    held[:] = made
    return ok(made)


def _check_count(commands: list[Any]) -> None:
    if sum(each.get("type", CHAT) == CHAT for each in commands) > MAX_COMMANDS:
        raise ApiError(400, 30032, "Maximum number of application commands reached (100).")


def make(call: Call) -> Answer:
    """Make one command, or replace the one of its name."""
    held = _held(call)
    made = _stored(call, call.form)
    same = [each for each in held if (each["name"], each["type"]) == (made["name"], made["type"])]
    if not same:
        _check_count([*held, made])
    held[:] = [each for each in held if each not in same] + [made]
    return Answer(200 if same else 201, made)


def _stored(call: Call, given: Json, at: str = "") -> Json:
    kind = int(given.get("type") or CHAT)
    _check(given, kind, at)
    old = [e for e in _held(call) if e["name"] == given["name"] and e["type"] == kind]
    stored: Json = {
        "id": old[0]["id"] if old else call.world.new_id(),
        "application_id": call.application.id,
        "version": call.world.new_id(),
        "default_member_permissions": given.get("default_member_permissions"),
        "type": kind,
        "name": given["name"],
        "description": given.get("description") or "",
        "dm_permission": given.get("dm_permission", True),
        "nsfw": bool(given.get("nsfw")),
        "contexts": given.get("contexts"),
        "integration_types": given.get("integration_types") or [0],
        "name_localizations": given.get("name_localizations"),
        "description_localizations": given.get("description_localizations"),
    }
    if given.get("options"):
        stored["options"] = [_without_nulls(option) for option in given["options"]]
    return stored | ({"guild_id": call.path["guild"]} if "guild" in call.path else {})


def _without_nulls(option: Json) -> Json:
    kept = {key: value for key, value in option.items() if value is not None}
    if "options" in kept:
        kept["options"] = [_without_nulls(inner) for inner in kept["options"]]
    return kept


def _check(given: Json, kind: int, at: str) -> None:
    prefix = f"{at}." if at else ""
    name, described = str(given.get("name") or ""), given.get("description") or ""
    if kind == CHAT and (not NAME.match(name) or name != name.lower()):
        told = "Command name is invalid"
        raise ApiError.invalid(f"{prefix}name", "APPLICATION_COMMAND_INVALID_NAME", told)
    if kind == CHAT and not 1 <= len(described) <= MAX_DESCRIPTION:
        told = "Must be between 1 and 100 in length."
        raise ApiError.invalid(f"{prefix}description", "BASE_TYPE_BAD_LENGTH", told)
    if len(given.get("options") or ()) > MAX_OPTIONS:
        told = "Must be 25 or fewer in length."
        raise ApiError.invalid(f"{prefix}options", "BASE_TYPE_MAX_LENGTH", told)


def _found(call: Call) -> Json:
    for command in _held(call):
        if command["id"] == call.path["command"]:
            return command
    raise ApiError.unknown("application command")


def read_one(call: Call) -> Answer:
    """One command."""
    return ok(_found(call))


def change(call: Call) -> Answer:
    """Change one command."""
    found = _found(call)
    changed = _stored(call, {**found, **call.form}) | {"id": found["id"]}
    held = _held(call)
    held[held.index(found)] = changed
    return ok(changed)


def remove(call: Call) -> Answer:
    """Delete one command."""
    _held(call).remove(_found(call))
    return done()


_GLOBAL = "/applications/{application}/commands"
_LOCAL = "/applications/{application}/guilds/{guild}/commands"

ROUTES = tuple(
    Route(method, f"{base}{rest}", answer)
    for base in (_GLOBAL, _LOCAL)
    for method, rest, answer in (
        ("GET", "", read),
        ("PUT", "", replace),
        ("POST", "", make),
        ("GET", "/{command}", read_one),
        ("PATCH", "/{command}", change),
        ("DELETE", "/{command}", remove),
    )
)

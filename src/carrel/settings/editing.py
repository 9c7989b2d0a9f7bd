"""Changes to `carrel.toml` that leave everything else as it stands, comments included. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

import tomlkit
from tomlkit.container import Container
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, Table

from carrel.core.errors import ConfigError

Value = str | float | tuple[str, ...]
Edits = Mapping[tuple[str, ...], Value | None]
"""What each key shall hold, by its path. None: the table of that path shall be there. "": the
key shall not be there."""

BY_HAND = "carrel.toml is written so that only you can change it, by hand"


def template() -> str:
    """What a new `carrel.toml` says, with a comment on every key."""
    return Path(__file__).with_name("carrel.toml").read_text("utf-8")


def edited(text: str, edits: Edits, names: Mapping[str, str]) -> str:
    """`text` with the edits made.

    `names`: what people call an address; it is written beside one that is new. Raises ConfigError
    where `text` is no TOML, or such that nothing can be put into it.
    """
    try:
        return _edited(text, edits, names)
    except TOMLKitError as error:
        raise ConfigError(f"{BY_HAND}: {error}.") from error


def _edited(text: str, edits: Edits, names: Mapping[str, str]) -> str:
    document = tomlkit.parse(text)
    for path, value in edits.items():
        match value:
            case None:
                _table(document, path, names)
            case "":
                table = _table(document, path[:-1], names)
                if path[-1] in table:
                    table.remove(path[-1])
            case str():
                table = _table(document, path[:-1], names)
                if table.get(path[-1]) != value:
                    _put(table, path[-1], tomlkit.string(value))
            case int() | float():
                table = _table(document, path[:-1], names)
                if table.get(path[-1]) != value:
                    _put(table, path[-1], tomlkit.item(value))
            case _:
                _put_list(_table(document, path[:-1], names), path[-1], value, names)
    return tomlkit.dumps(document)


def _table(
    document: tomlkit.TOMLDocument, path: tuple[str, ...], names: Mapping[str, str]
) -> Table | Container:
    """The table of the path, made where it is not there, with what it is called above it."""
    held: Table | Container = document
    for depth, name in enumerate(path):
        if name not in held:
            last = depth == len(path) - 1
            made = tomlkit.table(is_super_table=not last)
            if last and name in names:
                made.comment(_comment(names[name]))
            held[name] = made
        held = cast("Table", held[name])
    return held


def _put(table: Table | Container, key: str, value: object) -> None:
    """Set a key; a new one stands behind the last, or where a comment shows how it could be.

    That is before the comment of the next table.
    """
    if key in table or not isinstance(table, Table):
        table[key] = value
        return
    body = table.value.body
    keyed = [place for place, (name, _) in enumerate(body) if name is not None]
    end = keyed[-1] + 1 if keyed else 0
    shown = [
        place for place, (_, item) in enumerate(body) if item.as_string().startswith(f"# {key} = ")
    ]
    end = max((end, *(place + 1 for place in shown)))
    behind = body[end:]
    del body[end:]
    table[key] = value
    body.extend(behind)


def _put_list(
    table: Table | Container, key: str, wanted: tuple[str, ...], names: Mapping[str, str]
) -> None:
    """Make a list hold exactly this; what stays keeps its place and its comment."""
    held = table.get(key)
    if not isinstance(held, Array):
        held = tomlkit.array()
        _put(table, key, held)
        held = table[key]
    for gone in [one for one in held if one not in wanted]:
        held.remove(gone)
    new, spread = [one for one in wanted if one not in held], "\n" in held.as_string()
    for one in new:
        held.add_line(one, comment=_comment(names[one]) if one in names else None)
    if new and not spread:
        held.add_line(indent="")


def _comment(name: str) -> str:
    """A name that others have chosen may hold whatever breaks a line."""
    return "".join(one if one.isprintable() else "?" for one in name)


def secured(lines: str, values: Mapping[str, str]) -> str:
    """The text of the environment file with these variables set, the others as they stand."""
    kept = [line for line in lines.splitlines() if not _names(line, values)]
    return "\n".join([*kept, *(f"{name}={value}" for name, value in values.items())]) + "\n"


def _names(line: str, values: Iterable[str]) -> bool:
    return line.strip().removeprefix("export ").partition("=")[0].strip() in values

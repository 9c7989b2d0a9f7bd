"""Reads `carrel.toml` and `CARREL_…` into the models, and explains every fault."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError, create_model

from carrel.core.errors import ConfigError
from carrel.settings import approving, freedom, plugins, projects, sharing
from carrel.settings.places import login_home
from carrel.settings.tables import ConversationTable, ProjectTable, Settings

ENV_PREFIX = "CARREL_"
SECRET = frozenset({"store"})
"""Tables whose values are not repeated to whoever made a fault: a password may be in them."""

_PLAIN: Mapping[str, str] = MappingProxyType(
    {
        "frozen_set_type": "Input should be a list of strings",
        "model_type": "Input should be a table",
        "dict_type": "Input should be a table",
    }
)
"""What pydantic says in words of Python, in words of TOML."""


def load(home: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of `home`: defaults, then `carrel.toml`, then `CARREL_TABLE__KEY`.

    A platform's table is checked against the platform's own model. Raises ConfigError with file,
    line, key and what is accepted.
    """
    return parsed(_read(home / "carrel.toml"), home, environ)


def parsed(text: str, home: Path, environ: Mapping[str, str]) -> Settings:
    """The settings that `carrel.toml` of `home` would give if it said this. Raises as `load`."""
    file = home / "carrel.toml"
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: this is not TOML: {error}.") from None
    merged = _overlay(tables, environ)
    added = set(merged) - Settings.model_fields.keys()
    model = model_with(sorted(added.intersection(plugins.names("platforms"))))
    try:
        settings = model.model_validate(merged)
    except ValidationError as error:
        raise ConfigError(_explain(error, model, file, text, environ)) from None
    places = projects.Forbidden(home, login_home(environ))
    faults = [*projects.faults(settings, places), *freedom.faults(settings)]
    if faults := [*faults, *approving.faults(settings), *sharing.faults(settings)]:
        said = (f"{_place(path, file, text)}: {why}" for path, why in faults)
        raise ConfigError("\n".join(said))
    return settings


def model_with(platforms: Iterable[str]) -> type[Settings]:
    """The settings with the tables of these platforms."""
    tables: dict[str, Any] = {
        name: (plugins.platform(name).table | None, None) for name in platforms
    }
    return create_model("Settings", __base__=Settings, **tables) if tables else Settings


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}.") from None


def _overlay(tables: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """`CARREL_CONSOLE__PORT=0` says `port = 0` in `[console]`."""
    merged = {k: dict(v) if isinstance(v, dict) else v for k, v in tables.items()}
    for name, value in environ.items():
        table, parts, key = name.removeprefix(ENV_PREFIX).lower().partition("__")
        if name.startswith(ENV_PREFIX) and parts:
            held = merged.setdefault(table, {})
            if isinstance(held, dict):
                held[key] = value
    return merged


def _explain(
    error: ValidationError,
    model: type[Settings],
    file: Path,
    text: str,
    environ: Mapping[str, str],
) -> str:
    """Every fault in a sentence of its own: where, what, and what is accepted."""
    faults = []
    for fault in error.errors():
        path = tuple(str(part) for part in fault["loc"])
        name = variable(path, environ)
        place = f"{name}: {'.'.join(path)}" if name else _place(path, file, text)
        faults.append(f"{place}: {_sentence(fault, path, model)}")
    return "\n".join(faults)


def _place(path: tuple[str, ...], file: Path, text: str) -> str:
    """Where a key stands, and its name."""
    line = _line_of(path, text)
    return f"{file}:{line}: {'.'.join(path)}" if line else f"{file}: {'.'.join(path)}"


def variable(path: tuple[str, ...], environ: Mapping[str, str]) -> str | None:
    """The variable that says what stands at `path`, if one does: it has the last word."""
    for name in environ:
        key = name.removeprefix(ENV_PREFIX).lower().split("__", 1)
        if name.startswith(ENV_PREFIX) and len(key) > 1 and key[: len(path)] == list(path):
            return name
    return None


def _sentence(fault: Any, path: tuple[str, ...], model: type[Settings]) -> str:
    if fault["type"] == "extra_forbidden":
        known = _known_keys(path[:-1], model)
        near = difflib.get_close_matches(path[-1], known, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return f"unknown key.{hint} Accepted: {', '.join(known)}."
    said = _PLAIN.get(fault["type"], fault["msg"]).removeprefix("Value error, ")
    return f"{said}." if path[0] in SECRET else f"{said}; given: {fault.get('input')!r}."


def _known_keys(path: tuple[str, ...], model: type[Settings]) -> list[str]:
    match path:
        case ():
            return sorted({*model.model_fields, *plugins.names("platforms")})
        case ("conversations", *_):
            return _known_keys_of(ConversationTable)
        case ("projects", *_):
            return _known_keys_of(ProjectTable)
    field = model.model_fields[path[0]]
    kinds = (field.annotation, *get_args(field.annotation))
    tables = (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
    return _known_keys_of(next(tables, model))


def _known_keys_of(table: type[BaseModel]) -> list[str]:
    return sorted(table.model_fields)


def _line_of(path: tuple[str, ...], text: str) -> int | None:
    """The line where the key stands (or its table), counted from 1; None if it is not there."""
    wanted, table, best = ".".join(path), "", None
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if header := re.fullmatch(r"\[([^\[\]]+)\]\s*(#.*)?", bare):
            table = _unquoted(header.group(1))
            best = number if _is_within(wanted, table) else best
        elif key := re.match(r"([^=#]+)=", bare):
            name = _unquoted(key.group(1))
            if _is_within(wanted, f"{table}.{name}" if table else name):
                return number
    return best


def _unquoted(name: str) -> str:
    return re.sub(r"""["']|\s*(\.)\s*""", r"\1", name).strip()


def _is_within(path: str, table: str) -> bool:
    return path == table or path.startswith(f"{table}.")

"""carrel.toml: new tables are added, and nothing that stands there is touched. Pure."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

Value = str | tuple[str, ...]
Tables = Mapping[tuple[str, ...], Mapping[str, Value]]
"""Tables by their path; `()` is the top of the file."""

_Part = tuple[tuple[str, ...], Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class Merged:
    """The file's new text; what was added, what stood there already, what somebody must do."""

    text: str
    added: tuple[str, ...]
    there: tuple[str, ...]
    clashes: tuple[str, ...]


def merged(text: str, tables: Tables) -> Merged:
    """`text` with those of the tables that it has not; raises TOMLDecodeError if it is no TOML."""
    held = tomllib.loads(text)
    parts: dict[str, list[_Part]] = {"new": [], "there": [], "clash": []}
    for path, keys in tables.items():
        for part in [keys] if path else [{key: keys[key]} for key in keys]:
            parts[_standing(held, path, part)].append((path, part))
    new, there, clashes = (tuple(rendered(*part) for part in parts[kind]) for kind in parts)
    result = _joined(text, new)
    if not _holds(result, parts["new"]):
        return Merged(text, (), there, (*new, *clashes))
    return Merged(result, new, there, clashes)


def rendered(path: tuple[str, ...], keys: Mapping[str, Value]) -> str:
    """A table, or the keys of the top, as they are written."""
    head = [f"[{'.'.join(map(_key, path))}]"] if path else []
    return "\n".join([*head, *(f"{_key(key)} = {_value(keys[key])}" for key in keys)]) + "\n"


def _standing(held: object, path: tuple[str, ...], keys: Mapping[str, Value]) -> str:
    for name in path:
        if not isinstance(held, dict):
            return "clash"
        if name not in held:
            return "new"
        held = held[name]
    if not isinstance(held, dict):
        return "clash"
    if not path and not keys.keys() & held.keys():
        return "new"
    same = all(_same(held.get(key), value) for key, value in keys.items())
    return "there" if same else "clash"


def _same(held: object, wanted: Value) -> bool:
    """A list that has all that is wanted, and more, is as good."""
    if isinstance(wanted, tuple):
        return isinstance(held, list) and all(one in held for one in wanted)
    return held == wanted


def _joined(text: str, added: tuple[str, ...]) -> str:
    """Keys of the top go before everything, tables behind it."""
    top = "".join(part for part in added if not part.startswith("["))
    tables = "\n".join(part for part in added if part.startswith("["))
    blocks = (top, text.strip("\n") + "\n" if text.strip() else "", tables)
    return "\n".join(block for block in blocks if block)


def _holds(text: str, parts: list[_Part]) -> bool:
    """Whether the text is TOML and says all of them: an inline table cannot be added to."""
    try:
        held = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return all(_standing(held, path, keys) == "there" for path, keys in parts)


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else _quoted(name)


def _value(value: Value) -> str:
    if isinstance(value, str):
        return _quoted(value)
    return f"[{', '.join(map(_quoted, value))}]"


def _quoted(text: str) -> str:
    # TOML knows JSON's escapes, but not its two halves of one character.
    return json.dumps(text, ensure_ascii=False)

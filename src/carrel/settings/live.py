"""`carrel.toml` while the gateway runs: what can change at once, and what needs a restart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from types import MappingProxyType

from pydantic import BaseModel

from carrel.core.errors import ConfigError
from carrel.ports.changes import Change
from carrel.settings import editing, replacing
from carrel.settings.editing import Edits
from carrel.settings.loading import load, parsed
from carrel.settings.tables import Settings

WHOLE = frozenset({"shared", "defaults", "conversations", "people"})
"""What is asked anew for every message, so that it can change between two."""

KEYS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "engine": frozenset({"model", "effort", "fallback"}),
        "limits": frozenset({"message_characters"}),
        "schedules": frozenset({"notify_to"}),
    }
)
"""The same, of tables whose other keys need a restart."""

Stamp = tuple[int, int, int] | None


class LiveSettings:
    """The settings in force; they begin as `current`, and follow the file as far as they can."""

    def __init__(self, home: Path, environ: Mapping[str, str], current: Settings) -> None:
        self._home, self._environ = home, environ
        self._file = home / "carrel.toml"
        self._taken = self._seen = self._stamp()
        self._last = Change()
        self._lock = Lock()
        self.current = current

    @property
    def notices(self) -> tuple[str, ...]:
        """What the operator should know for as long as it is so."""
        said = self._last.sentence if self._last.fault else self._last.later
        return (said,) if said else ()

    def look(self) -> Change | None:
        """Read the file once it has changed and stands still between two looks."""
        with self._lock:
            stamp, before = self._stamp(), self._seen
            self._seen = stamp
            if stamp == self._taken or stamp != before:
                return None
            self._taken = stamp
            self._last = self._read()
            return self._last

    def change(self, edits: Edits) -> Change:
        """Write into the file what shall hold, and read it at once.

        Raises ConfigError with nothing written where the file has a fault, or would get one.
        """
        with self._lock:
            try:
                held = self._file.read_text("utf-8")
                parsed(held, self._home, self._environ)  # only a file without a fault is edited
                return self._put(held, editing.edited(held, edits, {}))
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(str(error)) from error

    def replace(self, before: str | None, text: str) -> Change:
        """Write the whole of the file in place of what was read, and read it at once.

        `before` None: it was not there. Raises ConfigError with nothing written where it says
        something else by now, or would get a fault.
        """
        with self._lock:
            return self._put(before, text)

    def _put(self, before: str | None, text: str) -> Change:
        parsed(text, self._home, self._environ)
        try:
            replacing.replace(self._file.resolve(), before, text)
        except OSError as error:
            raise ConfigError(str(error)) from error
        self._taken = self._seen = self._stamp()
        self._last = self._read()
        return self._last

    def _read(self) -> Change:
        if self._taken is None:
            return Change(fault=f"{self._file} is gone.")
        try:
            found = load(self._home, self._environ)
        except ConfigError as error:
            return Change(fault=str(error))
        changed = tuple(_changed(self.current, found))
        unbound = not _projects(found) <= self.current.projects.keys()
        now = tuple(one for one in changed if _is_live(one, unbound=unbound))
        self.current = _taken_over(self.current, found, now)
        return Change(now, tuple(one for one in changed if one not in now))

    def _stamp(self) -> Stamp:
        try:
            stat = self._file.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _changed(old: Settings, new: Settings) -> Iterator[str]:
    """The keys whose values differ; of tables of whole use only the table."""
    for name in sorted({*type(old).model_fields, *type(new).model_fields}):
        before, after = getattr(old, name, None), getattr(new, name, None)
        if before == after:
            continue
        if name in KEYS and isinstance(before, BaseModel):
            for key in type(before).model_fields:
                if getattr(before, key) != getattr(after, key):
                    yield f"{name}.{key}"
        else:
            yield name


def _is_live(name: str, *, unbound: bool) -> bool:
    """Whether it can change at once. `unbound`: conversations name projects not known yet."""
    table, _, key = name.partition(".")
    if table in KEYS:
        return key in KEYS[table]
    return table in WHOLE and not (unbound and table == "conversations")


def _projects(settings: Settings) -> frozenset[str]:
    named = (table.project for table in settings.conversations.values())
    return frozenset(name for name in named if name is not None)


def _taken_over(old: Settings, new: Settings, names: tuple[str, ...]) -> Settings:
    """The old settings with these keys of the new ones."""
    update: dict[str, object] = {}
    for name in names:
        table, _, key = name.partition(".")
        held = update.get(table, getattr(old, table))
        if key and isinstance(held, BaseModel):
            update[table] = held.model_copy(update={key: getattr(getattr(new, table), key)})
        else:
            update[table] = getattr(new, table)
    return old.model_copy(update=update)

"""What is going to be written, and the writing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from carrel import durable
from carrel.core.errors import ConfigError
from carrel.ports.changes import Change
from carrel.ports.guide import Guide, Named, Secret, Survey
from carrel.ports.platform import PlatformKind, PlatformParts
from carrel.setting_up.parts import parts_of
from carrel.settings import editing, loading, places, replacing
from carrel.settings.editing import Edits, Value
from carrel.settings.tables import Settings

Put = Callable[[str | None, str], Change]
"""Writes carrel.toml in place of what it said before (None: it was not there)."""


@dataclass(frozen=True, slots=True)
class Network:
    """A platform that is set up, as it was just seen. `table` and `parts` are good for requests."""

    name: str
    guide: Guide
    table: Any
    parts: PlatformParts = field(repr=False)  # its environment holds the secrets
    survey: Survey


class Draft:
    """The settings as they will be. Nothing is written before `write`.

    `hide` hears each secret that is used. Raises ConfigError for a carrel.toml with a fault.
    """

    def __init__(
        self, home: Path, environ: Mapping[str, str], hide: Callable[[str], None] = lambda _: None
    ) -> None:
        self.home, self.environ, self._hide = home, environ, hide
        self.file = (home / "carrel.toml").resolve()
        self.held = self._read()
        self._text = editing.template() if self.held is None else self.held
        self._edits: dict[tuple[str, ...], Value | None] = {}
        self._secrets: dict[str, str] = {}
        self._variables: dict[str, str] = {}
        self.names: dict[str, str] = {}

    def _read(self) -> str | None:
        loading.load(self.home, self.environ)  # a fault is said before anything is asked
        return replacing.held(self.file)

    @property
    def is_new(self) -> bool:
        """Whether there is no carrel.toml yet."""
        return self.held is None

    def set(self, edits: Edits) -> None:
        """Change keys."""
        self._edits |= edits

    def keep(self, name: str, secret: str) -> None:
        """Put a secret into a file of the home."""
        self._secrets[name] = secret

    def keep_variable(self, name: str, value: str) -> None:
        """Put a variable into the home's environment file."""
        self._variables[name] = value

    def knows(self, *named: Named) -> None:
        """Remember what people call an address, where they call it anything."""
        self.names |= {one.address: one.name for one in named if one.name != one.address}

    @property
    def text(self) -> str:
        """What `carrel.toml` will say."""
        return editing.edited(self._text, self._edits, self.names)

    @property
    def settings(self) -> Settings:
        """The settings that it will give. Raises ConfigError, each fault named."""
        return loading.parsed(self.text, self.home, self.environ)

    @property
    def overruled(self) -> str:
        """A sentence about variables that have the last word over what it changes, or nothing."""
        named = {loading.variable(path, self.environ) for path in self._edits} - {None}
        names = " and ".join(sorted(filter(None, named)))
        return f"{names} in the environment says otherwise, and holds." if named else ""

    def parts(self, name: str, variables: Mapping[str, str]) -> PlatformParts:
        """What a platform is examined with; `variables` come before the environment's."""
        return parts_of(name, self.home, {**self.environ, **variables}, self._hide)

    def table(self, name: str, kind: PlatformKind, bare: Iterable[Secret] = ()) -> Any:
        """A platform's table as it will be, but that it reads `bare` from the environment."""
        table = self.settings.platforms.get(name) or kind.table()
        keys = [f"{one.key}_{end}" for one in bare for end in ("file", "command")]
        return table.model_copy(update=dict.fromkeys(keys))

    def write(self, put: Put | None = None) -> Change:
        """Write everything, the secrets first; `carrel.toml` at once or not at all.

        What became of carrel.toml, as `put` says. Raises ConfigError with nothing written where it
        would have a fault, or does not say any more what it said when this draft began.
        """
        text = self.text
        loading.parsed(text, self.home, self.environ)
        try:
            replacing.require(self.file, self.held)
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.home.chmod(0o700)
            with self._secrets_in_place():
                return Change() if text == self.held else (put or self._put)(self.held, text)
        except OSError as error:
            raise ConfigError(f"{error.filename} cannot be written: {error.strerror}.") from error

    @contextmanager
    def _secrets_in_place(self) -> Iterator[None]:
        """They are written before what names them; where that fails, it is as it was."""
        names = [*self._secrets, *([places.ENVIRONMENT_FILE] if self._variables else ())]
        files = [self.home / name for name in names]
        before = {file: file.read_bytes() for file in files if file.exists()}
        try:
            for name, secret in self._secrets.items():
                durable.write(self.home / name, f"{secret}\n".encode())
            if self._variables:
                self._write_variables()
            yield
        except BaseException:
            for file in files:
                if file in before:
                    durable.write(file, before[file])
                else:
                    file.unlink(missing_ok=True)
            raise

    def _put(self, before: str | None, text: str) -> Change:
        replacing.replace(self.file, before, text)
        return Change()

    def _write_variables(self) -> None:
        file = self.home / places.ENVIRONMENT_FILE
        held = file.read_text("utf-8") if file.exists() else ""
        durable.write(file, editing.secured(held, self._variables).encode())

"""What the wizard is going to write, and the writing of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from carrel import durable
from carrel.cli.parts import parts_of
from carrel.core.errors import ConfigError
from carrel.core.model import Trigger
from carrel.ports.guide import Guide, Named, Secret, Survey
from carrel.ports.platform import PlatformKind, PlatformParts
from carrel.settings import editing, loading, places
from carrel.settings.editing import Edits, Value
from carrel.settings.tables import Settings


@dataclass(frozen=True, slots=True)
class Given:
    """What was said on the command line; what is empty or None is asked for.

    `tokens` and `commands`: a platform's name, or `name.key` for its further secrets, to a file or
    a command.
    """

    platforms: tuple[str, ...] | None = None
    tokens: Mapping[str, str] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    answer: Trigger | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    owners: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    timezone: str | None = None
    budget: float | None = None
    isolation: str | None = None
    api_key: str | None = None
    hello: str | None = None
    service: bool | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """A platform that is set up, as it was just seen. `table` and `parts` are good for requests."""

    name: str
    guide: Guide
    table: Any
    parts: PlatformParts
    survey: Survey


class Draft:
    """The settings as they will be. Nothing is written before `write`."""

    def __init__(self, home: Path, environ: Mapping[str, str]) -> None:
        self.home, self.environ = home, environ
        self.file = (home / "carrel.toml").resolve()
        self.is_new = not self.file.exists()
        self._text = editing.template() if self.is_new else self._read()
        self._edits: dict[tuple[str, ...], Value | None] = {}
        self._secrets: dict[str, str] = {}
        self._variables: dict[str, str] = {}
        self.names: dict[str, str] = {}

    def _read(self) -> str:
        loading.load(self.home, self.environ)  # a fault is said before anything is asked
        return self.file.read_text("utf-8")

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
        """Remember what people call an address."""
        self.names |= {one.address: one.name for one in named}

    @property
    def text(self) -> str:
        """What `carrel.toml` will say."""
        return editing.edited(self._text, self._edits, self.names)

    @property
    def settings(self) -> Settings:
        """The settings that it will give. Raises ConfigError, each fault named."""
        return loading.parsed(self.text, self.home, self.environ)

    def parts(self, name: str, variables: Mapping[str, str]) -> PlatformParts:
        """What a platform is examined with; `variables` come before the environment's."""
        return parts_of(name, self.home, {**self.environ, **variables})

    def table(self, name: str, kind: PlatformKind, bare: Iterable[Secret] = ()) -> Any:
        """A platform's table as it will be, but that it reads `bare` from the environment."""
        table = self.settings.platforms.get(name) or kind.table()
        keys = [f"{one.key}_{end}" for one in bare for end in ("file", "command")]
        return table.model_copy(update=dict.fromkeys(keys))

    def write(self) -> None:
        """Write everything, the secrets first; `carrel.toml` at once or not at all."""
        text = self.text
        loading.parsed(text, self.home, self.environ)
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.home.chmod(0o700)
            for name, secret in self._secrets.items():
                durable.write(self.home / name, f"{secret}\n".encode())
            if self._variables:
                self._write_variables()
            if self.is_new or text != self.file.read_text("utf-8"):
                durable.write(self.file, text.encode())
        except OSError as error:
            raise ConfigError(f"{error.filename} cannot be written: {error.strerror}.") from error

    def _write_variables(self) -> None:
        file = self.home / places.ENVIRONMENT_FILE
        held = file.read_text("utf-8") if file.exists() else ""
        durable.write(file, editing.secured(held, self._variables).encode())

"""`carrel.toml` and the environment, as frozen models. The only reader of the environment."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from carrel.core.admission import People
from carrel.core.errors import ConfigError
from carrel.core.model import Mode, Trigger, WaitingMode
from carrel.core.routing import PlaceRule, Rules

ENV_PREFIX = "CARREL_"
LONGEST_SOCKET = 100
SHORT_FOLDER = Path("/tmp")  # noqa: S108 - the folder below it is checked to be our own

KEPT = frozenset(
    {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TERM",
        "TMPDIR",
        "XDG_RUNTIME_DIR",
        "NOTIFY_SOCKET",
        "WATCHDOG_USEC",
        "VIRTUAL_ENV",
        "PYTHONPATH",
        "PYTHONUNBUFFERED",
        "PYTHONDONTWRITEBYTECODE",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    }
)
"""What may stay in the gateway's environment, and so reach its children. Nothing else does."""


_PLAIN: Mapping[str, str] = MappingProxyType(
    {
        "frozen_set_type": "Input should be a list of strings",
        "model_type": "Input should be a table",
        "dict_type": "Input should be a table",
    }
)
"""What pydantic says in words of Python, in words of TOML."""


def _address(text: str) -> str:
    platform, colon, rest = text.partition(":")
    if not (platform.isidentifier() and colon and rest):
        raise ValueError(f"write it as `platform:id`, not {text!r}")
    return text


Address = Annotated[str, AfterValidator(_address)]
"""A conversation or a person, as `platform:id`."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _truth_is_no_number(cls, value: Any) -> Any:
        """`port = true` would be port 1. No key is a truth value so far."""
        if isinstance(value, bool):
            raise ValueError("true and false are not accepted here")  # noqa: TRY004 - pydantic's
        return value


class Engine(_Table):
    """`[engine]`: which coding agent answers, and how many run at once."""

    name: str = Field("claude", description="The engine: `claude`, or `scripted` for tests.")
    model: str | None = Field(None, description="The model; the engine's own default if unset.")
    max_live: int = Field(8, ge=1, le=500, description="Live engine processes at most.")
    idle_seconds: float = Field(
        600, gt=0, description="Idle engine processes are closed after this."
    )


class Walls(_Table):
    """`[walls]`: what keeps sessions apart."""

    isolation: Literal["strict", "folder"] = Field(
        "strict",
        description="`strict`: OS walls by bubblewrap. `folder`: folders only; sessions of one "
        "gateway can then read each other.",
    )


class Console(_Table):
    """`[console]`: the local web console. It listens on loopback only."""

    port: int = Field(4711, ge=0, le=65535, description="The port; 0 takes a free one.")


class Defaults(_Table):
    """`[defaults]`: what holds where a conversation says nothing."""

    answer: Trigger = Field("all", description="Answer `all` messages, a `mention`, or `never`.")
    waiting: WaitingMode = Field("steer", description="What a message does during a turn.")
    mode: Mode = Field("ask", description="What the agent may do unasked.")


class ConversationTable(_Table):
    """`[conversations."platform:channel"]`: exceptions for one conversation."""

    answer: Trigger | None = Field(None, description="As in `[defaults]`.")
    waiting: WaitingMode | None = Field(None, description="As in `[defaults]`.")
    mode: Mode | None = Field(None, description="As in `[defaults]`.")


class PeopleTable(_Table):
    """`[people]`: who is heard, each as `platform:id`. No list means nobody."""

    owners: frozenset[Address] = Field(frozenset(), description="May do everything.")
    approvers: frozenset[Address] = Field(frozenset(), description="May also answer approvals.")
    members: frozenset[Address] = Field(frozenset(), description="May talk to the agent.")


class Limits(_Table):
    """`[limits]`: what is too much."""

    message_characters: int = Field(
        200_000, ge=1, le=5_000_000, description="The longest message taken."
    )
    file_bytes: int = Field(
        25_000_000, ge=1, le=1_000_000_000, description="The largest file, in or out."
    )


class Gateway(_Table):
    """`[gateway]`: the daemon itself."""

    grace_seconds: float = Field(
        20, ge=0, le=600, description="How long a stop waits for running turns."
    )
    store: str = Field("sqlite", description="The store: `sqlite`, or `memory` for tests.")


class Settings(_Table):
    """Everything the operator can say."""

    shared: frozenset[Address] = Field(
        frozenset(), description="Conversations that share the session `default`."
    )
    engine: Engine = Engine()
    walls: Walls = Walls()
    console: Console = Console()
    defaults: Defaults = Defaults()
    conversations: dict[str, ConversationTable] = Field(default_factory=dict)
    people: PeopleTable = PeopleTable()
    limits: Limits = Limits()
    gateway: Gateway = Gateway()

    def rules(self) -> Rules:
        """The operator's rules as `core.routing` reads them."""
        places = {
            address: PlaceRule(table.answer, table.waiting, table.mode)
            for address, table in self.conversations.items()
        }
        return Rules(
            shared=self.shared,
            engine=self.engine.name,
            answer=self.defaults.answer,
            waiting=self.defaults.waiting,
            mode=self.defaults.mode,
            places=MappingProxyType(places),
        )

    def listed(self) -> People:
        """Who is heard; whoever holds the console's cookie is its owner."""
        people = self.people
        return People(people.owners | {"console:local"}, people.approvers, people.members)


def environment() -> Mapping[str, str]:
    """The environment as it is now, as a copy."""
    return MappingProxyType(dict(os.environ))  # noqa: TID251 - the only reader


def scrub() -> None:
    """Take out of this process's environment whatever its children have no need of."""
    for name in tuple(os.environ):  # noqa: TID251 - the only writer
        if name not in KEPT and not name.startswith("LC_"):
            del os.environ[name]  # noqa: TID251 - the only writer


def home_of(environ: Mapping[str, str]) -> Path:
    """`$CARREL_HOME`, or `~/.carrel`."""
    given = environ.get("CARREL_HOME")
    return Path(given).expanduser().absolute() if given else Path.home() / ".carrel"


def login_home(environ: Mapping[str, str]) -> Path:
    """The home directory of the person who runs Carrel: the engine's own login lies there."""
    return Path(environ.get("HOME") or Path.home())


def control_socket(home: Path) -> Path:
    """Where the gateway of `home` listens for the command line.

    Below the home; where that is too long for a socket's name, in a folder of this user's own.
    """
    inside = home / "run" / "control.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET:
        return inside
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return SHORT_FOLDER / f"carrel-{os.getuid()}" / f"{name}.sock"


def require_own(folder: Path) -> None:
    """Raise ConfigError unless `folder` is this user's, closed to everybody else."""
    found = folder.stat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise ConfigError(f"{folder} belongs to others or is open to them; remove it.")


def load(home: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of `home`: defaults, then `carrel.toml`, then `CARREL_TABLE__KEY`.

    Raises ConfigError with file, line, key and what is accepted.
    """
    file = home / "carrel.toml"
    text = _read(file)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: this is not TOML: {error}.") from None
    merged = _overlay(tables, environ)
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        raise ConfigError(_explain(error, file, text, environ)) from None


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


def _explain(error: ValidationError, file: Path, text: str, environ: Mapping[str, str]) -> str:
    """Every fault in a sentence of its own: where, what, and what is accepted."""
    faults = []
    for fault in error.errors():
        path = tuple(str(part) for part in fault["loc"])
        line = _line_of(path, text)
        place = _variable(path, environ) or (f"{file}:{line}" if line else str(file))
        faults.append(f"{place}: {'.'.join(path)}: {_sentence(fault, path)}")
    return "\n".join(faults)


def _variable(path: tuple[str, ...], environ: Mapping[str, str]) -> str | None:
    """The variable that says what stands at `path`, if one does: it has the last word."""
    for name in environ:
        key = name.removeprefix(ENV_PREFIX).lower().split("__", 1)
        if name.startswith(ENV_PREFIX) and len(key) > 1 and key[: len(path)] == list(path):
            return name
    return None


def _sentence(fault: Any, path: tuple[str, ...]) -> str:
    if fault["type"] == "extra_forbidden":
        known = _known_keys(path[:-1])
        near = difflib.get_close_matches(path[-1], known, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return f"unknown key.{hint} Accepted: {', '.join(known)}."
    said = _PLAIN.get(fault["type"], fault["msg"]).removeprefix("Value error, ")
    return f"{said}; given: {fault.get('input')!r}."


def _known_keys(path: tuple[str, ...]) -> list[str]:
    table: type[BaseModel] = Settings
    for part in path:
        if table is Settings and part == "conversations":
            return _known_keys_of(ConversationTable)
        field = table.model_fields.get(part)
        kind = field.annotation if field else None
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            break
        table = kind
    return _known_keys_of(table)


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

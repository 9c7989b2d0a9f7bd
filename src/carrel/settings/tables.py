"""`carrel.toml` as frozen models: every key, its bounds and its default."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from carrel.core.admission import People
from carrel.core.budgets import Budget
from carrel.core.errors import ConfigError
from carrel.core.jobs import JOB_ID, PLATFORM, REMINDER_ID
from carrel.core.model import (
    BoundKind,
    Effort,
    Mode,
    Role,
    Trigger,
    WaitingMode,
    conversation_at,
)
from carrel.core.routing import Binding, Guests, PlaceRule, Rules
from carrel.ports.hosts import Part
from carrel.ports.workspace import Project
from carrel.settings.job_table import zone
from carrel.settings.store_table import NOT_MOUNTED, StoreTable
from carrel.settings.table import Table as _Table

JOBS = f"{PLATFORM}:{JOB_ID}"
"""Speaks for the operator, whose files they are, wherever it is."""


def _address(text: str) -> str:
    platform, colon, rest = text.partition(":")
    if not (platform.isidentifier() and colon and rest):
        raise ValueError("write it as `platform:id`")
    return text


Address = Annotated[str, AfterValidator(_address)]
"""A conversation or a person, as `platform:id`."""


class Engine(_Table):
    """`[engine]`: which coding agent answers, and how many run at once."""

    name: str = Field("claude", description="The engine: `claude`, or `scripted` for tests.")
    model: str | None = Field(None, description="The model; the engine's own default if unset.")
    effort: Effort | None = Field(
        None, description="How hard the model thinks; the engine's own default if unset."
    )
    fallback: str | None = Field(
        None,
        description="The model that goes on by itself when a usage limit is reached, until it is "
        "over; if unset, the session pauses.",
    )
    max_live: int = Field(8, ge=1, le=500, description="Live engine processes at most.")
    idle_seconds: float = Field(600, gt=0, description="Idle engines are closed after this.")


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
    burst: float = Field(
        0.7,
        ge=0,
        le=60,
        description="What one person says within so many seconds is one message, if it waits.",
    )
    raise_mode: Role = Field(
        "owner", description="The weakest role that may let the agent do more unasked, by `/mode`."
    )


class ProjectTable(_Table):
    """`[projects.name]`: a folder that conversations may be bound to. None is, unless it is here.

    The name is of small letters, digits and hyphens.
    """

    path: str = Field(description="The folder, as an absolute path; `~` is your home directory.")
    branch: str | None = Field(
        None,
        description="The branch that worktrees start from and are merged into; "
        "what is checked out there if unset.",
    )

    @property
    def folder(self) -> Path:
        """Where it really lies, links followed."""
        return Path(self.path).expanduser().resolve()


class ConversationTable(_Table):
    """`[conversations."platform:id"]`: exceptions for a thread, a channel, a category, a server.

    The nearest one that says something counts, each key for itself; `project` and `workspace` are
    one.
    """

    answer: Trigger | None = Field(None, description="As in `[defaults]`.")
    waiting: WaitingMode | None = Field(None, description="As in `[defaults]`.")
    mode: Mode | None = Field(None, description="As in `[defaults]`.")
    raise_mode: Role | None = Field(None, description="As in `[defaults]`.")
    model: str | None = Field(None, description="As in `[engine]`.")
    effort: Effort | None = Field(None, description="As in `[engine]`.")
    fallback: str | None = Field(None, description="As in `[engine]`.")
    project: str | None = Field(None, description="The project of the sessions here.")
    guests: Guests | None = Field(
        None,
        description="`ask`: who is not listed may ask here by addressing Carrel, and an owner "
        "decides about each message. `never`, if unset.",
    )
    approvers: frozenset[Address] | None = Field(
        None,
        description="Who alone may approve here, besides owners, in place of the approvers of "
        "`[people]`. An empty list: owners only.",
    )
    workspace: BoundKind | None = Field(
        None,
        description="`worktree`: each session has a copy of the project with a branch of its own; "
        "so it is if unset. `project`: all work in the folder itself. Only with a `project`.",
    )

    @property
    def rule(self) -> PlaceRule:
        """The same as `core.routing` reads it."""
        kind = self.workspace or "worktree"
        return PlaceRule(
            answer=self.answer,
            waiting=self.waiting,
            mode=self.mode,
            model=self.model,
            effort=self.effort,
            fallback=self.fallback,
            raising=self.raise_mode,
            guests=self.guests,
            approvers=None if self.approvers is None else self.approvers | {JOBS},
            bound=Binding(self.project, kind) if self.project is not None else None,
        )


class PeopleTable(_Table):
    """`[people]`: who is heard. No list means nobody.

    Each is a person (`platform:id`), a role (`platform:role:id`), or everyone on a server
    (`platform:server:id`).
    """

    owners: frozenset[Address] = Field(frozenset(), description="May do everything.")
    approvers: frozenset[Address] = Field(frozenset(), description="May also answer approvals.")
    members: frozenset[Address] = Field(frozenset(), description="May talk to the agent.")
    guests: frozenset[Address] = Field(
        frozenset(), description="What they say waits for an owner's tap, each message."
    )
    bots: frozenset[Address] = Field(
        frozenset(),
        description="Other bots that are heard, each by its own id, when they address Carrel.",
    )


class CatchUpTable(_Table):
    """`[catch_up]`: what becomes of messages that came while nobody listened."""

    max_age: float = Field(
        3600, ge=0, description="Seconds; what is older is answered only if a person says so, and "
        "replies that waited for so long, and for an hour, are told of once and not sent.",
    )  # fmt: skip
    every: float = Field(
        300,
        ge=30,
        description="Seconds between two looks at the history of conversations in use, for what "
        "got lost on the way.",
    )


class Voice(_Table):
    """`[voice]`: what listens to voice messages. Without it they are politely declined."""

    engine: Literal["none", "local", "endpoint"] = Field(
        "none",
        description="`local`: faster-whisper on this machine, from the extra `carrel[voice]`. "
        "`endpoint`: a service that speaks OpenAI's transcription API.",
    )
    model: str = Field("base", description="The model, by the name that the engine knows.")
    url: str = Field("https://api.openai.com", description="The endpoint's address.")
    key_variable: str = Field(
        "OPENAI_API_KEY", description="The environment variable with the endpoint's key."
    )


def _place(text: str) -> str:
    return conversation_at(text).address


class SchedulesTable(_Table):
    """`[schedules]`: what holds for all jobs. Each job is a file of its own, `jobs/<name>.md`."""

    notify_to: Annotated[str, AfterValidator(_place)] | None = Field(
        None, description="The conversation that is told of jobs that name none."
    )
    timezone: Annotated[str, AfterValidator(zone)] = Field(
        "UTC",
        description="The zone of times that are said in chat, and of jobs that name none.",
    )


class Limits(_Table):
    """`[limits]`: what is too much."""

    message_characters: int = Field(
        200_000, ge=1, le=5_000_000, description="The longest message taken."
    )
    file_bytes: int = Field(
        25_000_000, ge=1, le=1_000_000_000, description="The largest file, in or out."
    )
    free_bytes: int = Field(
        200_000_000,
        ge=0,
        description="With less than this free on the home's disk no turn begins; those that came "
        "wait, and go on by themselves.",
    )


class BudgetTable(_Table):
    """`[budget]`: what may be spent in a day. Without it nothing is bounded."""

    day: float | None = Field(
        None, gt=0, description="US dollars a day for all sessions together, jobs included."
    )
    session: float | None = Field(None, gt=0, description="US dollars a day for each session.")


class Gateway(_Table):
    """`[gateway]`: the daemon itself."""

    grace_seconds: float = Field(
        20, ge=0, le=600, description="How long a stop waits for running turns."
    )
    store: str = Field("sqlite", description="The store: `sqlite`, or `memory` for tests.")
    role: Part = Field(
        "all",
        description="Of several hosts: `engines` only runs agents for the one that leads; "
        "`platforms` leads or stands by, and runs none; `all` leads, or stands by and runs them.",
    )


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
    projects: dict[str, ProjectTable] = Field(default_factory=dict)
    people: PeopleTable = PeopleTable()
    catch_up: CatchUpTable = CatchUpTable()
    voice: Voice = Voice()
    schedules: SchedulesTable = SchedulesTable()
    limits: Limits = Limits()
    budget: BudgetTable = BudgetTable()
    store: StoreTable = StoreTable()
    gateway: Gateway = Gateway()

    @property
    def store_name(self) -> str:
        """The store by the name of its plug-in."""
        return "postgres" if self.store.url is not None else self.gateway.store

    @property
    def places(self) -> int:
        """How many agents live on this host at most."""
        return 0 if self.gateway.role == "platforms" else self.engine.max_live

    @property
    def platforms(self) -> dict[str, Any]:
        """The tables of the platforms that are set up, by name."""
        names = type(self).model_fields.keys() - Settings.model_fields.keys()
        tables = ((name, getattr(self, name)) for name in sorted(names))
        return {name: table for name, table in tables if table is not None}

    def rules(self) -> Rules:
        """The operator's rules as `core.routing` reads them."""
        places = {address: table.rule for address, table in self.conversations.items()}
        return Rules(
            shared=self.shared,
            engine=self.engine.name,
            answer=self.defaults.answer,
            waiting=self.defaults.waiting,
            mode=self.defaults.mode,
            model=self.engine.model,
            effort=self.engine.effort,
            fallback=self.engine.fallback,
            raising=self.defaults.raise_mode,
            burst=self.defaults.burst,
            walled=self.walls.isolation == "strict",
            places=MappingProxyType(places),
        )

    def sessions(self, home: Path) -> Path:
        """Where the sessions' folders lie; ConfigError for a shared one that is not there."""
        found = (self.store.folder or home) / "sessions"
        if self.store.folder is not None and not found.is_dir():
            raise ConfigError(f"{found} {NOT_MOUNTED} mkdir -m 700 {found}")
        return found

    def bounds(self) -> Budget:
        """The budgets as `core.budgets` reads them."""
        return Budget(self.budget.day, self.budget.session)

    def listed_projects(self) -> Mapping[str, Project]:
        """The projects, by name."""
        tables = self.projects.items()
        found = {name: Project(name, table.folder, table.branch) for name, table in tables}
        return MappingProxyType(found)

    def listed(self) -> People:
        """Who is heard; whoever holds the console's cookie is its owner.

        Jobs speak for the operator, whose files they are; reminders for anybody. No platform
        gives a sender of another's, so that nobody in a chat can pass for them.
        """
        people = self.people
        owners = people.owners | {"console:local"}
        approvers = people.approvers | {JOBS}
        members = people.members | {f"{PLATFORM}:{REMINDER_ID}"}
        return People(owners, approvers, members, people.guests, people.bots)

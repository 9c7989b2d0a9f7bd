"""The front matter of a job's file: every key, what it accepts, and its default."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from carrel.core.jobs import Notify, Overlap
from carrel.core.model import Conversation, Mode, conversation_at
from carrel.core.planning import LONGEST_INTERVAL, SHORTEST_INTERVAL, seconds
from carrel.core.windows import Window, window
from carrel.settings import cron

MOST_MISSED = 100
FIRST_YEAR, LAST_YEAR = 2000, 2999

_TIMES: Final = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


def zone(name: str) -> str:
    """A time zone's name, if there is such a zone. Raises ValueError."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("write a zone of the IANA's list, as `Europe/Berlin`") from None
    return name


def _wall(text: Any) -> datetime:
    for form in _TIMES:
        try:
            wall = datetime.strptime(str(text).strip(), form)  # noqa: DTZ007 - a wall clock
        except ValueError:
            continue
        if FIRST_YEAR <= wall.year <= LAST_YEAR:
            return wall
    raise ValueError("write a time as `2027-01-31 17:00`; its zone is `timezone`")


def _missed(text: Any) -> int:
    known = {"none": 0, "once": 1}
    if str(text) in known:
        return known[str(text)]
    if str(text).isdecimal() and 1 <= int(text) <= MOST_MISSED:
        return int(text)
    raise ValueError(f"write `none`, `once`, or a number from 1 to {MOST_MISSED}")


def _windows(given: Any) -> tuple[Window, ...]:
    texts = given if isinstance(given, list) else [given]
    return tuple(window(str(text)) for text in texts)


def _session(text: str) -> str:
    if text in {"own", "default"}:
        return text
    try:
        return conversation_at(text).address
    except ValueError:
        raise ValueError("write `own`, `default`, or a conversation as `discord:1234`") from None


class JobTable(BaseModel):
    """The front matter of a job."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    schedule: Annotated[str, AfterValidator(cron.line_of)] | None = Field(
        None, description="When it fires, as a cron line, or a word such as `@daily`."
    )
    every: Annotated[int, BeforeValidator(seconds)] | None = Field(
        None,
        ge=SHORTEST_INTERVAL,
        le=LONGEST_INTERVAL,
        description="Or after how long again and again: `15m`, `2h`, `1d`. Counted from "
        "1970-01-01 00:00 UTC.",
    )
    at: Annotated[datetime, BeforeValidator(_wall)] | None = Field(
        None, description="Or once, at `2027-01-31 17:00`."
    )
    timezone: Annotated[str, AfterValidator(zone)] = Field(
        "UTC",
        description="The zone of `schedule`, `at` and `active`, as `Europe/Berlin`. Unset: "
        "`timezone` of `[schedules]` in carrel.toml.",
    )
    session: Annotated[str, AfterValidator(_session)] = Field(
        "own",
        description="In which session it works: one of its `own`, the shared `default`, or that "
        "of a conversation, such as `discord:1234`.",
    )
    notify: Notify = Field(
        "always", description="Whether its outcome is said where `notify_to` says."
    )
    notify_to: Annotated[Conversation, BeforeValidator(conversation_at)] | None = Field(
        None,
        description="The conversation that is told. Unset: the one whose session it shares, else "
        "`notify_to` of `[schedules]` in carrel.toml, else none; its history has it all the same.",
    )
    model: str | None = Field(None, description="The model; only with `session: own`.")
    mode: Mode | None = Field(
        None, description="What the agent may do unasked; only with `session: own`."
    )
    timeout: Annotated[int, BeforeValidator(seconds)] = Field(
        3600,
        ge=1,
        le=7 * 86_400,
        description="How long its turn may take, in seconds or as `10m`; then it is stopped.",
    )
    retries: int = Field(0, ge=0, le=10, description="How often it is tried again when it fails.")
    overlap: Overlap = Field(
        "skip", description="What becomes of a fire while the one before it is at work."
    )
    catch_up: Annotated[int, BeforeValidator(_missed)] = Field(
        1,
        description="What becomes of fires that were missed: `none` is made up for, one is "
        "(`once`), or the last so many, as `5`.",
    )
    active: Annotated[tuple[Window, ...], BeforeValidator(_windows)] = Field(
        (),
        description="When it may fire: `08:00-22:00`, `mon-fri 22:00-06:00`, or a list of such.",
    )
    budget: float | None = Field(
        None,
        gt=0,
        description="What it may cost on one day of its zone, in US dollars; the day's further "
        "fires are then skipped.",
    )
    enabled: bool = Field(True, description="`false` switches it off.")

    @model_validator(mode="after")
    def _one_when(self) -> JobTable:
        given = [name for name in ("schedule", "every", "at") if getattr(self, name) is not None]
        if len(given) != 1:
            found = f"; given: {', '.join(given)}" if given else ""
            raise ValueError(f"say when: with one of schedule, every, at{found}")
        return self

    @model_validator(mode="after")
    def _own_engine(self) -> JobTable:
        for name in ("model", "mode"):
            if getattr(self, name) is not None and self.session != "own":
                raise ValueError(
                    f"{name} needs `session: own`: a session that others use keeps theirs"
                )
        return self

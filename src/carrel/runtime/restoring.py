"""What a session has still to hear of after a restart, and in which order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from carrel.core.events import (
    Event,
    PersonEvent,
    Prompted,
    Restored,
    RewindAsked,
    Told,
    WaitingChanged,
)
from carrel.core.messages import Inbound
from carrel.core.model import Prompt
from carrel.ports.store import Loaded

NOT_ALLOWED = "This command is not allowed to you any more."


def divided(loaded: Loaded) -> tuple[tuple[Prompt, ...], tuple[Prompt, ...]]:
    """What waited before the first command that is to be obeyed, and what was said after it.

    A /stop that is obeyed late drops nothing that was said later, nor does a /new stop it.
    """
    first = min((one.at for one in loaded.commands), default=math.inf)
    waiting = loaded.session.waiting
    return (
        tuple(one for one in waiting if one.at <= first),
        tuple(one for one in waiting if one.at > first),
    )


def in_order(
    loaded: Loaded,
    later: tuple[Prompt, ...],
    obey: Callable[[Inbound], PersonEvent | None],
    now: float,
) -> Iterator[Event]:
    """The events of a restart. `later`: what was said after the first of the commands.

    What goes back, or aside, is finished before anything begins on what is half gone.
    """
    events = [(one.at, obey(one) or _refused(one)) for one in loaded.commands]
    yield from (event for _, event in events if _goes_first(event))
    yield Restored(now)
    rest: list[tuple[float, Event]] = [(at, one) for at, one in events if not _goes_first(one)]
    rest += [(prompt.at, Prompted(prompt)) for prompt in later]
    yield from (event for _, event in sorted(rest, key=lambda one: one[0]))


def _goes_first(event: PersonEvent) -> bool:
    match event:
        case RewindAsked() | WaitingChanged(choice="side"):
            return True
        case _:
            return False


def _refused(inbound: Inbound) -> Told:
    return Told(inbound.message_id, inbound.conversation, NOT_ALLOWED)

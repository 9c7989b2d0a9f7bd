"""What is to be sent for a turn, judged by what the transcript already holds: pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from carrel.core.model import MessageId
from carrel.engines.claude.prompts import GO_ON, again_uuid, content, message_uuid
from carrel.engines.claude.transcript import ABSENT, Fate, Row, fate
from carrel.engines.claude.turns import Sending
from carrel.ports.engine import Delivered


@dataclass(frozen=True, slots=True)
class Known:
    """Prompts whose end the transcript tells."""

    ids: tuple[MessageId, ...]
    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do for the prompts of a turn.

    `answered`: told again, not asked again. `stopped`: a person had stopped it. `rerun`: the CLI
    runs it again by itself when it is resumed for that. `send`: to be sent, in order.
    """

    answered: tuple[Known, ...] = ()
    stopped: Known | None = None
    rerun: Sending | None = None
    send: tuple[Sending, ...] = ()

    @property
    def over(self) -> bool:
        """Whether all was answered: the last answer ends the turn."""
        return bool(self.answered) and not (self.stopped or self.rerun or self.send)


def plan(
    transcript: list[Row], prompts: tuple[Delivered, ...], cut: frozenset[str] = frozenset()
) -> Plan:
    """Prompts go out as one message, so that they get one answer; after a crash as they were.

    `cut`: calls that waited for a person, so that it is safe to have them made again.
    """
    answered: list[Known] = []
    send: list[Sending] = []
    rerun: Sending | None = None
    for group in _groups(transcript, prompts):
        ids = tuple(one.prompt.id for one in group)
        uuid, found, number = _latest(transcript, message_uuid(ids), cut)
        match found.kind:
            case "answered":
                answered.append(Known(ids, found.text, found.quiet))
            case "stopped":
                return Plan(tuple(answered), stopped=Known(ids, found.text))
            case "open":
                rerun = Sending(uuid, ids, "")
            case "cut":
                send.append(Sending(again_uuid(message_uuid(ids), number + 1), ids, GO_ON))
            case "absent":
                command = bool(group[0].prompt.command)
                send.append(Sending(uuid, ids, content(group), command))
    return Plan(tuple(answered), None, rerun, tuple(send))


def uuids(prompts: tuple[Delivered, ...]) -> frozenset[str]:
    """Every uuid under which the first of these prompts may have been sent."""
    return frozenset(map(message_uuid, _prefixes(tuple(one.prompt.id for one in prompts))))


def _groups(
    transcript: list[Row], prompts: tuple[Delivered, ...]
) -> Iterator[tuple[Delivered, ...]]:
    """As they were sent: first those that began the turn, then each steered one alone."""
    names = tuple(one.prompt.id for one in prompts)
    for ids in _prefixes(names):
        if fate(transcript, message_uuid(ids)) is not ABSENT:
            yield prompts[: len(ids)]
            yield from ((one,) for one in prompts[len(ids) :])
            return
    yield prompts


def _prefixes(ids: tuple[MessageId, ...]) -> Iterator[tuple[MessageId, ...]]:
    return (ids[:length] for length in range(len(ids), 0, -1))


def _latest(transcript: list[Row], uuid: str, cut: frozenset[str]) -> tuple[str, Fate, int]:
    """The last message that was sent for `uuid`, itself or a request to go on, and its number."""
    last, found, number = uuid, fate(transcript, uuid, cut), 0
    while True:
        following = again_uuid(uuid, number + 1)
        later = fate(transcript, following, cut)
        if later is ABSENT:
            return last, found, number
        last, found, number = following, later, number + 1

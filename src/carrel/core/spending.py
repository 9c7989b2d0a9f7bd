"""Who a cost is put down to: it is divided evenly among the messages that it answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from carrel.core.jobs import JOB_ID, PLATFORM
from carrel.core.model import Prompt, Usage

UNKNOWN = ""
"""Nobody in particular: nothing that was asked is left to tell."""


@dataclass(frozen=True, slots=True)
class Portion:
    """What one person's messages have cost. `person`: `platform:id`, or a job's own address."""

    person: str
    name: str
    usage: Usage


def shares(prompts: tuple[Prompt, ...], usage: Usage) -> tuple[Portion, ...]:
    """A share for each person who asked; together they are all of it.

    Two messages of one person count twice. What cannot be divided goes to who asked first.
    """
    if not prompts:
        return (Portion(UNKNOWN, UNKNOWN, usage),)
    asked: dict[str, list[str]] = {}
    for prompt in prompts:
        asked.setdefault(_person(prompt), []).append(prompt.sender)
    first, *others = asked
    theirs = {person: _part(usage, len(asked[person]), len(prompts)) for person in others}
    parts = {first: _rest(usage, theirs.values()), **theirs}
    return tuple(Portion(person, asked[person][-1], part) for person, part in parts.items())


def _person(prompt: Prompt) -> str:
    """All jobs are one sender; each has a place of its own."""
    job = prompt.person == f"{PLATFORM}:{JOB_ID}"
    return prompt.conversation.address if job else prompt.person


def _part(usage: Usage, count: int, of: int) -> Usage:
    return replace(
        usage,
        seconds=usage.seconds * count / of,
        input_tokens=usage.input_tokens * count // of,
        output_tokens=usage.output_tokens * count // of,
        cost=usage.cost * count / of,
    )


def _rest(usage: Usage, parts: Iterable[Usage]) -> Usage:
    for part in parts:
        usage = replace(
            usage,
            seconds=usage.seconds - part.seconds,
            input_tokens=usage.input_tokens - part.input_tokens,
            output_tokens=usage.output_tokens - part.output_tokens,
            cost=usage.cost - part.cost,
        )
    return usage

"""The one function from a conversation to its session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from carrel.core.model import (
    DEFAULT_KEY,
    BoundKind,
    Conversation,
    Effort,
    Mode,
    Role,
    Route,
    SessionKey,
    Trigger,
    WaitingMode,
    conversation_at,
)

Guests = Literal["ask", "never"]

_SETTINGS: Mapping[str, str] = MappingProxyType(
    {**{name: name for name in ("mode", "waiting", "model", "effort")}, "project": "bound"}
)
"""What a route says the reason of, and the word of a rule that gives it."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A place's project, by its name, and how its sessions work on it. One word, never half."""

    project: str
    kind: BoundKind


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """What is said about one place; None leaves it to the places round it, then to the defaults.

    `session`: the address of the conversation whose session this one place shares, or `default`.
    `guests`: whether who is not listed may `ask` there. `approvers`: who they are there, in place
    of those that are listed for everywhere; nobody but owners where it is empty.
    """

    answer: Trigger | None = None
    waiting: WaitingMode | None = None
    mode: Mode | None = None
    model: str | None = None
    effort: Effort | None = None
    fallback: str | None = None
    raising: Role | None = None
    bound: Binding | None = None
    session: str | None = None
    guests: Guests | None = None
    approvers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The operator's rules. Addresses as `Conversation.address` gives them.

    `burst`: seconds within which what one person says is one message, as far as it has to wait.
    `places` may be a view of what changes: jobs come and go while Carrel runs.
    """

    shared: frozenset[str] = frozenset()
    engine: str = "claude"
    answer: Trigger = "all"
    waiting: WaitingMode = "steer"
    mode: Mode = "ask"
    model: str | None = None
    effort: Effort | None = None
    fallback: str | None = None
    raising: Role = "owner"
    walled: bool = True
    burst: float = 0.0
    places: Mapping[str, PlaceRule] = field(default_factory=lambda: MappingProxyType({}))


def resolve(conversation: Conversation, rules: Rules) -> Route:
    """The route of a conversation. Total: every conversation has one.

    Every entry point asks here: messages, commands, buttons, schedules, clean-up and status.
    """
    addresses = (*conversation.addresses, *_shared_with(conversation, rules))
    said = {one: rules.places[one] for one in addresses if one in rules.places}
    found, key = said.values(), _key(conversation, rules)
    # The shared session is many places' at once, and can have no place's project, nor approvers.
    own = () if key == DEFAULT_KEY else found
    bound = next((rule.bound for rule in own if rule.bound), None)
    return Route(
        key=key,
        engine=rules.engine,
        workspace=bound.kind if bound else "private",
        mode=next((rule.mode for rule in found if rule.mode), rules.mode),
        waiting=next((rule.waiting for rule in found if rule.waiting), rules.waiting),
        trigger=next((rule.answer for rule in found if rule.answer), rules.answer),
        project=bound.project if bound else None,
        model=next((rule.model for rule in found if rule.model), rules.model),
        effort=next((rule.effort for rule in found if rule.effort), rules.effort),
        raising=next((rule.raising for rule in found if rule.raising), rules.raising),
        walled=rules.walled,
        fallback=next((rule.fallback for rule in found if rule.fallback), rules.fallback),
        models=_named(rules),
        said_for=tuple(_said_for(said)),
        asking=next((rule.guests for rule in found if rule.guests), "never") == "ask",
        approvers=next((rule.approvers for rule in own if rule.approvers is not None), None),
    )


def _named(rules: Rules) -> tuple[str, ...]:
    """Every model that the operator named, each once."""
    said = [(rules.model, rules.fallback)]
    said += [(rule.model, rule.fallback) for rule in rules.places.values()]
    return tuple(dict.fromkeys(model for pair in said for model in pair if model))


def _shared_with(conversation: Conversation, rules: Rules) -> tuple[str, ...]:
    """Whose session it shares says what it does not say itself: one session has one mode."""
    session = rules.places.get(conversation.address, PlaceRule()).session
    return () if session in {None, DEFAULT_KEY} else conversation_at(str(session)).addresses


def _said_for(said: Mapping[str, PlaceRule]) -> Iterator[tuple[str, str]]:
    """Which place's rule counts for each setting: the nearest one that says something."""
    for setting, word in _SETTINGS.items():
        address = next((one for one, rule in said.items() if getattr(rule, word)), None)
        if address is not None:
            yield setting, address


def _key(conversation: Conversation, rules: Rules) -> SessionKey:
    """A shared place has the session `default`; a thread under one keeps its own."""
    own = conversation.address
    address = rules.places.get(own, PlaceRule()).session or own
    return DEFAULT_KEY if address in rules.shared else SessionKey(address)

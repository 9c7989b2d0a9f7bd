"""The one function from a conversation to its session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from carrel.core.model import (
    DEFAULT_KEY,
    Conversation,
    Mode,
    Route,
    SessionKey,
    Trigger,
    WaitingMode,
    conversation_at,
)


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """What is said about one place; None leaves it to the places round it, then to the defaults.

    `session`: the address of the conversation whose session this one place shares, or `default`.
    """

    answer: Trigger | None = None
    waiting: WaitingMode | None = None
    mode: Mode | None = None
    session: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The operator's rules. Addresses as `Conversation.address` gives them.

    `places` may be a view of what changes: jobs come and go while Carrel runs.
    """

    shared: frozenset[str] = frozenset()
    engine: str = "claude"
    answer: Trigger = "all"
    waiting: WaitingMode = "steer"
    mode: Mode = "ask"
    places: Mapping[str, PlaceRule] = field(default_factory=lambda: MappingProxyType({}))


def resolve(conversation: Conversation, rules: Rules) -> Route:
    """The route of a conversation. Total: every conversation has one.

    Every entry point asks here: messages, commands, buttons, schedules, clean-up and status.
    """
    addresses = (*conversation.addresses, *_shared_with(conversation, rules))
    found = [rules.places[one] for one in addresses if one in rules.places]
    said = [*found, PlaceRule(rules.answer, rules.waiting, rules.mode)]
    return Route(
        key=_key(conversation, rules),
        engine=rules.engine,
        workspace="private",
        mode=next(rule.mode for rule in said if rule.mode),
        waiting=next(rule.waiting for rule in said if rule.waiting),
        trigger=next(rule.answer for rule in said if rule.answer),
        model=next((rule.model for rule in said if rule.model), None),
    )


def _shared_with(conversation: Conversation, rules: Rules) -> tuple[str, ...]:
    """Whose session it shares says what it does not say itself: one session has one mode."""
    session = rules.places.get(conversation.address, PlaceRule()).session
    return () if session in {None, DEFAULT_KEY} else conversation_at(str(session)).addresses


def _key(conversation: Conversation, rules: Rules) -> SessionKey:
    """A shared place has the session `default`; a thread under one keeps its own."""
    own = conversation.address
    address = rules.places.get(own, PlaceRule()).session or own
    return DEFAULT_KEY if address in rules.shared else SessionKey(address)

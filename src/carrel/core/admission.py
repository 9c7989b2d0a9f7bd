"""Who is heard. No list means nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from carrel.core import pairing
from carrel.core.messages import Inbound
from carrel.core.model import Role, Route, Sender, Trigger

MAX_EXCHANGES = 5
"""So many messages in a row of bots are heard in a conversation; then a person must speak."""

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
"""Comes out of JSON, and can be stored and sent nowhere."""


@dataclass(frozen=True, slots=True)
class People:
    """Who has which role; the strongest counts.

    Each is a person (`platform:id`), a role (`platform:role:id`) or everyone on a server
    (`platform:server:id`). Bots are heard only by their own id, and are members at the most.
    What guests say waits for an owner. `invited`: who was let in while Carrel ran, as members.
    """

    owners: frozenset[str] = frozenset()
    approvers: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    guests: frozenset[str] = frozenset()
    bots: frozenset[str] = frozenset()
    invited: frozenset[str] = frozenset()

    def role(self, sender: Sender, approvers: frozenset[str] | None = None) -> Role | None:
        """The sender's role, or None for a stranger.

        `approvers`: who alone has that role where it is asked for; the others are members there.
        """
        if sender.is_bot:
            return "member" if f"{sender.platform}:{sender.id}" in self.bots else None
        names = {f"{sender.platform}:{one}" for one in (sender.id, *sender.roles)}
        if names & self.owners:
            return "owner"
        if names & (self.approvers if approvers is None else approvers):
            return "approver"
        if names & (self.members | self.approvers) or sender.address in self.invited:
            return "member"
        return "guest" if names & self.guests else None

    def approving(self, approvers: frozenset[str] | None = None) -> tuple[str, ...]:
        """The people who may approve and are listed by themselves, each as `platform:id`."""
        listed = self.owners | (self.approvers if approvers is None else approvers)
        return tuple(sorted(one for one in listed if one.count(":") == 1))


@dataclass(frozen=True, slots=True)
class Invited:
    """A person who was let in while Carrel ran, as a member. `at` in unix seconds.

    `address` as `Sender.address`; `name` is what they called themselves. `by`: who let them in.
    """

    address: str
    name: str
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Admitted:
    """The message is heard, with the sender's role."""

    role: Role


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """The message is not heard. `ignored` is silent; `refused` tells the sender why."""

    outcome: Literal["ignored", "refused"]
    reason: str


def admit(
    inbound: Inbound, people: People, route: Route, max_text: int, exchanges: int = 0
) -> Admitted | NotAdmitted:
    """Decide whether `inbound` is heard where `route` leads. `max_text` in characters.

    `exchanges`: how many messages of bots were heard there since a person last spoke.
    """
    role = people.role(inbound.sender, route.approvers)
    if role is None and route.asking and inbound.addressed and not inbound.sender.is_bot:
        role = "guest"
    if role == "guest" and inbound.conversation.direct:
        return NotAdmitted("ignored", "a guest is heard only where an owner can see it")
    if role is None:
        return NotAdmitted("ignored", "a stranger is not heard")
    if inbound.conversation.direct and pairing.given(inbound.text):
        return NotAdmitted("ignored", "a pairing code, of somebody who needs none")
    if inbound.sender.is_bot and not inbound.addressed:
        return NotAdmitted("ignored", "a bot is heard only when it addresses Carrel")
    if inbound.sender.is_bot and exchanges >= MAX_EXCHANGES:
        return NotAdmitted("ignored", f"bots had {exchanges} messages; a person must speak first")
    if not _addressed(inbound, route.trigger):
        return NotAdmitted("ignored", f"not addressed, and answer = {route.trigger!r}")
    if len(inbound.text) > max_text:
        longer = f"{len(inbound.text):,} characters are more than the {max_text:,} allowed"
        return NotAdmitted("refused", f"{longer}; send the text as a file.")
    if _HALF_A_PAIR.search(inbound.text):
        return NotAdmitted("refused", "The message holds characters that are no text.")
    if not (inbound.text.strip() or inbound.attachments or inbound.material):
        return NotAdmitted("refused", "The message is empty; write something or add a file.")
    return Admitted(role)


def _addressed(inbound: Inbound, trigger: Trigger) -> bool:
    if trigger == "never":
        return False
    return trigger == "all" or inbound.addressed or inbound.conversation.direct

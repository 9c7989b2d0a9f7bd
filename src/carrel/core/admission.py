"""Who is heard. No list means nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from carrel.core.messages import Inbound
from carrel.core.model import Role, Sender, Trigger

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
"""Comes out of JSON, and can be stored and sent nowhere."""


@dataclass(frozen=True, slots=True)
class People:
    """Who has which role, each person as `platform:id`; the strongest role counts."""

    owners: frozenset[str] = frozenset()
    approvers: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()

    def role(self, sender: Sender) -> Role | None:
        """The sender's role, or None for a stranger."""
        name = f"{sender.platform}:{sender.id}"
        if name in self.owners:
            return "owner"
        if name in self.approvers:
            return "approver"
        return "member" if name in self.members else None


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
    inbound: Inbound, people: People, trigger: Trigger, max_text: int
) -> Admitted | NotAdmitted:
    """Decide whether `inbound` is heard. `max_text` in characters."""
    role = people.role(inbound.sender)
    if inbound.sender.is_bot:
        return NotAdmitted("ignored", "a bot is not heard")
    if role is None:
        return NotAdmitted("ignored", "a stranger is not heard")
    if not _addressed(inbound, trigger):
        return NotAdmitted("ignored", f"not addressed, and answer = {trigger!r}")
    if len(inbound.text) > max_text:
        longer = f"{len(inbound.text):,} characters are more than the {max_text:,} allowed"
        return NotAdmitted("refused", f"{longer}; send the text as a file.")
    if _HALF_A_PAIR.search(inbound.text):
        return NotAdmitted("refused", "The message holds characters that are no text.")
    if not inbound.text.strip() and not inbound.attachments:
        return NotAdmitted("refused", "The message is empty; write something or add a file.")
    return Admitted(role)


def _addressed(inbound: Inbound, trigger: Trigger) -> bool:
    if trigger == "never":
        return False
    return trigger == "all" or inbound.addressed or inbound.conversation.direct

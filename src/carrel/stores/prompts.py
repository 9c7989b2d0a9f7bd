"""What a session keeps of a stored message, and what a turn's nonces tell."""

from __future__ import annotations

from collections.abc import Iterable

from carrel.core.messages import Inbound
from carrel.core.model import Prompt, TurnId, WaitingMode


def prompt_of(inbound: Inbound, waiting: WaitingMode) -> Prompt:
    """The part of an Inbound that the engine is asked."""
    return Prompt(
        id=inbound.message_id,
        conversation=inbound.conversation,
        sender=inbound.sender.name,
        text=inbound.text,
        attachments=inbound.attachments,
        waiting=waiting,
        at=inbound.at,
    )


def answer_prefix(turn: TurnId) -> str:
    """What the nonces of a turn's answers begin with: `<turn>.answer.<part>.<n>`."""
    return f"{turn}.answer."


def answers_given(turn: TurnId, nonces: Iterable[str]) -> int:
    """How many answers `turn` has given: the distinct parts among its nonces."""
    prefix = answer_prefix(turn)
    given = (nonce.removeprefix(prefix) for nonce in nonces if nonce.startswith(prefix))
    return len({rest.partition(".")[0] for rest in given})

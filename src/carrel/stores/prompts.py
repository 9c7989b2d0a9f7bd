"""What the nonces of a turn's answers tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from carrel.core.model import TurnId

LAST_CHARACTER: Final = "\U0010ffff"


def answer_prefix(turn: TurnId) -> str:
    """What the nonces of a turn's answers begin with: `<turn>.answer.<part>.<n>`."""
    return f"{turn}.answer."


def answers_given(turn: TurnId, nonces: Iterable[str]) -> int:
    """How many answers `turn` has given: the distinct parts among its nonces."""
    prefix = answer_prefix(turn)
    given = (nonce.removeprefix(prefix) for nonce in nonces if nonce.startswith(prefix))
    return len({rest.partition(".")[0] for rest in given})

from __future__ import annotations

import asyncio

import pytest

from carrel.core.model import TurnId
from carrel.engines.claude.approvals import MAX_JUDGED, NO_REASON, Approvals

TURN = TurnId("s#1")


async def test_the_first_answer_wins():
    approvals = Approvals("/work")
    asked = approvals.make(TURN, 1, "Bash", {"command": "ls"})
    waiting = asyncio.ensure_future(approvals.answer_to(asked))
    approvals.answer("unknown", "allow", "")
    approvals.answer(asked.id, "deny", "")
    approvals.answer(asked.id, "allow", "")
    assert await waiting == ("deny", NO_REASON)
    assert (asked.detail, asked.folder) == ("ls", "/work")


async def test_the_same_request_twice_has_two_names():
    approvals = Approvals("/work")
    one, two = (approvals.make(TURN, n, "Bash", {"command": "ls"}) for n in (1, 2))
    assert one.digest == two.digest
    assert one.id != two.id


async def test_a_withdrawn_request_is_forgotten():
    approvals = Approvals("/work")
    asked = approvals.make(TURN, 1, "Bash", {})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await approvals.answer_to(asked)
    approvals.answer(asked.id, "allow", "")
    assert approvals._open == {}


async def test_what_is_too_long_to_judge_is_never_asked() -> None:
    approvals = Approvals("/w")
    approval = approvals.make(TurnId("t#1"), 1, "Bash", {"command": "x" * (MAX_JUDGED + 1)})
    assert len(approval.detail) > MAX_JUDGED
    assert not approvals.waiting

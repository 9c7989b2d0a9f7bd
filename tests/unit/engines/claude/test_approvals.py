from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from carrel.core.model import TurnId, Verdict
from carrel.engines.claude.approvals import (
    MAX_JUDGED,
    NO_REASON,
    ONLY_A_PLAN,
    TOO_LONG,
    Approvals,
)
from carrel.testing.clock import ManualClock

TURN = TurnId("s#1")


@pytest.fixture
def told():
    return []


def asking(told, mode="ask"):
    spec = SimpleNamespace(workspace=SimpleNamespace(work="/work", project=None), mode=mode)
    return Approvals(spec, ManualClock(), told.append)


async def begin(approvals, tool="Bash", call="c1", **arguments):
    task = asyncio.ensure_future(approvals.ask(TURN, call, tool, arguments))
    await asyncio.sleep(0)
    return task


async def test_the_first_answer_wins(told):
    approvals = asking(told)
    waiting = await begin(approvals, command="ls")
    assert approvals.waiting
    approvals.answer("unknown", Verdict("allow"))
    approvals.answer("c1", Verdict("deny"))
    approvals.answer("c1", Verdict("allow"))
    assert await waiting == Verdict("deny", NO_REASON)
    (asked,) = told
    assert (asked.turn, asked.approval.calls, asked.approval.folder) == (TURN, ("c1",), "/work")
    assert (asked.approval.detail, asked.approval.asked_at) == ("ls", ManualClock().now())


async def test_the_same_request_twice_has_two_names(told):
    approvals = asking(told)
    tasks = [await begin(approvals, call=call, command="ls") for call in ("c1", "c2")]
    one, two = (asked.approval for asked in told)
    assert one.digest == two.digest
    assert one.id != two.id
    for task in tasks:
        task.cancel()


async def test_a_withdrawn_request_is_forgotten(told):
    approvals = asking(told)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await approvals.ask(TURN, "c1", "Bash", {})
    approvals.answer("c1", Verdict("allow"))
    assert not approvals.waiting


async def test_what_is_too_long_to_judge_is_never_asked(told):
    verdict = await asking(told).ask(TURN, "c", "Bash", {"command": "x" * (MAX_JUDGED + 1)})
    assert (verdict, told) == (Verdict("deny", TOO_LONG), [])


async def test_while_the_agent_plans_only_questions_and_the_plan_are_asked(told):
    """spec: 8.8"""
    approvals = asking(told, "plan")
    assert await approvals.ask(TURN, "c0", "Write", {}) == Verdict("deny", ONLY_A_PLAN)
    plan = await begin(approvals, "ExitPlanMode", plan="1. do it")
    approvals.answer("c1", Verdict("deny", "add tests"))
    assert (await plan).reason == "add tests"
    assert await approvals.ask(TURN, "c2", "Write", {}) == Verdict("deny", ONLY_A_PLAN)
    plan = await begin(approvals, "ExitPlanMode", "c3", plan="1. test it")
    approvals.answer("c3", Verdict("allow", mode="edit"))
    await plan
    write = await begin(approvals, "Write", "c4", file_path="a")
    assert [asked.approval.kind for asked in told] == ["plan", "plan", "tool"]
    write.cancel()

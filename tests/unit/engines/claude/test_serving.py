"""What comes out of the walls is looked at. spec: 13.10"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.approvals import SCHEDULES
from carrel.core.errors import Refused
from carrel.core.events import ApprovalAsked, FileOffered, Wished
from carrel.core.messages import File
from carrel.core.model import TurnId, Verdict
from carrel.core.wishes import ASKED, Wish
from carrel.engines.claude.approvals import Approvals
from carrel.engines.claude.serving import Serving, wish_of
from carrel.engines.claude.turns import Running
from carrel.testing.clock import ManualClock

TURN = TurnId("s#1")
MAKE = {"action": "make", "when": "at 17:00", "text": "the bins"}


class Bench:
    def __init__(self, mode: str = "ask") -> None:
        self.told: list[object] = []
        self.running: Running | None = Running(TURN, 0.0)
        spec = SimpleNamespace(workspace=SimpleNamespace(work="/work", project=None), mode=mode)
        self.approvals = Approvals(spec, ManualClock(), self.told.append)
        self.serving = Serving(lambda: self.running, self.approvals, self.told.append)

    async def allow(self, arguments: dict[str, str], decision: str = "allow") -> None:
        task = asyncio.ensure_future(self.approvals.ask(TURN, "c1", SCHEDULES, arguments))
        await asyncio.sleep(0)
        self.approvals.answer("c1", Verdict(decision))
        await task

    async def wish(self, arguments: dict[str, str]) -> str:
        task = asyncio.ensure_future(self.serving.wish(arguments))
        await asyncio.sleep(0)
        for event in self.told:
            if isinstance(event, Wished):
                self.serving.reply(event.call, "noted", ok=True)
        return await task


async def test_what_nobody_has_allowed_is_not_done() -> None:
    bench = Bench()
    with pytest.raises(Refused, match="nobody has allowed"):
        await bench.wish(MAKE)
    await bench.allow(MAKE, "deny")
    with pytest.raises(Refused, match="nobody has allowed"):
        await bench.wish(MAKE)
    await bench.allow(MAKE)
    with pytest.raises(Refused, match="nobody has allowed"):
        await bench.wish({**MAKE, "text": "something else"})
    assert await bench.wish(MAKE) == "noted"
    with pytest.raises(Refused, match="nobody has allowed"):
        await bench.wish(MAKE)


async def test_what_asks_for_nothing_is_not_asked_about() -> None:
    assert await Bench("auto").wish(MAKE) == "noted"
    bench = Bench()
    await bench.approvals.ask(TURN, "c1", SCHEDULES, {"action": "list"})
    assert await bench.wish({"action": "list"}) == "noted"
    assert not [one for one in bench.told if isinstance(one, ApprovalAsked)]


async def test_nothing_is_done_for_a_turn_that_is_over() -> None:
    bench = Bench("auto")
    running, bench.running = bench.running, None
    with pytest.raises(Refused, match="nobody is listening"):
        await bench.serving.nothing()
    bench.running = running
    running.stopping = True
    with pytest.raises(Refused, match="nobody is listening"):
        await bench.serving.wish(MAKE)


async def test_a_file_and_a_silence_are_the_running_turn_s() -> None:
    bench = Bench()
    file = File("a.txt", "text/plain", 1, "/o/a.txt")
    assert await bench.serving.offer(file) == "Sent a.txt."
    assert bench.told == [FileOffered(TURN, "s#1.1", file)]
    await bench.serving.nothing()
    assert bench.running.quiet


def test_what_hides_is_spelt_out() -> None:
    assert wish_of({**MAKE, "text": "a\u202eb"}) == Wish("make", "at 17:00", "a\\u{202e}b")


HOSTILE = st.none() | st.integers() | st.text() | st.lists(st.text(), max_size=2)


@given(
    st.dictionaries(
        st.sampled_from(["action", "when", "text", "id", "x"]), HOSTILE | st.sampled_from(ASKED)
    )
)
def test_whatever_it_is_given_it_is_a_wish_or_a_refusal(arguments: dict[str, object]) -> None:
    with suppress(Refused):
        assert wish_of(arguments).act in ASKED

"""Never more live engines than places, first come first served, and no place lost.

spec: 10.4
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from carrel.runtime.seats import Seats
from carrel.testing.clock import ManualClock, settle


class Holder:
    """Has a live engine from the moment it gets its place until that is closed."""

    def __init__(self, name: str, gate: asyncio.Event | None = None) -> None:
        self.name, self.gate = name, gate
        self.busy = self.live = False
        self.error: Exception | None = None
        self.positions: list[int] = []

    async def note(self, position: int) -> None:
        self.positions.append(position)

    async def vacate(self) -> None:
        if self.gate is not None:
            await self.gate.wait()
        self.live = False
        if self.error is not None:
            raise self.error


def of(size: int, clock: ManualClock | None = None) -> Seats:
    """Seats in strict order, or with a clock those that let a newcomer stay for ten seconds."""
    return Seats(size, clock or ManualClock(), tenure=10.0 if clock else 0.0)


class Room:
    """Seats, and the people who come and go; checked after every move."""

    def __init__(self, size: int, people: int) -> None:
        self.size, self.seats = size, of(size)
        self.gate = asyncio.Event()
        self.holders = [Holder(str(n), self.gate) for n in range(people)]
        self.asked: dict[Holder, int] = {}
        self.waiting: dict[Holder, asyncio.Task[None]] = {}
        self.resting: list[asyncio.Task[None]] = []
        self.count = 0

    async def move(self, action: str, who: int) -> None:
        holder = self.holders[who % len(self.holders)]
        contenders = set(self.waiting)
        match action:
            case "ask" if not holder.busy:
                self.ask(holder)
                contenders.add(holder)
            case "end" if holder.busy and holder not in self.waiting:
                holder.busy = False
                await self.patiently(self.seats.rest(holder))
            case "cancel" if holder in self.waiting:
                await self.cancel(holder)
            case "leave" if not holder.busy:
                holder.live = False
                self.seats.give_back(holder)
            case "open":
                self.gate.set()
            case "shut":
                self.gate.clear()
        await settle(8)
        self.check(contenders)

    def ask(self, holder: Holder) -> None:
        holder.busy = True
        self.count += 1
        self.asked[holder] = self.count
        self.waiting[holder] = asyncio.Task(self.take(holder))

    async def take(self, holder: Holder) -> None:
        await self.seats.take(holder, holder.note)
        holder.live = True
        self.waiting.pop(holder)

    async def cancel(self, holder: Holder) -> None:
        task = self.waiting.pop(holder)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        holder.busy = False
        await self.patiently(self.seats.rest(holder))

    async def patiently(self, closing: object) -> None:
        """As `hands` does: beside everything else, not before it."""
        self.resting.append(asyncio.Task(closing))
        await settle(4)

    def check(self, contenders: set[Holder]) -> None:
        assert sum(holder.live for holder in self.holders) <= self.size
        assert self.seats.held <= self.size
        served = [self.asked[h] for h in contenders if h not in self.waiting and h.busy]
        still = [self.asked[h] for h in self.waiting]
        assert not served or not still or max(served) < min(still)

    async def close(self) -> None:
        """With every door open nobody waits beside an empty or an idle place."""
        self.gate.set()
        await settle()
        if self.waiting:
            working = [h for h in self.holders if h.busy and h not in self.waiting]
            assert len(working) == self.size
        for holder in self.holders:
            while holder in self.waiting or holder.busy:
                for other in self.holders:
                    await self.move("end", int(other.name))
        assert all(holder.positions == [] or min(holder.positions) > 0 for holder in self.holders)


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask", "end", "end", "cancel", "leave", "open", "shut"]),
        st.integers(0, 3),
    ),
    max_size=25,
)


@given(st.integers(1, 2), ACTIONS)
def test_any_coming_and_going_keeps_the_cap_the_order_and_every_place(
    size: int, actions: list[tuple[str, int]]
) -> None:
    """spec: 10.4"""

    async def play() -> None:
        room = Room(size, 4)
        for action, who in actions:
            await room.move(action, who)
        await room.close()

    asyncio.run(play())


async def taken(seats: Seats, holder: Holder) -> asyncio.Task[None]:
    task = asyncio.Task(seats.take(holder, holder.note))
    holder.busy = True
    await settle()
    return task


async def test_the_least_recently_used_gives_way() -> None:
    """spec: 10.4"""
    seats = of(2)
    old, young, third = Holder("old"), Holder("young"), Holder("third")
    for holder in (old, young, young, old):
        await taken(seats, holder)
        holder.busy = False
        holder.live = True
    await taken(seats, third)
    assert old.live
    assert not young.live


async def test_one_who_waits_is_told_the_place_in_line() -> None:
    seats = of(1)
    holders = [Holder(str(n)) for n in range(3)]
    for holder in holders:
        await taken(seats, holder)
    assert [holder.positions for holder in holders] == [[], [1], [2]]


async def test_who_starts_again_while_others_wait_goes_to_the_end() -> None:
    seats = of(1)
    first, second, third = (Holder(str(n)) for n in range(3))
    await taken(seats, first)
    waiting = await taken(seats, second)
    again = await taken(seats, first)
    last = await taken(seats, third)
    assert waiting.done()
    second.busy = False
    await seats.rest(second)
    await settle()
    assert again.done()
    assert not last.done()
    last.cancel()
    await settle()


async def test_who_has_just_come_stays_for_the_next_turn_and_then_gives_way() -> None:
    """An engine for each turn of ten busy sessions would be started thirty times."""
    clock = ManualClock()
    seats, first, second = of(1, clock), Holder("first"), Holder("second")
    await taken(seats, first)
    waiting = await taken(seats, second)
    await clock.advance(9.9)
    assert (await taken(seats, first)).done()
    assert not waiting.done()
    await clock.advance(0.2)
    again = await taken(seats, first)
    assert waiting.done()
    assert not again.done()
    again.cancel()
    await settle()


async def test_who_has_nothing_more_to_do_gives_way_at_once_and_comes_back_anew() -> None:
    clock = ManualClock()
    seats, first, second = of(1, clock), Holder("first"), Holder("second")
    await taken(seats, first)
    waiting = await taken(seats, second)
    first.busy = False
    await seats.rest(first)
    await settle()
    assert waiting.done()
    await clock.advance(60)
    back = await taken(seats, first)
    second.busy = False
    await seats.rest(second)
    await settle()
    assert back.done()
    third = await taken(seats, Holder("third"))
    assert (await taken(seats, first)).done()
    third.cancel()
    await settle()


async def test_who_starts_again_keeps_the_line_while_its_engine_closes() -> None:
    gate = asyncio.Event()
    seats, first = of(1), Holder("first", gate)
    second, third = Holder("second"), Holder("third")
    await taken(seats, first)
    tasks = [await taken(seats, holder) for holder in (second, first, third)]
    gate.set()
    await settle()
    assert [task.done() for task in tasks] == [True, False, False]
    second.busy = False
    await seats.rest(second)
    await settle()
    assert [task.done() for task in tasks] == [True, True, False]
    tasks[2].cancel()
    await settle()


async def test_a_closing_engine_is_closed_to_its_end_though_nobody_wants_its_place_any_more() -> (
    None
):
    """spec: 10.1"""
    gate = asyncio.Event()
    seats, idle, impatient = of(1), Holder("idle", gate), Holder("impatient")
    await taken(seats, idle)
    idle.busy, idle.live = False, True
    waiting = await taken(seats, impatient)
    waiting.cancel()
    await settle()
    assert waiting.cancelled()
    assert seats.held == 1, "the place is taken as long as the engine lives"
    gate.set()
    await settle()
    assert not idle.live
    assert seats.held == 0


async def test_an_engine_that_closes_badly_hurts_only_itself() -> None:
    """spec: 7.1"""
    seats, idle, waiting = of(1), Holder("idle"), Holder("waiting")
    await taken(seats, idle)
    idle.busy, idle.error = False, RuntimeError("no such process")
    with capture_logs() as logs:
        task = await taken(seats, waiting)
    assert task.done()
    assert task.exception() is None
    assert logs[0]["log_level"] == "error"


async def test_a_waiter_that_cannot_be_told_its_place_leaves_no_hole() -> None:
    seats, first, deaf, last = of(1), Holder("first"), Holder("deaf"), Holder("last")

    async def broken(position: int) -> None:
        raise RuntimeError(f"cannot say {position}")

    await taken(seats, first)
    with pytest.raises(RuntimeError, match="cannot say 1"):
        await seats.take(deaf, broken)
    task = await taken(seats, last)
    seats.give_back(first)
    await settle()
    assert task.done()


async def test_who_leaves_in_the_moment_of_being_served_leaves_no_hole() -> None:
    seats, first, gone, last = of(1), Holder("first"), Holder("gone"), Holder("last")
    await taken(seats, first)
    waiting = await taken(seats, gone)
    seats.give_back(first)
    waiting.cancel()
    await settle()
    assert waiting.cancelled()
    assert (await taken(seats, last)).done()


async def test_resting_with_nobody_in_line_keeps_the_engine_warm() -> None:
    seats, holder = of(1), Holder("a")
    await taken(seats, holder)
    holder.busy, holder.live = False, True
    await seats.rest(holder)
    assert holder.live
    assert seats.held == 1


async def test_more_room_lets_in_who_waits() -> None:
    """spec: 21.8"""
    seats, first, second = of(0), Holder("first"), Holder("second")
    waiting = [await taken(seats, holder) for holder in (first, second)]
    assert first.positions == [1]
    seats.resize(1)
    await settle()
    assert [task.done() for task in waiting] == [True, False]
    seats.resize(2)
    await settle()
    assert waiting[1].done()


async def test_less_room_sends_who_is_idle_away_and_others_to_the_line_for_their_next_turn() -> (
    None
):
    seats = of(3)
    idle, busy, long = Holder("idle"), Holder("busy"), Holder("long")
    for holder in (idle, busy, long):
        await taken(seats, holder)
        holder.live = True
    idle.busy = False
    seats.resize(1)
    await settle()
    assert (idle.live, seats.held) == (False, 2)
    again = await taken(seats, busy)
    assert not again.done()
    assert (busy.live, seats.held) == (False, 1)
    long.busy = False
    await seats.rest(long)
    await settle()
    assert again.done()


async def test_who_ends_its_turn_above_the_size_gives_way_though_nobody_waits() -> None:
    seats, first, second = of(2), Holder("first"), Holder("second")
    for holder in (first, second):
        await taken(seats, holder)
        holder.live = True
    seats.resize(1)
    await settle()
    assert seats.held == 2
    first.busy = False
    await seats.rest(first)
    assert (first.live, second.live, seats.held) == (False, True, 1)


async def test_who_has_just_come_waits_too_where_there_is_less_room() -> None:
    seats = of(2, ManualClock())
    first, second = Holder("first"), Holder("second")
    for holder in (first, second):
        await taken(seats, holder)
    seats.resize(1)
    again = await taken(seats, first)
    assert not again.done()
    again.cancel()
    await settle()

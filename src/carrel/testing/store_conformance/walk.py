"""Any walk through the port leaves a store as it leaves the model, the memory store."""
# ruff: noqa: S101, D101, D102 - tests: they assert, a name is a sentence

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carrel.core.effects import (
    Amend,
    Ask,
    Close,
    Finish,
    Join,
    Leave,
    Left,
    Lend,
    Pause,
    Record,
    Remember,
    Reopen,
    Say,
    Settle,
    Take,
)
from carrel.core.errors import Fenced
from carrel.core.messages import Answer, Gone, Mark, Notice, Outbound
from carrel.core.model import SessionKey, Terminal, Turn, TurnId
from carrel.core.schedules import Decision, Fire, Reminder, Standing
from carrel.ports.store import Fence, Row, Store
from carrel.stores.memory import MemoryStore
from carrel.testing.store_conformance.values import (
    HAND,
    HERE,
    KEY,
    THERE,
    TOKEN,
    TURN,
    Fresh,
    OverAStore,
    message,
    prompt,
    route,
)

_KEYS = (KEY, SessionKey("default"))
_PLACES = (HERE, THERE)

_numbers = st.integers(0, 5)
_keys = st.sampled_from(_KEYS)
_turns = st.sampled_from((TURN, TurnId(f"{KEY}#2"), TurnId("default#1")))
_prompts = st.builds(prompt, _numbers)
_ids = _prompts.map(lambda one: one.id)
_bodies = st.one_of(
    st.builds(Notice, st.text(max_size=3)),
    st.builds(Answer, st.text(max_size=3)),
    st.builds(Mark, _ids, st.sampled_from(("stored", "working"))),
    st.just(Gone()),
)
_said = st.builds(
    Outbound,
    st.sampled_from(("n", "m", f"{TURN}.answer.0.0", f"{TURN}.answer.1.0")),
    st.sampled_from(_PLACES),
    _bodies,
)
_approvals = st.sampled_from((HAND, replace(HAND, id="a2")))
_records: st.SearchStrategy[Record] = st.one_of(
    st.builds(Take, st.builds(Turn, _turns, st.lists(_prompts, max_size=3).map(tuple), _numbers)),
    st.builds(Join, _turns, _ids),
    st.builds(Settle, _ids, st.sampled_from(("done", "queued", "stopped", "failed"))),
    st.builds(Reopen, _ids, st.sampled_from(("queued", "stopped"))),
    st.builds(Amend, st.builds(prompt, _numbers, text=st.sampled_from(("new words", "")))),
    st.builds(Leave, st.booleans()),
    st.just(Left()),
    st.builds(Finish, _turns, st.sampled_from(("done", "interrupted", "failed"))),
    st.builds(Remember, st.sampled_from((TOKEN, None))),
    st.builds(Lend, st.sampled_from((Terminal(HERE, 2.5, begun=True), None))),
    st.builds(Pause, st.sampled_from((9.5, None))),
    st.builds(Ask, _approvals),
    st.builds(Close, _approvals.map(lambda one: one.id), st.just("allowed")),
    st.builds(Say, _said),
)


@dataclass(slots=True)
class _Walker:
    """Walks over one store; it knows what a host knows: fences, and the rows it has seen."""

    store: Store
    at: float = 0.0
    fences: dict[SessionKey, Fence] = field(default_factory=dict)
    seen: list[Row] = field(default_factory=list)

    async def look(self) -> tuple[object, ...]:
        """Everything that can be seen without changing anything; row numbers are a store's own."""
        rows = await self.store.due(None, 50)
        return (
            tuple(replace(row, id=0) for row in rows),
            await self.store.due(HERE.address, 1) == tuple(_to_here(rows))[:1],
            await self.store.lanes(),
            await self.store.open_keys(),
            await self.store.counts(),
            await self.store.dead_letters(9),
            await self.store.sessions(9),
            await self.store.sessions_within("discord", "9"),
            await self.store.cursors("discord:me"),
            [await self.store.state("discord:me", str(number)) for number in range(6)],
            await self.store.standings(),
            await self.store.open_fires(),
            await self.store.fires("report", 4),
            await self.store.reminders(None),
            *[await self.store.history(place, 4) for place in _PLACES],
        )

    async def row(self, choice: int) -> Row | None:
        """A row that is due now or was due some time ago."""
        self.seen = [*await self.store.due(None, 50), *self.seen][:8]
        return self.seen[choice % len(self.seen)] if self.seen else None


def _to_here(rows: tuple[Row, ...]) -> list[Row]:
    return [row for row in rows if row.outbound.conversation.address == HERE.address]


Step = Callable[[_Walker], Awaitable[object]]


def _accepting(number: int, key: SessionKey, place: int, kind: str) -> Step:
    async def step(walker: _Walker) -> object:
        heard = message(number, _PLACES[place])
        command, held = kind == "command", kind == "held"
        return await walker.store.accept(heard, route(key), walker.at, command=command, held=held)

    return step


def _claiming(key: SessionKey, *, rival: bool) -> Step:
    async def step(walker: _Walker) -> object:
        loaded = await walker.store.claim(key, "host")
        if not rival:
            walker.fences[key] = loaded.fence
        return loaded

    return step


def _saving(key: SessionKey, records: list[Record]) -> Step:
    async def step(walker: _Walker) -> object:
        try:
            fence = walker.fences.get(key, Fence(key, 0))
            await walker.store.save(fence, tuple(records), walker.at)
            return None
        except (Fenced, ValueError) as error:
            return type(error)

    return step


def _setting_aside(key: SessionKey) -> Step:
    async def step(walker: _Walker) -> object:
        return set(await walker.store.set_aside(key, "It broke.", walker.at))

    return step


def _sending(choice: int, answer: str) -> Step:
    async def step(walker: _Walker) -> object:
        row = await walker.row(choice)
        if row is None:
            return None
        match answer:
            case "begun":
                return await walker.store.sending(row)
            case "sent":
                await walker.store.sent(row, "ref", walker.at)
            case _:
                dead, unsure = answer == "dead", answer == "unsure"
                await walker.store.unsent(row, dead=dead, unsure=unsure, error="no")
        return None

    return step


def _deciding(decision: Decision, version: int) -> Step:
    async def step(walker: _Walker) -> object:
        standing = replace(decision.standing, version=version)
        return await walker.store.decide(replace(decision, standing=standing), walker.at)

    return step


def _reminding(number: int, end: str) -> Step:
    async def step(walker: _Walker) -> object:
        if end == "cancelled":
            mine = (one for one in await walker.store.reminders(None) if one.id == f"r{number}")
            gone = Reminder(f"r{number}", 0.0, _PLACES[0], "words")
            return await walker.store.settle_reminder(next(mine, gone), "cancelled", walker.at)
        place = _PLACES[number % 2]
        return await walker.store.remind(Reminder(f"r{number}", walker.at, place, "words"))

    return step


def _forgetting() -> Step:
    async def step(walker: _Walker) -> object:
        await walker.store.forget_job("report")
        return None

    return step


_fires = st.lists(
    st.builds(
        Fire,
        st.just("report"),
        st.sampled_from((1.0, 2.0, 3.0)),
        st.sampled_from(("due", "given", "done", "skipped")),
    ),
    max_size=2,
).map(tuple)
_decisions = st.builds(
    Decision,
    st.builds(Standing, st.just("report"), st.just("spec"), st.sampled_from((1.0, 2.0))),
    _fires,
    _fires,
    st.lists(_said, max_size=1).map(tuple),
)
_scheduled = st.one_of(
    st.builds(_deciding, _decisions, st.integers(0, 3)),
    st.builds(_reminding, st.integers(0, 2), st.sampled_from(("open", "cancelled"))),
    st.builds(_forgetting),
)
_steps = st.one_of(
    _scheduled,
    st.builds(
        _accepting,
        _numbers,
        _keys,
        st.integers(0, 1),
        st.sampled_from(("prompt", "prompt", "command", "held")),
    ),
    st.builds(_claiming, _keys, rival=st.sampled_from((False, False, True))),
    st.builds(_setting_aside, _keys),
    st.builds(_saving, _keys, st.lists(_records, min_size=1, max_size=4)),
    st.builds(
        _sending,
        st.integers(0, 3),
        st.sampled_from(("begun", "begun", "sent", "sent", "dead", "unsure", "again")),
    ),
)
_beginning = tuple(_claiming(key, rival=False) for key in _KEYS)


async def _agree(fresh: Fresh, steps: list[Step]) -> None:
    async with fresh() as store:
        walkers = (_Walker(store), _Walker(MemoryStore()))
        for number, step in enumerate([*_beginning, *steps]):
            seen = []
            for walker in walkers:
                walker.at = float(number // 2)
                seen.append((await step(walker), await walker.look()))
            assert seen[0] == seen[1]
        for key in _KEYS:
            mine, model = [await walker.store.claim(key, "host") for walker in walkers]
            assert mine == model


class WalkConformance(OverAStore):
    @settings(
        max_examples=60,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,  # `fresh` gives an empty store each time
            HealthCheck.differing_executors,  # the suite is inherited by every store's class
            HealthCheck.too_slow,
        ],
    )
    @given(steps=st.lists(_steps, max_size=30))
    def test_any_walk_ends_where_the_model_ends(self, fresh: Fresh, steps: list[Step]) -> None:
        asyncio.run(_agree(fresh, steps))

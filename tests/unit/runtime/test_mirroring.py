"""When a session's files are mirrored, and when they are laid out. spec: 21.13 21.14 21.16"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest

from carrel.core.effects import Finish, Rehome
from carrel.core.errors import Fenced, Unavailable
from carrel.core.events import (
    Answered,
    Begun,
    RebuildAsked,
    Rewound,
    TerminalLeft,
    TurnEnded,
)
from carrel.core.messages import Inbound, Notice
from carrel.core.model import (
    Conversation,
    MessageId,
    Past,
    Prompt,
    ResumeToken,
    Session,
    SessionKey,
    Turn,
    TurnId,
    Usage,
)
from carrel.ports.store import Fence, Loaded
from carrel.runtime.mirroring import AGAIN, Mirroring
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import ManualClock, settle
from carrel.testing.house import ADA, House

KEY, HERE = SessionKey("fake:a"), Conversation("fake", "a")
FENCE = Fence(KEY, 7)
ENDED = TurnEnded(TurnId("fake:a#1"), "done", "", (), Usage(), None, 1.0)
AWAY = Session(KEY, away="alpha-1a2b", turns=3)
PROMPT = Prompt(MessageId("fake/m"), HERE, "Ada", "hi")
NEW = replace(AWAY, turns=0)


class Mirror:
    """Writes down what it is asked. `errors`: raised one by one by what comes."""

    def __init__(
        self, *errors: Exception, why: str = "", there: bool = True, known: bool = False
    ) -> None:
        self.asked: list[object] = []
        self.errors, self.why, self.there, self.known = list(errors), why, there, known

    async def keep(self, fence: Fence) -> str:
        self._ask(("keep", fence))
        return self.why

    async def knows(self, key: SessionKey) -> bool:
        self._ask(("knows", key))
        return self.known

    async def restore(self, key: SessionKey) -> bool:
        self._ask(("restore", key))
        return self.there

    def _ask(self, what: object) -> None:
        self.asked.append(what)
        if self.errors:
            raise self.errors.pop(0)


class Store:
    """Writes down what is saved."""

    def __init__(self, place: Conversation | None = HERE) -> None:
        self.saved: list[tuple[Fence, tuple[object, ...]]] = []
        self.away = False
        self.info = place and SimpleNamespace(conversation=place)

    async def save(self, fence: Fence, records: tuple[object, ...], at: float) -> None:
        del at
        if self.away:
            raise Unavailable("It is away.")
        self.saved.append((fence, records))

    async def session(self, key: SessionKey) -> object:
        assert key == KEY
        return self.info


class Desk:
    def __init__(self, mirror: Mirror | None, store: Store | None = None) -> None:
        self.mirror, self.store, self.clock = mirror, store or Store(), ManualClock()
        self.woken: list[object] = []
        outbox = SimpleNamespace(wake=self.woken.extend)
        self.discarded: list[SessionKey] = []
        tools = SimpleNamespace(mirror=mirror, clock=self.clock, workspaces=self)
        self.mirroring = Mirroring(KEY, self.store, outbox, tools)

    async def discard(self, key: SessionKey) -> None:
        self.discarded.append(key)

    async def claimed(self, session: Session = AWAY, commands=()) -> Session:
        return (await self.mirroring.claimed(Loaded(FENCE, session, commands))).session


async def test_files_of_another_host_are_laid_out_and_it_is_said_once() -> None:
    desk = Desk(Mirror())
    assert (await desk.claimed()).away == ""
    ((fence, (home, said)),) = desk.store.saved
    assert (fence, home, said.outbound.conversation) == (FENCE, Rehome(), HERE)
    assert "alpha-1a2b" in said.outbound.body.text
    assert desk.woken == [said.outbound]
    await desk.mirroring.keep(Session(KEY))
    assert desk.mirror.asked == [("restore", KEY), ("keep", FENCE)]


async def test_it_is_said_where_the_command_was_given_or_nowhere() -> None:
    there = Conversation("fake", "b")
    command = Inbound("fake", "m", there, ADA, "/status", addressed=True, at=1.0)
    desk = Desk(Mirror())
    await desk.claimed(commands=(command,))
    assert desk.store.saved[0][1][1].outbound.conversation == there
    for nowhere in (Store(None), Store()):
        nowhere.info = nowhere.info and SimpleNamespace(conversation=None)
        desk = Desk(Mirror(), nowhere)
        await desk.claimed()
        assert [records for _, records in desk.store.saved] == [(Rehome(),)]


@pytest.mark.parametrize(("mirror", "session"), [(Mirror(), replace(AWAY, away="")), (None, AWAY)])
async def test_what_is_here_or_not_mirrored_is_left_as_it_is(mirror, session) -> None:
    desk = Desk(mirror)
    assert await desk.claimed(session) == session
    assert desk.store.saved == []
    assert mirror is None or mirror.asked == []


async def test_a_turn_that_was_cut_off_before_any_answer_begins_here() -> None:
    """There is no mirror yet, and nothing that could be missed: the turns before had no agent."""
    turn = Turn(ENDED.turn, (PROMPT,))
    for session in (NEW, replace(NEW, turns=1, turn=turn), replace(NEW, turns=3, turn=turn)):
        desk = Desk(Mirror(there=False))
        assert await desk.claimed(session) == replace(session, away="")
        assert desk.store.saved == [(FENCE, (Rehome(),))]
        assert desk.discarded == [KEY]


@pytest.mark.parametrize(
    "session",
    [
        replace(NEW, resume=ResumeToken("claude", "s", "/work")),
        replace(NEW, past=(Past(ResumeToken("claude", "s", "/work"), "topic", 1.0),)),
    ],
)
async def test_whoever_has_done_anything_waits_for_the_host_that_has_it(session) -> None:
    desk = Desk(Mirror(there=False))
    assert await desk.claimed(session) == session
    assert (desk.store.saved, desk.discarded) == ([], [])


async def test_files_that_a_turn_has_left_are_waited_for_though_nobody_answered() -> None:
    desk = Desk(Mirror(there=False, known=True))
    session = replace(NEW, turns=1)
    assert await desk.claimed(session) == session
    assert (desk.store.saved, desk.discarded) == ([], [])


@pytest.mark.parametrize("mirror", [None, Mirror()])
async def test_who_begins_anew_finds_nothing_of_an_earlier_time(mirror) -> None:
    desk, anew = Desk(mirror), RebuildAsked(MessageId("fake/m"), HERE, 1.0)
    await desk.mirroring.before(anew, replace(AWAY, away=""))
    assert desk.discarded == []
    await desk.mirroring.before(anew, AWAY)
    assert desk.discarded == [KEY]


async def test_what_cannot_be_laid_out_just_now_is_tried_with_the_next_claim() -> None:
    desk = Desk(Mirror(Unavailable("The disk is full.")))
    with pytest.raises(Unavailable):
        await desk.claimed()
    assert desk.store.saved == []


@pytest.mark.parametrize(
    ("event", "times"),
    [
        (ENDED, 1),
        (Answered(ENDED.turn, (), "", Usage(), None), 1),
        (TerminalLeft(1.0), 1),
        (Rewound(MessageId("fake/m"), HERE, Notice("Back."), moved=True, resume=None, at=1.0), 1),
        (Begun(ENDED.turn), 0),
    ],
)
async def test_it_is_kept_when_files_may_have_changed(event, times) -> None:
    desk = Desk(Mirror())
    await desk.mirroring.before(event, AWAY)
    assert desk.mirror.asked == [], "what lies here is not the session's"
    await desk.mirroring.before(event, Session(KEY))
    assert len(desk.mirror.asked) == times


async def test_a_database_that_is_away_is_waited_for() -> None:
    desk = Desk(Mirror(*[Unavailable("away")] * 5))
    keeping = asyncio.ensure_future(desk.mirroring.keep(Session(KEY)))
    for pause in (*AGAIN, AGAIN[-1], AGAIN[-1]):
        await settle()
        assert not keeping.done()
        await desk.clock.advance(pause)
    await keeping
    assert len(desk.mirror.asked) == 6


async def test_who_waits_long_for_it_is_told_why_once() -> None:
    """As on a disk that cannot be read any more; where the database is away, nobody is told."""
    for away in (False, True):
        desk = Desk(Mirror(*[Unavailable("The disk is ill.")] * 5))
        desk.store.away = away
        keeping = asyncio.ensure_future(desk.mirroring.keep(Session(KEY)))
        for pause in (*AGAIN, AGAIN[-1], AGAIN[-1]):
            await settle()
            await desk.clock.advance(pause)
        await keeping
        assert len(desk.store.saved) == (0 if away else 1)
        assert [said.body.text[:16] for said in desk.woken] == ["The disk is ill."][away:]


async def test_who_has_lost_the_session_hears_it() -> None:
    desk = Desk(Mirror(Fenced("another has it")))
    with pytest.raises(Fenced):
        await desk.mirroring.keep(Session(KEY))


async def test_why_it_is_not_mirrored_is_said_where_it_is_spoken() -> None:
    desk = Desk(Mirror(why="Its files cannot be mirrored."))
    await desk.mirroring.keep(Session(KEY))
    ((_, (said,)),) = desk.store.saved
    assert said.outbound.body.text.startswith("Its files cannot be mirrored.")
    assert desk.woken == [said.outbound]


async def test_what_is_told_is_tried_until_it_is_saved() -> None:
    desk = Desk(Mirror(why="Its files cannot be mirrored."))
    save, errors = desk.store.save, [Unavailable("away")]

    async def away_once(*saved) -> None:
        if errors:
            raise errors.pop()
        await save(*saved)

    desk.store.save = away_once
    keeping = asyncio.ensure_future(desk.mirroring.keep(Session(KEY)))
    await settle()
    await desk.clock.advance(AGAIN[0])
    await keeping
    assert len(desk.store.saved) == 1


class Watched(MemoryStore):
    """Tells the mirror what is saved."""

    mirror: Mirror

    async def save(self, fence, records, at) -> None:
        self.mirror.asked += [type(one) for one in records if isinstance(one, Finish)]
        await super().save(fence, records, at)


async def test_the_files_are_safe_before_the_turn_is_over_and_when_the_gateway_stops(
    tmp_path,
) -> None:
    store = Watched()
    store.mirror = mirror = Mirror()
    async with House(tmp_path, store=store) as house:
        house.tools.mirror = mirror
        await house.say("hello")
        await house.platform.until(lambda: house.platform.answers() == ["echo: hello"])
        kept = ("keep", Fence(KEY, 1))
        assert mirror.asked == [kept, Finish]
    assert mirror.asked == [kept, Finish, kept]


async def test_a_session_that_is_not_mirrored_answers_all_the_same(tmp_path) -> None:
    async with House(tmp_path) as house:
        house.tools.mirror = Mirror(why="Its files cannot be mirrored.")
        await house.say("hello")
        await house.platform.until(lambda: house.platform.answers() == ["echo: hello"])
        await settle()
        assert any("cannot be mirrored" in text for text in house.platform.notices())

"""What is looked at: open work, sessions, history."""
# ruff: noqa: S101, PLR2004, D101, D102 - tests: they assert, a name is a sentence, a number an example

from __future__ import annotations

from dataclasses import replace

from carrel.core.effects import (
    Finish,
    Settle,
    Spend,
    Take,
)
from carrel.core.messages import Gone, Mark, Notice, Outbound
from carrel.core.model import (
    Chosen,
    Session,
    SessionKey,
    Turn,
    TurnId,
    Usage,
)
from carrel.core.spending import Portion
from carrel.ports.store import By, Spent, Store
from carrel.testing.store_conformance.values import (
    HERE,
    KEY,
    THERE,
    TOKEN,
    TURN,
    OverAStore,
    begun,
    heard,
    message,
    prompt,
    route,
    said,
    say,
)

OTHER = SessionKey("other:b")


class ListingsConformance(OverAStore):
    async def test_a_session_is_begotten_once(self, store: Store) -> None:
        chosen = Chosen(model="opus")
        born = Session(KEY, resume=TOKEN, topic="lanterns", chosen=chosen)
        assert await store.beget(born, HERE, 3.0)
        assert not await store.beget(replace(born, topic="another"), THERE, 4.0)
        (info,) = await store.sessions(10)
        assert (info.key, info.conversation, info.last_used) == (KEY, HERE, 3.0)
        session = (await store.claim(KEY, "host")).session
        assert (session.resume, session.topic, session.chosen) == (TOKEN, "lanterns", chosen)

    async def test_nobody_is_begotten_in_place_of_another(self, store: Store) -> None:
        await store.accept(message(1), route(KEY), 1.0, command=False)
        assert not await store.beget(Session(KEY, resume=TOKEN), HERE, 2.0)
        loaded = await store.claim(KEY, "host")
        assert loaded.session.resume is None
        assert [one.id for one in loaded.session.waiting] == [prompt(1).id]

    async def test_what_turns_cost_is_added_up(self, store: Store) -> None:
        for number, key in ((1, KEY), (2, KEY), (3, OTHER)):
            fence = (await store.claim(key, "host")).fence
            turn = Turn(TurnId(f"{key}#{number}"), (), started_at=1.0)
            cost = Usage(1.5, 100, 10, 0.25)
            at = float(number * 100)
            parts = (Portion("x:ada", "Ada", cost), Portion("x:mia", f"Mia {number}", cost))
            spent = Spend(turn.id, parts[:number])
            await store.save(fence, (Take(turn), spent, Finish(turn.id, "done")), at)
        assert await store.spent(KEY, 0.0) == Spent(2, Usage(4.5, 300, 30, 0.75))
        assert await store.spent(KEY, 150.0) == Spent(1, Usage(3.0, 200, 20, 0.5))
        assert await store.spent(KEY, 0.0, 200.0) == Spent(1, Usage(1.5, 100, 10, 0.25))
        assert (await store.spent(None, 0.0)).turns == 3
        assert await store.spent(SessionKey("nobody"), 0.0) == Spent(0, Usage())

    async def test_what_was_spent_is_told_by_session_person_and_turn(self, store: Store) -> None:
        fences = [(await store.claim(key, "host")).fence for key in (KEY, OTHER)]
        ada, mia = (
            Portion("x:ada", "Ada", Usage(cost=1.0)),
            Portion("x:mia", "Mia", Usage(cost=0.25)),
        )
        first, second = TurnId(f"{KEY}#1"), TurnId(f"{KEY}#2")
        await store.save(fences[0], (Spend(first, (ada,)),), 1.0)
        await store.save(fences[0], (Spend(first, (ada, mia)), Spend(second, (mia,))), 2.0)
        renamed = Portion("x:mia", "Mia Maria", Usage(cost=0.25))
        await store.save(fences[1], (Spend(TurnId(f"{OTHER}#1"), (renamed,)),), 3.0)

        async def told(by: By, since: float = 0.0) -> list[tuple[str, str, int, float]]:
            rows = await store.spending(by, since)
            return [(row.id, row.name, row.spent.turns, row.spent.usage.cost) for row in rows]

        assert await told("session") == [(KEY, "", 2, 2.5), (OTHER, "", 1, 0.25)]
        assert await told("person") == [("x:ada", "Ada", 1, 2.0), ("x:mia", "Mia Maria", 3, 0.75)]
        assert (await told("turn"))[0] == (first, "", 1, 2.25)
        assert await told("person", 2.5) == [("x:mia", "Mia Maria", 1, 0.25)]

    async def test_open_keys_are_those_with_something_to_do(self, store: Store) -> None:
        keys = [SessionKey(name) for name in ("c", "a", "b", "d")]
        for number, key in enumerate(keys):
            await store.accept(message(number), route(key), 1.0, command=key == "a")
        assert await store.open_keys() == tuple(keys)
        fence = (await store.claim(keys[0], "host")).fence
        await store.save(fence, (Settle(message(0).message_id, "failed"),), 2.0)
        assert await store.open_keys() == tuple(keys[1:])

    async def test_a_running_turn_is_something_to_do(self, store: Store) -> None:
        loaded = await begun(store, 1)
        await store.save(loaded.fence, (Settle(prompt(1).id, "done"),), 2.0)
        assert await store.open_keys() == (KEY,)
        await store.save(loaded.fence, (Finish(TURN, "done"),), 3.0)
        assert await store.open_keys() == ()

    async def test_sessions_are_listed_by_last_use(self, store: Store) -> None:
        for number in (1, 2, 3):
            await store.accept(message(number), route(SessionKey(f"s{number}")), 9.0 - number,
                               command=False)  # fmt: skip
        assert [info.key for info in await store.sessions(9)] == ["s1", "s2", "s3"]
        assert [info.key for info in await store.sessions(1, 1)] == ["s2"]
        fence = (await store.claim(SessionKey("s3"), "host")).fence
        await store.save(fence, (), 99.0)
        assert (await store.sessions(1))[0].last_used == 99.0

    async def test_a_line_says_how_a_session_stands(self, store: Store) -> None:
        assert await store.session(KEY) is None
        await begun(store, 1)
        await heard(store, 2, 3)
        await heard(store, 4, command=True)
        info = await store.session(KEY)
        assert info is not None
        assert (info.waiting, info.running, info.turns) == (2, True, 1)
        assert (info.conversation, info.last_used) == (HERE, 4.0)
        assert await store.sessions(9) == (info,)

    async def test_history_is_what_the_conversation_has_seen(self, store: Store) -> None:
        await heard(store, 1)
        await heard(store, 2, command=True)
        await store.accept(message(3, THERE), route(), 3.0, command=False)
        hidden = (say("mark", Mark(prompt(1).id, "stored")), say("far", "there", THERE))
        await said(store, say("n", "hi"), *hidden, at=2.0)
        seen = await store.history(HERE, 9)
        stood = [(one.at, one.state) for one in seen]
        assert stood == [(1.0, "queued"), (2.0, "command"), (2.0, None)]
        assert (seen[0].inbound, seen[1].inbound) == (message(1), message(2))
        assert seen[2].outbound == Outbound("n", HERE, Notice("hi"))
        there = await store.history(THERE, 9)
        assert [one.inbound for one in there] == [message(3, THERE), None]

    async def test_history_gives_the_newest(self, store: Store) -> None:
        await heard(store, *range(1, 9))
        assert [one.at for one in await store.history(HERE, 3)] == [6.0, 7.0, 8.0]

    async def test_a_clock_that_goes_back_hides_nothing(self, store: Store) -> None:
        await store.accept(message(1), route(), 500.0, command=False)
        await said(store, say("a", "before"), at=600.0)
        await store.accept(message(2), route(), 5.0, command=False)
        await said(store, say("b", "after"), at=6.0)
        assert [one.at for one in await store.history(HERE, 9)] == [500.0, 600.0, 5.0, 6.0]
        assert [one.at for one in await store.history(HERE, 2)] == [5.0, 6.0]

    async def test_what_is_gone_or_dead_has_left_the_history(self, store: Store) -> None:
        rows = await said(store, say("gone", "1"), say("dead", "2"), say("stays", "3"))
        await store.sent(rows[0], "ref", 61.0)
        await store.unsent(rows[1], dead=True, unsure=False, error="refused")
        await said(store, say("gone", Gone()), say("stays", "4"))
        assert [one.outbound for one in await store.history(HERE, 9)] == [
            Outbound("stays", HERE, Notice("4"))
        ]

    async def test_a_backup_may_be_asked_for_at_any_time(self, store: Store) -> None:
        await heard(store, 1)
        await store.backup("before the test")
        assert await store.open_keys() == (KEY,)

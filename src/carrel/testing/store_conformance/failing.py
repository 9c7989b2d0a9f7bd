"""What failed: a session set aside as a whole, and the messages that nobody answered."""
# ruff: noqa: S101, D101, D102 - tests: they assert, a name is a sentence, a number an example

from __future__ import annotations

from carrel.core.effects import Ask, Finish, Reopen, Settle
from carrel.core.messages import Mark, Notice
from carrel.ports.store import Store
from carrel.testing.store_conformance.values import (
    HAND,
    HERE,
    KEY,
    THERE,
    TURN,
    OverAStore,
    begun,
    heard,
    message,
    nonces,
    prompt,
    route,
    say,
)

IDS = tuple(message(number).message_id for number in range(5))


class FailingConformance(OverAStore):
    async def test_a_session_is_set_aside_with_all_that_is_open(self, store: Store) -> None:
        loaded = await begun(store, 1)
        await store.save(loaded.fence, (Ask(HAND),), 55.0)
        await store.accept(message(2, THERE), route(), 2.0, command=False)
        await heard(store, 3, command=True)
        told = await store.set_aside(KEY, "It broke.", 60.0)
        after = await store.claim(KEY, "host")
        assert (after.session.turn, after.session.waiting, after.commands) == (None, (), ())
        assert after.session.approvals == ()
        assert KEY not in await store.open_keys()
        signs = {
            o.body.message for o in told if isinstance(o.body, Mark) and o.body.sign == "failed"
        }
        assert signs == {IDS[1], IDS[2], IDS[3]}
        words = {(o.conversation, o.body.text) for o in told if isinstance(o.body, Notice)}
        assert words == {(HERE, "It broke."), (THERE, "It broke.")}
        due = set(nonces(await store.due(None, 100)))
        assert {f"{IDS[1]}.aside", f"{IDS[2]}.aside"} <= due

    async def test_the_next_turn_may_run_after_it(self, store: Store) -> None:
        await begun(store, 1)
        await store.set_aside(KEY, "It broke.", 60.0)
        await heard(store, 2)
        assert (await store.claim(KEY, "host")).session.waiting == (prompt(2),)

    async def test_what_failed_is_listed_with_what_people_were_told(self, store: Store) -> None:
        loaded = await begun(store, 1)
        ended = (Settle(IDS[1], "failed"), Finish(TURN, "failed"), say(f"{TURN}.end", "Lost."))
        await store.save(loaded.fence, ended, 60.0)
        await heard(store, 2)
        await store.set_aside(KEY, "It broke.", 70.0)
        await heard(store, 3, command=True)
        await store.set_aside(KEY, "It broke.", 80.0)
        letters = await store.dead_letters(9)
        assert [(one.inbound, one.key, one.at, one.why) for one in letters] == [
            (message(2), KEY, 70.0, "It broke."),
            (message(1), KEY, 60.0, "Lost."),
        ]
        assert len(await store.dead_letters(1)) == 1

    async def test_each_of_those_that_are_set_aside_is_listed_with_the_reason(
        self, store: Store
    ) -> None:
        """It is said once in each place, for all that waited there."""
        await heard(store, 1, 2, 3)
        await store.accept(message(4, THERE), route(), 2.0, command=False)
        await store.set_aside(KEY, "It broke.", 60.0)
        letters = await store.dead_letters(9)
        assert [one.inbound.id for one in letters] == ["4", "3", "2", "1"]
        assert {one.why for one in letters} == {"It broke."}

    async def test_one_that_is_reopened_waits_again_in_its_old_place(self, store: Store) -> None:
        await heard(store, 1)
        await store.set_aside(KEY, "It broke.", 60.0)
        await heard(store, 2)
        loaded = await store.claim(KEY, "host")
        await store.save(loaded.fence, (Reopen(IDS[1], "queued"),), 65.0)
        assert (await store.claim(KEY, "host")).session.waiting == (prompt(1), prompt(2))
        assert await store.dead_letters(9) == ()

    async def test_one_that_is_let_go_of_is_listed_no_more(self, store: Store) -> None:
        await heard(store, 1)
        await store.set_aside(KEY, "It broke.", 60.0)
        loaded = await store.claim(KEY, "host")
        await store.save(loaded.fence, (Reopen(IDS[1], "stopped"),), 65.0)
        assert await store.dead_letters(9) == ()
        assert await store.state("discord:me", "1") == "stopped"

    async def test_only_what_failed_is_reopened(self, store: Store) -> None:
        await heard(store, 1, 2, 3)
        await heard(store, 4, command=True)
        loaded = await store.claim(KEY, "host")
        await store.save(loaded.fence, (Settle(IDS[2], "done"), Settle(IDS[4], "failed")), 60.0)
        for number in (1, 2, 4):
            await store.save(loaded.fence, (Reopen(IDS[number], "stopped"),), 65.0)
        states = [await store.state("discord:me", str(number)) for number in (1, 2, 4)]
        assert states == ["queued", "done", "failed"]

"""Jobs, their fires, and reminders: decided once, kept, and open until they are over."""
# ruff: noqa: S101, D101, D102 - tests: they assert, a name is a sentence, a number an example

from __future__ import annotations

import asyncio
from dataclasses import replace

from carrel.core.messages import Notice, Outbound
from carrel.core.schedules import Decision, Fire, Reminder, Standing
from carrel.ports.store import Store
from carrel.testing.store_conformance.values import HERE, THERE, OverAStore

FIRST = Standing("report", "every hour", 100.0)
FIRE = Fire("report", 90.0, since=100.0)
DOLLARS = 0.25
WORDS = Reminder("r1", 50.0, HERE, "the oven", "ann")


async def planned(store: Store, *fires: Fire) -> Standing:
    """The fires, planned in one decision; how the job stands then."""
    assert await store.decide(Decision(FIRST, planned=fires), 100.0)
    (standing,) = await store.standings()
    return standing


class SchedulingConformance(OverAStore):
    async def test_a_standing_is_kept_and_its_version_grows(self, store: Store) -> None:
        assert await store.standings() == ()
        standing = await planned(store)
        assert standing == replace(FIRST, version=1)
        more = replace(standing, known=200.0, paused="why", failures=2)
        assert await store.decide(Decision(more), 200.0)
        assert await store.standings() == (replace(more, version=2),)

    async def test_whoever_decides_second_writes_nothing(self, store: Store) -> None:
        standing = await planned(store)
        assert not await store.decide(Decision(FIRST, planned=(FIRE,)), 1.0)
        said = Outbound("n", HERE, Notice("paused"))
        assert await store.decide(Decision(standing), 1.0)
        late = Decision(standing, planned=(FIRE,), said=(said,))
        assert not await store.decide(late, 1.0)
        assert await store.open_fires() == ()
        assert await store.due(None, 9) == ()

    async def test_of_many_that_decide_at_once_one_does(self, store: Store) -> None:
        standing = await planned(store)
        fires = [replace(FIRE, note=str(number)) for number in range(20)]
        tries = (store.decide(Decision(standing, planned=(fire,)), 1.0) for fire in fires)
        assert sum(await asyncio.gather(*tries)) == 1
        assert len(await store.open_fires()) == 1

    async def test_a_fire_is_there_once(self, store: Store) -> None:
        standing = await planned(store, FIRE)
        again = replace(FIRE, state="skipped", note="again")
        assert await store.decide(Decision(standing, planned=(again,)), 1.0)
        assert await store.fires("report", 9) == (FIRE,)

    async def test_a_fire_is_open_until_it_is_over(self, store: Store) -> None:
        standing = await planned(store, FIRE, replace(FIRE, at=80.0))
        assert [fire.at for fire in await store.open_fires()] == [80.0, 90.0]
        given = replace(FIRE, state="given", tries=2, since=101.0, note="x")
        assert await store.decide(Decision(standing, changed=(given,)), 101.0)
        assert (await store.open_fires())[1] == given
        done, unknown = replace(given, state="done"), replace(FIRE, at=7.0, state="done")
        after = replace(standing, version=2)
        assert await store.decide(Decision(after, changed=(done, unknown)), 102.0)
        assert [fire.at for fire in await store.open_fires()] == [80.0]
        assert [fire.at for fire in await store.fires("report", 9)] == [90.0, 80.0]
        assert await store.fires("report", 1) == (done,)
        assert await store.fires("other", 9) == ()

    async def test_what_a_decision_says_is_due_with_it(self, store: Store) -> None:
        said = Outbound("schedule/x.paused", HERE, Notice("Paused.", "error"))
        assert await store.decide(Decision(FIRST, said=(said,)), 5.0)
        assert [row.outbound for row in await store.due(HERE.address, 9)] == [said]

    async def test_a_job_that_is_gone_begins_anew_and_has_its_history(self, store: Store) -> None:
        await planned(store, FIRE)
        await store.forget_job("report")
        assert await store.standings() == ()
        assert await store.open_fires() == ()
        (fire,) = await store.fires("report", 9)
        assert fire.state == "skipped"
        assert await store.decide(Decision(FIRST), 1.0)

    async def test_a_reminder_is_kept_changed_and_over_once(self, store: Store) -> None:
        assert await store.remind(WORDS)
        assert await store.remind(replace(WORDS, id="r0", conversation=THERE, at=60.0))
        assert [one.id for one in await store.reminders(None)] == ["r1", "r0"]
        later = replace(WORDS, at=70.0, text="the bread")
        assert await store.remind(later)
        assert await store.reminders(HERE) == (later,)
        assert [one.id for one in await store.reminders(None)] == ["r0", "r1"]
        assert not await store.settle_reminder(WORDS, "said", 80.0), "it was moved meanwhile"
        assert await store.settle_reminder(later, "said", 80.0)
        assert not await store.settle_reminder(later, "cancelled", 81.0)
        assert not await store.remind(later), "what is over stays over"
        assert not await store.settle_reminder(replace(later, id="r9"), "said", 80.0)
        assert await store.reminders(HERE) == ()

    async def test_no_conversation_changes_another_s_reminder(self, store: Store) -> None:
        assert await store.remind(WORDS)
        stolen = replace(WORDS, conversation=THERE, text="stolen")
        assert not await store.remind(stolen)
        assert not await store.settle_reminder(stolen, "cancelled", 80.0)
        assert await store.reminders(None) == (WORDS,)

    async def test_what_is_said_again_and_again_keeps_its_words(self, store: Store) -> None:
        again = replace(WORDS, when="every 2h", zone="Europe/Berlin")
        assert await store.remind(again)
        assert await store.reminders(HERE) == (again,)

    async def test_what_a_job_costs_is_the_sum_of_its_fires(self, store: Store) -> None:
        standing = await planned(store, FIRE)
        dear = replace(FIRE, state="done", since=200.0, cost=DOLLARS)
        assert await store.decide(Decision(standing, changed=(dear,)), 200.0)
        assert await store.fires("report", 1) == (dear,)
        assert await store.job_cost("report", 200.0) == DOLLARS
        assert await store.job_cost("report", 201.0) == 0.0
        assert await store.job_cost("other", 0.0) == 0.0
        assert await store.message_cost("schedule", "report@never") == 0.0

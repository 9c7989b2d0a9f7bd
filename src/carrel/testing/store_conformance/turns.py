"""Sessions and turns: fences, what a turn holds, what is remembered."""
# ruff: noqa: S101, PLR2004, D101, D102 - tests: they assert, a name is a sentence, a number an example

from __future__ import annotations

from dataclasses import replace

import pytest

from carrel.core.effects import (
    Ask,
    Close,
    Finish,
    Join,
    Pause,
    Remember,
    Settle,
    Take,
)
from carrel.core.errors import Fenced
from carrel.core.messages import Answer, Progress
from carrel.core.model import (
    SessionKey,
    Turn,
    TurnId,
)
from carrel.ports.store import Store
from carrel.testing.store_conformance.values import (
    HAND,
    HERE,
    KEY,
    TOKEN,
    TURN,
    OverAStore,
    begun,
    heard,
    prompt,
    said,
    say,
)


class TurnsConformance(OverAStore):
    async def test_a_session_without_a_row_is_made(self, store: Store) -> None:
        loaded = await store.claim(KEY, "host")
        assert (loaded.session.turn, loaded.session.waiting, loaded.commands) == (None, (), ())
        assert await store.session(KEY) is not None

    async def test_a_claim_fences_every_earlier_owner_out(self, store: Store) -> None:
        old = await begun(store, 1)
        await store.claim(KEY, "other")
        with pytest.raises(Fenced):
            await store.save(old.fence, (say("n", "late"), Finish(TURN, "done")), 9.0)
        assert await store.due(None, 9) == ()
        assert (await store.claim(KEY, "host")).session.turn is not None

    async def test_a_claim_touches_no_other_session(self, store: Store) -> None:
        mine = await store.claim(KEY, "host")
        await store.claim(SessionKey("other"), "host")
        await store.save(mine.fence, (say("n", "still mine"),), 9.0)

    async def test_a_taken_turn_comes_back_with_its_prompts(self, store: Store) -> None:
        await begun(store, 1, 2)
        await heard(store, 3)
        session = (await store.claim(KEY, "host")).session
        assert session.turn == Turn(TURN, (prompt(1), prompt(2)), started_at=50.0)
        assert (session.waiting, session.turns) == ((prompt(3),), 1)

    async def test_a_retry_is_the_same_turn_with_another_attempt(self, store: Store) -> None:
        loaded = await begun(store, 1)
        await store.save(loaded.fence, (Take(Turn(TURN, (prompt(1),), attempt=2)),), 60.0)
        session = (await store.claim(KEY, "host")).session
        assert session.turn is not None
        assert (session.turn.attempt, session.turns) == (2, 1)

    async def test_a_session_runs_one_turn(self, store: Store) -> None:
        loaded = await begun(store, 1)
        await heard(store, 2)
        second = Turn(TurnId(f"{KEY}#2"), (prompt(2),))
        with pytest.raises(ValueError, match=r"."):
            await store.save(loaded.fence, (say("n", "hm"), Take(second)), 60.0)
        session = (await store.claim(KEY, "host")).session
        assert (session.turns, session.waiting) == (1, (prompt(2),))
        assert await store.due(None, 9) == ()

    async def test_a_turn_belongs_to_its_session(self, store: Store) -> None:
        await begun(store, 1)
        stranger = await store.claim(SessionKey("other"), "host")
        with pytest.raises(ValueError, match=r"."):
            await store.save(stranger.fence, (Take(Turn(TURN, ())),), 60.0)
        await store.save(stranger.fence, (Finish(TURN, "done"),), 60.0)
        assert (await store.claim(KEY, "host")).session.turn is not None

    async def test_a_message_has_one_end(self, store: Store) -> None:
        loaded = await begun(store, 1)
        ends = (Settle(prompt(1).id, "superseded"), Settle(prompt(1).id, "done"))
        await store.save(loaded.fence, ends, 60.0)
        assert [one.state for one in await store.history(HERE, 9)] == ["superseded"]

    async def test_a_joined_prompt_belongs_to_the_turn(self, store: Store) -> None:
        loaded = await begun(store, 1)
        await heard(store, 2)
        await store.save(loaded.fence, (Join(TURN, prompt(2).id),), 60.0)
        turn = (await store.claim(KEY, "host")).session.turn
        assert turn is not None
        assert turn.prompts == (prompt(1), prompt(2))

    async def test_a_settled_prompt_has_left_the_turn(self, store: Store) -> None:
        loaded = await begun(store, 1, 2)
        await store.save(loaded.fence, (Settle(prompt(1).id, "done"),), 60.0)
        turn = (await store.claim(KEY, "host")).session.turn
        assert turn is not None
        assert turn.prompts == (prompt(2),)

    async def test_what_was_not_read_goes_back_to_its_place(self, store: Store) -> None:
        loaded = await begun(store, 1, 2)
        await heard(store, 3)
        records = (Finish(TURN, "done"), Settle(prompt(1).id, "done"))
        await store.save(loaded.fence, (*records, Settle(prompt(2).id, "queued")), 60.0)
        session = (await store.claim(KEY, "host")).session
        assert (session.turn, session.waiting) == (None, (prompt(2), prompt(3)))

    async def test_a_finished_turn_keeps_no_prompt(self, store: Store) -> None:
        loaded = await begun(store, 1)
        await store.save(loaded.fence, (Finish(TURN, "interrupted"),), 60.0)
        assert (await store.claim(KEY, "host")).session.waiting == (prompt(1),)

    async def test_a_settled_message_stays_settled(self, store: Store) -> None:
        loaded = await begun(store, 1)
        ended = (Settle(prompt(1).id, "done"), Finish(TURN, "done"))
        late = (Settle(prompt(1).id, "queued"), Take(Turn(TurnId(f"{KEY}#2"), (prompt(1),))))
        await store.save(loaded.fence, (*ended, *late), 60.0)
        session = (await store.claim(KEY, "host")).session
        assert session.turn is not None
        assert (session.turn.prompts, session.waiting) == ((), ())

    async def test_a_session_settles_its_own_messages_only(self, store: Store) -> None:
        await heard(store, 1)
        stranger = await store.claim(SessionKey("other"), "host")
        await store.save(stranger.fence, (Settle(prompt(1).id, "done"),), 60.0)
        assert (await store.claim(KEY, "host")).session.waiting == (prompt(1),)

    async def test_answers_given_are_counted_by_part(self, store: Store) -> None:
        await begun(store, 1, 2)
        parts = ("0.0", "0.1", "1.0")
        await said(store, *(say(f"{TURN}.answer.{part}", Answer("yes")) for part in parts))
        await said(store, say(f"{TURN}.card", Progress(TURN)), say(f"{TURN}2.answer.0", "no"))
        turn = (await store.claim(KEY, "host")).session.turn
        assert turn is not None
        assert turn.parts == 2

    async def test_resume_and_pause_are_kept_and_forgotten(self, store: Store) -> None:
        fence = (await store.claim(KEY, "host")).fence
        await store.save(fence, (Remember(TOKEN), Pause(99.5)), 1.0)
        loaded = await store.claim(KEY, "host")
        assert (loaded.session.resume, loaded.session.paused_until) == (TOKEN, 99.5)
        await store.save(loaded.fence, (Remember(None), Pause(None)), 2.0)
        session = (await store.claim(KEY, "host")).session
        assert (session.resume, session.paused_until) == (None, None)

    async def test_approvals_are_open_until_they_are_closed(self, store: Store) -> None:
        fence = (await store.claim(KEY, "host")).fence
        second = replace(HAND, id="a0", title="Write")
        await store.save(fence, (Ask(HAND), Ask(second)), 1.0)
        loaded = await store.claim(KEY, "host")
        assert loaded.session.approvals == (HAND, second)
        await store.save(loaded.fence, (Close("a1", "allowed", "ann"),), 2.0)
        assert (await store.claim(KEY, "host")).session.approvals == (second,)

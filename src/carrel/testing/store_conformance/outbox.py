"""Messages out: said, edited, sent, taken back."""
# ruff: noqa: S101, D101, D102 - tests: they assert, a name is a sentence, a number an example

from __future__ import annotations

from dataclasses import replace

from carrel.core.messages import Answer, Body, File, Gone, Mark, Notice, Outbound, Progress
from carrel.core.model import (
    MessageId,
)
from carrel.ports.store import Store
from carrel.testing.store_conformance.values import HERE, THERE, TURN, OverAStore, nonces, said, say


class OutboxConformance(OverAStore):
    async def test_what_no_session_says_is_shown_all_the_same(self, store: Store) -> None:
        first, second = (Outbound(name, HERE, Notice("hi")) for name in "ab")
        await store.say((first, second), 60.0)
        rows = await store.due(HERE.address, 9)
        assert [(row.outbound, row.at) for row in rows] == [(first, 60.0), (second, 60.0)]
        changed = replace(first, body=Notice("there"))
        await store.say((changed,), 61.0)
        rows = await store.due(HERE.address, 9)
        assert [(row.outbound, row.version) for row in rows] == [(changed, 2), (second, 1)]

    async def test_what_is_said_is_due_in_the_order_of_saying(self, store: Store) -> None:
        rows = await said(store, say("b", "1"), say("a", "2", THERE), say("c", "3"))
        assert nonces(rows) == ["b", "a", "c"]
        assert nonces(await store.due(HERE.address, 9)) == ["b", "c"]
        assert nonces(await store.due(None, 2)) == ["b", "a"]
        assert set(await store.lanes()) == {HERE.address, THERE.address}

    async def test_receipts_have_a_lane_of_their_own(self, store: Store) -> None:
        mark = say("m", Mark(MessageId("discord:me/1"), "stored"))
        await said(store, mark, say("a", "an answer"))
        lane = mark.outbound.lane
        assert lane != HERE.address
        assert nonces(await store.due(HERE.address, 9)) == ["a"]
        assert nonces(await store.due(lane, 9)) == ["m"]
        assert set(await store.lanes()) == {lane, HERE.address}

    async def test_every_body_comes_back_as_it_was(self, store: Store) -> None:
        bodies: tuple[Body, ...] = (
            Answer("a", "f", MessageId("m")), Notice("n", "error"), Progress(TURN, step=2),
            File("a", "b", 1, "/c"), Mark(MessageId("m"), "stored"),
        )  # fmt: skip
        rows = await said(store, *(say(str(n), body) for n, body in enumerate(bodies)))
        assert tuple(row.outbound.body for row in rows) == bodies
        assert {row.outbound.conversation for row in rows} == {HERE}

    async def test_saying_a_nonce_again_replaces_the_body(self, store: Store) -> None:
        (row,) = await said(store, say("n", "old"), say("n", "new"))
        assert (row.outbound.body, row.version, row.ref) == (Notice("new"), 2, None)

    async def test_what_was_sent_is_not_due(self, store: Store) -> None:
        (row,) = await said(store, say("n", "hi"))
        assert await store.sending(row)
        await store.sent(row, "ref", 61.0)
        assert (await store.due(None, 9), await store.lanes()) == ((), ())
        assert not await store.sending(row)

    async def test_an_edit_names_what_is_shown(self, store: Store) -> None:
        (row,) = await said(store, say("n", "old"))
        await store.sending(row)
        await store.sent(row, "ref", 61.0)
        (edit,) = await said(store, say("n", "new"))
        assert (edit.id, edit.ref, edit.version, edit.unsure) == (row.id, "ref", 2, False)

    async def test_what_was_said_during_the_send_is_due_still(self, store: Store) -> None:
        (row,) = await said(store, say("n", "old"))
        await store.sending(row)
        await said(store, say("n", "new"))
        await store.sent(row, "ref", 61.0)
        (edit,) = await store.due(None, 9)
        assert (edit.outbound.body, edit.ref, edit.unsure) == (Notice("new"), "ref", False)

    async def test_an_edit_of_what_is_shown_waits_behind_what_was_said(self, store: Store) -> None:
        (row,) = await said(store, say("card", "1"))
        await store.sent(row, "ref", 61.0)
        assert nonces(await said(store, say("n", "2"), say("card", "3"))) == ["n", "card"]

    async def test_an_edit_of_what_was_never_shown_keeps_its_place(self, store: Store) -> None:
        assert nonces(await said(store, say("a", "1"), say("b", "2"), say("a", "3"))) == ["a", "b"]

    async def test_edits_merge_into_the_one_that_waits(self, store: Store) -> None:
        (row,) = await said(store, say("card", "1"))
        await store.sent(row, "ref", 61.0)
        rows = await said(store, say("card", "2"), say("n", "3"), say("card", "4"))
        assert nonces(rows) == ["card", "n"]

    async def test_an_edit_during_the_first_send_keeps_its_place(self, store: Store) -> None:
        (row, _) = await said(store, say("a", "1"), say("b", "2"))
        await store.sending(row)
        assert nonces(await said(store, say("a", "3"))) == ["a", "b"]

    async def test_gone_drops_what_was_never_sent(self, store: Store) -> None:
        (row,) = await said(store, say("n", "hi"))
        assert await said(store, say("n", Gone()), say("unknown", Gone())) == ()
        assert not await store.sending(row)

    async def test_gone_takes_back_what_may_be_shown(self, store: Store) -> None:
        (row,) = await said(store, say("n", "hi"))
        await store.sending(row)
        (gone,) = await said(store, say("n", Gone()))
        assert (gone.outbound.body, gone.unsure) == (Gone(), True)
        await store.sent(row, "ref", 61.0)
        (gone,) = await store.due(None, 9)
        assert (gone.outbound.body, gone.ref) == (Gone(), "ref")
        await store.sent(gone, "ref", 62.0)
        (again,) = await said(store, say("n", "back"))
        assert again.ref is None

    async def test_gone_takes_back_what_was_shown_once(self, store: Store) -> None:
        (row,) = await said(store, say("n", "hi"))
        await store.sent(row, "ref", 61.0)
        (gone,) = await said(store, say("n", Gone()))
        assert (gone.outbound.body, gone.ref) == (Gone(), "ref")

    async def test_gone_takes_back_what_a_doubtful_send_may_have_shown(self, store: Store) -> None:
        (row,) = await said(store, say("n", "hi"))
        await store.sending(row)
        await store.unsent(row, dead=False, unsure=True, error="reset")
        (gone,) = await said(store, say("n", Gone()))
        assert (gone.outbound.body, gone.unsure) == (Gone(), True)

    async def test_a_send_that_was_never_answered_may_have_arrived(self, store: Store) -> None:
        (row,) = await said(store, say("n", "hi"))
        assert not row.unsure
        await store.sending(row)
        (left,) = await store.due(None, 9)
        assert (left.attempts, left.unsure) == (1, True)

    async def test_a_failed_second_send_does_not_tell_about_the_first(self, store: Store) -> None:
        (row,) = await said(store, say("n", "hi"))
        await store.sending(row)
        await store.sending(row)
        await store.unsent(row, dead=False, unsure=False, error="429")
        (again,) = await store.due(None, 9)
        assert (again.attempts, again.unsure) == (2, True)

    async def test_a_failed_send_is_due_again(self, store: Store) -> None:
        (row,) = await said(store, say("n", "hi"))
        await store.sending(row)
        await store.unsent(row, dead=False, unsure=False, error="429")
        (again,) = await store.due(None, 9)
        assert (again.attempts, again.unsure) == (1, False)

    async def test_doubt_stays_until_a_send_is_taken(self, store: Store) -> None:
        (row,) = await said(store, say("n", "hi"))
        for unsure in (True, False):
            await store.sending(row)
            await store.unsent(row, dead=False, unsure=unsure, error="reset")
        (again,) = await store.due(None, 9)
        assert (again.attempts, again.unsure) == (2, True)
        await store.sent(again, "ref", 61.0)
        (edit,) = await said(store, say("n", "new"))
        assert (edit.attempts, edit.unsure) == (0, False)

    async def test_the_dead_are_not_due(self, store: Store) -> None:
        (row,) = await said(store, say("n", "hi"))
        await store.unsent(row, dead=True, unsure=False, error="refused")
        assert await store.due(None, 9) == ()
        assert nonces(await said(store, say("n", "otherwise"))) == ["n"]

    async def test_a_refusal_kills_only_what_was_refused(self, store: Store) -> None:
        (row,) = await said(store, say("n", "too long"))
        await said(store, say("n", "short"))
        await store.unsent(row, dead=True, unsure=False, error="refused")
        assert nonces(await store.due(None, 9)) == ["n"]

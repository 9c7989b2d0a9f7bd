"""What nobody listened to: where catching up begins, and what is held until a person decides."""
# ruff: noqa: S101, PLR2004, D101, D102 - tests: they assert, a name is a sentence, a number an example

from __future__ import annotations

from dataclasses import replace

from carrel.core.effects import (
    Allow,
    Amend,
    Choose,
    Entitle,
    Revoke,
    Settle,
    Shelve,
    Take,
    Unshelve,
)
from carrel.core.grants import Pattern
from carrel.core.model import Chosen, Grant, Past, ResumeToken, Turn
from carrel.ports.store import Cursor, Store
from carrel.testing.store_conformance.values import (
    HERE,
    KEY,
    THERE,
    TURN,
    OverAStore,
    begun,
    heard,
    message,
    prompt,
    route,
)

SOURCE = "discord:me"


class CatchingUpConformance(OverAStore):
    async def test_a_conversation_is_known_from_its_first_message_on(self, store: Store) -> None:
        await heard(store, 5, 6)
        await store.accept(message(7, THERE), route(), 9.0, command=False)
        assert await store.cursors(SOURCE) == (Cursor(THERE, "7"), Cursor(HERE, "5"))
        assert await store.cursors("slack:me") == ()

    async def test_a_cursor_moves_when_it_is_told_to(self, store: Store) -> None:
        await heard(store, 5)
        await store.move_cursor(SOURCE, Cursor(HERE, "8"), 20.0)
        await store.move_cursor(SOURCE, Cursor(THERE, "2"), 10.0)
        assert await store.cursors(SOURCE) == (Cursor(HERE, "8"), Cursor(THERE, "2"))
        await store.drop_cursor(SOURCE, HERE)
        assert await store.cursors(SOURCE) == (Cursor(THERE, "2"),)

    async def test_a_cursor_keeps_what_is_round_its_conversation(self, store: Store) -> None:
        await heard(store, 5)
        (cursor,) = await store.cursors(SOURCE)
        assert cursor.conversation.within == HERE.within

    async def test_a_source_was_listened_to_when_it_last_said_so(self, store: Store) -> None:
        assert await store.listened(SOURCE) is None
        for at in (3.0, 7.0):
            await store.listening(SOURCE, at)
        assert await store.listened(SOURCE) == 7.0
        assert await store.listened("slack:me") is None

    async def test_a_held_message_is_missed_and_waits_for_nothing(self, store: Store) -> None:
        await store.accept(message(1), route(), 1.0, command=False, held=True)
        assert (await store.accept(message(1), route(), 2.0, command=False)).duplicate
        assert await store.state(SOURCE, "1") == "held"
        assert await store.open_keys() == ()
        session = (await store.claim(KEY, "host")).session
        assert (session.missed, session.waiting) == ((prompt(1),), ())

    async def test_what_was_missed_may_be_queued_in_its_place(self, store: Store) -> None:
        await store.accept(message(1), route(), 1.0, command=False, held=True)
        await heard(store, 2)
        loaded = await store.claim(KEY, "host")
        await store.save(loaded.fence, (Settle(prompt(1).id, "queued"),), 3.0)
        session = (await store.claim(KEY, "host")).session
        assert (session.missed, session.waiting) == ((), (prompt(1), prompt(2)))
        taken = Take(Turn(TURN, (prompt(1),), started_at=4.0))
        await store.save((await store.claim(KEY, "host")).fence, (taken,), 4.0)
        assert await store.state(SOURCE, "1") == "running"

    async def test_what_was_missed_may_be_let_go(self, store: Store) -> None:
        await store.accept(message(1), route(), 1.0, command=False, held=True)
        loaded = await store.claim(KEY, "host")
        await store.save(loaded.fence, (Settle(prompt(1).id, "stopped"),), 3.0)
        assert (await store.claim(KEY, "host")).session.missed == ()
        assert await store.state(SOURCE, "1") == "stopped"

    async def test_what_waits_may_be_changed_and_nothing_else(self, store: Store) -> None:
        await begun(store, 1)
        await heard(store, 2)
        await store.accept(message(3), route(), 3.0, command=False, held=True)
        fence = (await store.claim(KEY, "host")).fence
        await store.save(fence, tuple(Amend(prompt(n, text="anew")) for n in (1, 2, 3)), 4.0)
        session = (await store.claim(KEY, "host")).session
        assert session.turn is not None
        assert session.turn.prompts == (prompt(1),)
        assert session.waiting == (prompt(2, text="anew"),)
        assert session.missed == (prompt(3, text="anew"),)
        said = [one.inbound.text for one in await store.history(HERE, 9) if one.inbound]
        assert said == [message(1).text, "anew", "anew"]
        kept = [await store.said(message(n).message_id) for n in (1, 2)]
        assert [one.edited for one in kept if one] == [False, True]

    async def test_a_change_keeps_what_was_not_changed(self, store: Store) -> None:
        await store.accept(message(1), route(waiting="steer"), 1.0, command=False)
        fence = (await store.claim(KEY, "host")).fence
        await store.save(fence, (Amend(replace(prompt(1, text="anew"), waiting="collect")),), 2.0)
        changed = replace(message(1), text="anew")
        assert (await store.claim(KEY, "host")).session.waiting == (changed.prompt("collect"),)

    async def test_what_was_chosen_is_kept(self, store: Store) -> None:
        fence = (await store.claim(KEY, "host")).fence
        chosen = Chosen(mode="plan", model="opus")
        await store.save(fence, (Choose(chosen), Choose(replace(chosen, effort="low"))), 1.0)
        kept = (await store.claim(KEY, "host")).session.chosen
        assert kept == Chosen(mode="plan", model="opus", effort="low")

    async def test_earlier_conversations_are_kept_the_newest_first(self, store: Store) -> None:
        fence = (await store.claim(KEY, "host")).fence
        shelf = [Past(ResumeToken("e", f"t{n}", "/"), f"topic {n}", float(n)) for n in range(3)]
        await store.save(fence, (Entitle("now"), *map(Shelve, shelf)), 1.0)
        await store.save(fence, (Unshelve(shelf[1]), Shelve(replace(shelf[0], at=9.0))), 2.0)
        session = (await store.claim(KEY, "host")).session
        assert session.topic == "now"
        assert session.past == (replace(shelf[0], at=9.0), shelf[2])
        fence = (await store.claim(KEY, "host")).fence
        await store.save(fence, (Unshelve(None),), 3.0)
        assert (await store.claim(KEY, "host")).session.past == ()

    async def test_grants_are_kept_until_they_are_revoked(self, store: Store) -> None:
        fence = (await store.claim(KEY, "host")).fence
        one = Grant("g1", "ls *", "Ada", 1.0, Pattern("Bash", ("ls",), more=True), lasting=True)
        two = Grant("g2", "rm x", "Ada", 2.0, digest="d")
        await store.save(fence, (Allow(one), Allow(two), Allow(replace(two, by="Bob"))), 1.0)
        assert (await store.claim(KEY, "host")).session.grants == (one, replace(two, by="Bob"))
        fence = (await store.claim(KEY, "host")).fence
        await store.save(fence, (Revoke("g1"), Revoke("unknown")), 2.0)
        assert [g.id for g in (await store.claim(KEY, "host")).session.grants] == ["g2"]

    async def test_the_state_of_a_message_is_told(self, store: Store) -> None:
        assert await store.state(SOURCE, "1") is None
        await begun(store, 1)
        await heard(store, 2)
        await heard(store, 3, command=True)
        found = [await store.state(SOURCE, str(number)) for number in (1, 2, 3)]
        assert found == ["running", "queued", "command"]
        assert await store.state("slack:me", "1") is None

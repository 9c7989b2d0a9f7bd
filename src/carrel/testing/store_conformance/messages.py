"""Messages in: stored once, in order, commands beside the queue."""
# ruff: noqa: S101, D101, D102 - tests: they assert, a name is a sentence, a number an example

from __future__ import annotations

import asyncio
from dataclasses import replace

from carrel.core.effects import Become, Settle, Take
from carrel.core.model import MessageId, SessionKey, Turn
from carrel.ports.store import Store
from carrel.testing.store_conformance.values import (
    KEY,
    TURN,
    OverAStore,
    heard,
    message,
    prompt,
    route,
)


class MessagesConformance(OverAStore):
    async def test_a_message_is_stored_once(self, store: Store) -> None:
        first = await store.accept(message(1), route(), 1.0, command=False)
        again = await store.accept(message(1), route(), 2.0, command=False)
        assert (first.duplicate, again.duplicate, again.seq) == (False, True, first.seq)
        assert (await store.claim(KEY, "host")).session.waiting == (prompt(1),)

    async def test_a_message_given_again_writes_nothing(self, store: Store) -> None:
        await heard(store, 1)
        other = SessionKey("other")
        assert (await store.accept(message(1), route(other), 9.0, command=True)).duplicate
        assert await store.session(other) is None
        assert [info.last_used for info in await store.sessions(9)] == [1.0]

    async def test_the_same_message_given_a_hundred_times_at_once_is_stored_once(
        self, store: Store
    ) -> None:
        tries = (store.accept(message(1), route(), 1.0, command=False) for _ in range(100))
        accepted = await asyncio.gather(*tries)
        assert sum(not one.duplicate for one in accepted) == 1
        assert len({one.seq for one in accepted}) == 1

    async def test_one_id_from_two_sources_is_two_messages(self, store: Store) -> None:
        await heard(store, 1)
        elsewhere = replace(message(1), source="slack:me")
        assert not (await store.accept(elsewhere, route(), 1.0, command=False)).duplicate

    async def test_order_holds_within_a_session(self, store: Store) -> None:
        await asyncio.gather(*(heard(store, number) for number in range(9, 0, -1)))
        waiting = (await store.claim(KEY, "host")).session.waiting
        assert [int(p.at) for p in waiting] == list(range(9, 0, -1))

    async def test_the_waiting_mode_is_kept(self, store: Store) -> None:
        await store.accept(message(1), route(waiting="steer"), 1.0, command=False)
        assert (await store.claim(KEY, "host")).session.waiting == (prompt(1, "steer"),)

    async def test_commands_wait_beside_the_queue_until_they_are_settled(
        self, store: Store
    ) -> None:
        await heard(store, 1, 2, command=True)
        loaded = await store.claim(KEY, "host")
        assert (loaded.commands, loaded.session.waiting) == ((message(1), message(2)), ())
        await store.save(loaded.fence, (Settle(message(1).message_id, "done"),), 3.0)
        assert (await store.claim(KEY, "host")).commands == (message(2),)

    async def test_a_command_sent_back_is_a_command_still(self, store: Store) -> None:
        await heard(store, 1, command=True)
        loaded = await store.claim(KEY, "host")
        await store.save(loaded.fence, (Settle(message(1).message_id, "queued"),), 3.0)
        assert (await store.claim(KEY, "host")).commands == (message(1),)

    async def test_what_came_can_be_looked_up_by_its_name(self, store: Store) -> None:
        await heard(store, 1)
        await heard(store, 2, command=True)
        found = [await store.said(message(number).message_id) for number in (1, 2)]
        assert found == [message(1), message(2)]
        assert await store.said(MessageId("discord:me/7")) is None

    async def test_a_command_can_become_a_prompt_that_waits(self, store: Store) -> None:
        await heard(store, 1, 3)
        await heard(store, 2, command=True)
        loaded = await store.claim(KEY, "host")
        said = [replace(message(number), text="other words") for number in (2, 3)]
        await store.save(loaded.fence, tuple(map(Become, said)), 9.0)
        after = await store.claim(KEY, "host")
        wanted = said[0].prompt("queue")
        assert (after.commands, set(after.session.waiting)) == ((), {prompt(1), wanted, prompt(3)})
        await store.save(after.fence, (Take(Turn(TURN, (wanted,))),), 9.0)
        running = (await store.claim(KEY, "host")).session.turn
        assert running is not None
        assert running.prompts == (wanted,)

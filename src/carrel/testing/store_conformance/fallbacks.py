"""Two engine conversations of one session: which is in force, and what was said in each."""
# ruff: noqa: S101, D101, D102 - tests: they assert, a name is a sentence

from __future__ import annotations

from carrel.core.effects import Finish, Record, Settle, Switch, Take
from carrel.core.handing_over import Exchange
from carrel.core.messages import Answer
from carrel.core.model import Fallback, SessionKey, Turn, TurnId
from carrel.ports.store import Store
from carrel.testing.store_conformance.values import (
    HERE,
    KEY,
    TOKEN,
    OverAStore,
    message,
    prompt,
    route,
    say,
)

OTHER = SessionKey("discord:2")


async def answered(store: Store, number: int, where: str, *parts: str, **more: SessionKey) -> None:
    """A turn about message `number` that ended in the conversation `where`."""
    key = more.get("key", KEY)
    await store.accept(message(number), route(key), float(number), command=False)
    loaded = await store.claim(key, "host")
    turn = TurnId(f"{key}#{loaded.session.turns + 1}")
    said = [say(f"{turn}.answer.{n}.0", Answer(text)) for n, text in enumerate(parts)]
    records: tuple[Record, ...] = (Take(Turn(turn, (prompt(number),))), *said)
    ends = (Settle(prompt(number).id, "done"), Finish(turn, "done", where))
    await store.save(loaded.fence, (*records, *ends), float(number))


def exchange(number: int, *parts: str) -> Exchange:
    """The same as it is told."""
    return Exchange("ann", message(number).text, "\n".join(parts))


class FallbackConformance(OverAStore):
    async def test_a_second_conversation_is_remembered_until_it_is_over(self, store: Store) -> None:
        away = Fallback("haiku", 9.0, "n", HERE, TOKEN, untold=True)
        for stored in (away, None):
            loaded = await store.claim(KEY, "host")
            await store.save(loaded.fence, (Switch(stored),), 1.0)
            assert (await store.claim(KEY, "host")).session.fallback == stored

    async def test_what_was_said_in_a_conversation_of_a_session(self, store: Store) -> None:
        await answered(store, 1, "one", "a")
        await answered(store, 2, "two", "b")
        await answered(store, 3, "one", "c", "d")
        await answered(store, 4, "one", "secret", key=OTHER)
        await answered(store, 5, "one")
        assert await store.exchanges(KEY, "one", 9) == (exchange(1, "a"), exchange(3, "c", "d"))
        assert await store.exchanges(KEY, "two", 9) == (exchange(2, "b"),)
        assert await store.exchanges(KEY, "one", 2) == (exchange(3, "c", "d"),)
        assert await store.exchanges(KEY, "three", 9) == ()

    async def test_what_still_runs_was_not_said_yet(self, store: Store) -> None:
        await answered(store, 1, "one", "a")
        await store.accept(message(2), route(), 2.0, command=False)
        loaded = await store.claim(KEY, "host")
        turn = Turn(TurnId(f"{KEY}#2"), (prompt(2),))
        await store.save(loaded.fence, (Take(turn),), 2.0)
        assert await store.exchanges(KEY, "one", 9) == (exchange(1, "a"),)

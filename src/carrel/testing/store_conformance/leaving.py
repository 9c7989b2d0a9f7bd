"""Sessions whose folders go to the trash, and what is known of the places round them."""
# ruff: noqa: S101, D101, D102 - tests: they assert, a name is a sentence, a number an example

from __future__ import annotations

from carrel.core.effects import Leave, Left, Lend, Settle, Share, Unshare
from carrel.core.model import Conversation, Grant, SessionKey, Terminal
from carrel.ports.store import Store
from carrel.testing.store_conformance.values import (
    HERE,
    KEY,
    OverAStore,
    heard,
    message,
    prompt,
    route,
)


class LeavingConformance(OverAStore):
    async def test_a_session_that_leaves_is_something_to_do_until_it_left(
        self, store: Store
    ) -> None:
        fence = (await store.claim(KEY, "host")).fence
        await store.save(fence, (Leave(gone=False),), 1.0)
        assert await store.open_keys() == (KEY,)
        loaded = await store.claim(KEY, "host")
        assert loaded.session.leaving
        await store.save(loaded.fence, (Left(),), 2.0)
        assert await store.open_keys() == ()
        assert not (await store.claim(KEY, "host")).session.leaving
        assert await store.sessions(9)

    async def test_a_session_in_a_terminal_is_something_to_watch_until_it_is_back(
        self, store: Store
    ) -> None:
        fence = (await store.claim(KEY, "host")).fence
        terminal = Terminal(HERE, 5.5, begun=True, ending=True)
        await store.save(fence, (Lend(terminal),), 1.0)
        assert await store.open_keys() == (KEY,)
        loaded = await store.claim(KEY, "host")
        assert loaded.session.terminal == terminal
        await store.save(loaded.fence, (Lend(None),), 2.0)
        assert await store.open_keys() == ()
        assert (await store.claim(KEY, "host")).session.terminal is None

    async def test_what_a_project_shares_is_every_session_s_and_no_other_project_s(
        self, store: Store
    ) -> None:
        mine, other = (Grant("g1", "mkdir *", "ann", 1.0, project=name) for name in ("shop", "bar"))
        fence = (await store.claim(KEY, "host")).fence
        await store.save(fence, (Share(mine), Share(other)), 1.0)
        await store.save(fence, (Share(mine),), 2.0)
        assert await store.shared_grants("shop") == (mine,)
        assert (await store.claim(SessionKey("default"), "host")).session.grants == ()
        fence = (await store.claim(KEY, "host")).fence
        await store.save(fence, (Unshare("shop", "g1"),), 3.0)
        assert await store.shared_grants("shop") == ()
        assert await store.shared_grants("bar") == (other,)

    async def test_a_session_that_is_gone_is_listed_no_more_until_somebody_speaks(
        self, store: Store
    ) -> None:
        await heard(store, 1)
        fence = (await store.claim(KEY, "host")).fence
        ended = (Settle(prompt(1).id, "stopped"), Leave(gone=True), Left())
        await store.save(fence, ended, 1.0)
        assert await store.sessions(9) == ()
        assert await store.session(KEY) is not None
        await heard(store, 2)
        assert [info.key for info in await store.sessions(9)] == [KEY]

    async def test_sessions_within_a_place_are_found(self, store: Store) -> None:
        thread = Conversation("discord", "30", within=("20", "10"))
        places = (
            thread,
            Conversation("slack", "31", within=("20",)),
            Conversation("discord", "20"),
        )
        for number, place in enumerate(places):
            heard_there = message(number, place)
            key = SessionKey(place.address)
            await store.accept(heard_there, route(key), 1.0, command=False)
        assert await store.sessions_within("discord", "20") == (thread,)
        assert await store.sessions_within("discord", "10") == (thread,)
        assert await store.sessions_within("discord", "30") == ()

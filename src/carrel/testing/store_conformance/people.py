"""People who were let in while Carrel ran, the codes, and what guests said."""
# ruff: noqa: S101, D101, D102 - tests: they assert, a name is a sentence, a number an example

from __future__ import annotations

from dataclasses import replace

from carrel.core.admission import Invited
from carrel.core.effects import Invite, Settle
from carrel.core.messages import Notice, Outbound
from carrel.core.model import Material
from carrel.ports.store import Store
from carrel.testing.store_conformance.values import (
    ANN,
    HERE,
    KEY,
    OverAStore,
    heard,
    message,
    route,
)

GUS = Invited("discord:8", "gus", "ann", 5.0)
EVE = Invited("discord:9", "eve", "a pairing code", 3.0)
TOLD = Outbound("paired", HERE, Notice("You are let in."))


class PeopleConformance(OverAStore):
    async def test_who_is_invited_is_listed_until_they_are_removed(self, store: Store) -> None:
        await heard(store, 1)
        fence = (await store.claim(KEY, "host")).fence
        await store.save(fence, (Invite(GUS), Invite(EVE)), 6.0)
        assert await store.invited() == (EVE, GUS)
        again = replace(GUS, name="Gus")
        await store.save(fence, (Invite(again),), 7.0)
        assert await store.invited() == (EVE, again)
        assert await store.uninvite(GUS.address)
        assert not await store.uninvite(GUS.address)
        assert await store.invited() == (EVE,)

    async def test_a_code_lets_one_person_in_once(self, store: Store) -> None:
        await store.offer_pairing("aa", 10.0, 1.0)
        assert not await store.pair("bb", EVE, TOLD)
        assert await store.invited() == ()
        assert await store.pair("aa", EVE, TOLD)
        assert not await store.pair("aa", GUS, TOLD)
        assert await store.invited() == (EVE,)
        assert [row.outbound for row in await store.due(None, 10)] == [TOLD]

    async def test_a_code_is_good_until_its_time_and_no_longer(self, store: Store) -> None:
        await store.offer_pairing("aa", 3.0, 1.0)
        assert not await store.pair("aa", EVE, TOLD), "its last moment is over"
        await store.offer_pairing("bb", 3.1, 1.0)
        await store.offer_pairing("cc", 9.0, 3.1)
        assert not await store.pair("bb", replace(EVE, at=0.0), TOLD), "it was swept away"
        assert await store.pair("cc", EVE, TOLD)
        assert await store.due(None, 10)

    async def test_what_guests_said_is_apart_from_what_was_missed(self, store: Store) -> None:
        words = Material("guest", ANN.name, "hello")
        said = replace(message(2), text="", material=(words,))
        await store.accept(message(1), route(), 1.0, command=False, held=True)
        await store.accept(said, route(), 2.0, command=False, held=True)
        loaded = await store.claim(KEY, "host")
        (guest,) = loaded.session.guests
        assert (guest.id, guest.material) == (said.message_id, (words,))
        assert [prompt.id for prompt in loaded.session.missed] == [message(1).message_id]
        await store.save(loaded.fence, (Settle(guest.id, "queued"),), 3.0)
        session = (await store.claim(KEY, "host")).session
        assert (session.guests, session.waiting) == ((), (guest,))

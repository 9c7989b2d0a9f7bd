from __future__ import annotations

import pytest

from carrel.core.admission import Invited
from carrel.core.effects import Invite
from carrel.core.model import SessionKey

GUS = Invited("discord:8", "Gus", "Ada", 60.0)


async def invited(house) -> None:
    loaded = await house.store.claim(SessionKey("console:a"), "here")
    await house.store.save(loaded.fence, (Invite(GUS),), 60.0)


async def test_who_was_let_in_is_listed_and_removed(opening, house) -> None:
    """spec: 5.9"""
    await invited(house)
    async with opening(house.control, known=False) as person:
        (row,) = (await person.client.get("/people")).json()
        assert row == {"address": "discord:8", "name": "Gus", "by": "Ada", "at": 60.0}
        answer = await person.client.post("/people/remove", json={"who": "discord:8"})
        assert answer.status_code == 200
        assert (await person.client.get("/people")).json() == []


async def test_a_code_is_made_with_the_time_it_is_good_for(opening, house) -> None:
    """spec: 5.10"""
    async with opening(house.control, known=False) as person:
        made = (await person.client.post("/pair")).json()
    assert made["code"].startswith("carrel-")
    assert made["seconds"] == 600.0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"who": "discord:9"}', b'{"person": "x"}'])
async def test_what_makes_no_sense_is_refused(opening, house, body) -> None:
    await invited(house)
    async with opening(house.control, known=False) as person:
        answer = await person.client.post("/people/remove", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert await house.store.invited() == (GUS,)

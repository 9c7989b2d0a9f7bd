from __future__ import annotations

from carrel.core.effects import Spend
from carrel.core.model import SessionKey, TurnId, Usage
from carrel.core.spending import Portion

KEY = SessionKey("console:a")


async def test_what_was_spent_is_told(opening, house) -> None:
    fence = (await house.store.claim(KEY, "host")).fence
    share = Portion("console:ada", "Ada", Usage(1.0, 10, 2, 0.5))
    await house.store.save(fence, (Spend(TurnId(f"{KEY}#1"), (share,)),), house.clock.now())
    async with opening(house.control, known=False) as person:
        told = (await person.client.get("/usage")).json()
    assert told["session"] is None
    assert told["days"][0]["spent"]["usage"]["cost"] == 0.5
    assert [(row["id"], row["name"]) for row in told["people"]] == [("console:ada", "Ada")]

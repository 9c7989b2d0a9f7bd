"""Who may answer what a turn asks."""

from __future__ import annotations

from carrel.core.model import Conversation, Prompt, Turn
from carrel.core.routing import PlaceRule, Rules
from carrel.testing.house import ADA, House

PLACE = Conversation("fake", "a")


async def test_who_is_called_is_who_may_approve_where_it_was_asked(tmp_path) -> None:
    """spec: 5.11"""
    rules = Rules(places={PLACE.address: PlaceRule(approvers=frozenset({"fake:mia"}))})
    async with House(tmp_path, rules=rules) as house:
        turn = Turn("t1", (Prompt("m1", PLACE, ADA.address, ADA.name, "x"),))
        assert house.tools.approving(turn) == ("fake:ada", "fake:mia")
        assert "fake:mia" not in house.tools.approving(None)

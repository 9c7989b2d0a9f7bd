"""From the rules of a place to the workspace of its session, along the straight line."""

from __future__ import annotations

from pathlib import Path

from carrel.core.routing import Binding, PlaceRule, Rules
from carrel.testing.house import House


async def test_a_session_is_opened_where_its_place_is_bound(tmp_path: Path) -> None:
    bound = Binding("shop", "worktree")
    rules = Rules(waiting="queue", places={"fake:a": PlaceRule(bound=bound)})
    async with House(tmp_path, rules=rules) as house:
        for channel in ("a", "b"):
            await house.say("hello", channel)
            await house.platform.until(lambda: bool(house.platform.answers(channel)))  # noqa: B023 - awaited within
        assert house.workspaces.bound == [bound, None]

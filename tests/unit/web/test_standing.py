from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from carrel.testing.house import House
from carrel.web.standing import Standing


async def test_how_it_stands_is_asked_anew_each_time(tmp_path) -> None:
    notices = ["read me"]
    async with House(tmp_path) as house:
        tools = house.registry._tools
        standing = Standing(
            house.registry,
            tools,
            SimpleNamespace(states={"fake": ("up", ""), "jobs": ("down", "why")}),
            3.0,
            demo=True,
            notices=lambda: tuple(notices),
            zone="Asia/Tokyo",
        )
        first = standing()
        assert [(one.name, one.state, one.note) for one in first.platforms] == [
            ("fake", "up", ""),
            ("jobs", "down", "why"),
        ]
        assert (first.notices, first.since, first.demo) == (("read me",), 3.0, True)
        assert (first.day_began + 9 * 3600) % 86_400 == 0, "midnight in Tokyo"
        assert house.clock.now() - first.day_began < 86_400
        notices.append("and me")
        assert replace(first, notices=("read me", "and me")) == standing()


async def test_a_full_disk_is_among_what_should_be_read(tmp_path) -> None:
    async with House(tmp_path) as house:
        tools = replace(house.registry._tools, room=SimpleNamespace(trouble="too little room"))
        standing = Standing(
            house.registry, tools, SimpleNamespace(states={}), 0.0, False, tuple, "UTC"
        )
        assert standing().notices == ("too little room",)

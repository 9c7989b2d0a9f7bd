from __future__ import annotations

from starlette.routing import Route

from carrel.testing.house import House
from carrel.web.operating import operator_routes


async def test_all_that_the_operator_can_do_has_one_path_each(tmp_path) -> None:
    async with House(tmp_path) as house:
        tools = house.registry._tools
        routes = operator_routes(
            house.store, house.registry, house.desk, tools, lambda: None, house.clock
        )
        paths = [(route.path, *sorted(route.methods)) for route in routes if type(route) is Route]
        assert len(paths) == len(set(paths)) == len(routes)
        heads = {path[0].split("/")[1] for path in paths}
        assert heads == {
            "schedules",
            "dead-letters",
            "terminal",
            "glance",
            "usage",
            "people",
            "pair",
        }

"""What a status line asks for, in one answer."""

from __future__ import annotations

from types import SimpleNamespace

from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.testclient import TestClient

from carrel.core.model import Usage
from carrel.ports.store import Spent
from carrel.web.glance import Glance, glance_routes
from carrel.web.status import PlatformInfo, StatusInfo


class Jobs:
    """Some due, one that is paused, and none at all."""

    def __init__(self, *at: float | None) -> None:
        self._at = at

    async def listing(self):
        return tuple(SimpleNamespace(name=f"job-{n}", next_at=at) for n, at in enumerate(self._at))


class Till:
    """A store that knows what was spent since."""

    async def spent(self, key, since):
        assert (key, since) == (None, 86_400.0)
        return Spent(3, Usage(cost=1.5))


def glance(*at: float | None) -> Glance:
    platforms = (PlatformInfo("web", "up", is_network=False), PlatformInfo("discord", "retrying"))
    status = StatusInfo("1", 2, 3.0, 4, 5, 6, platforms, running=7, day_began=86_400.0)
    app = Starlette(routes=glance_routes(lambda: status, Jobs(*at), Till()))
    return TypeAdapter(Glance).validate_json(TestClient(app).get("/glance").content)


def test_networks_turns_cost_and_the_job_that_is_next() -> None:
    networks = (("discord", "retrying"),)
    assert glance(30.0, None, 20.0) == Glance(7, 6, networks, "job-2", 20.0, 3, 1.5)
    assert (glance(None).next_job, glance().next_at) == ("", None)

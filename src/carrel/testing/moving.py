"""Acting as people over HTTP, for a fake that runs as a process: `POST /fake/says` and so on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from aiohttp import web

Json = dict[str, Any]


class Moving(ABC):
    """`POST /fake/{do}` with JSON; answers JSON, and 400 with a sentence for what cannot be.

    fault: `{"do": "drop", "with": {…}}` calls a method of the faults. advance: let `seconds` pass.
    The rest is the network's own.
    """

    refusal: ClassVar[type[Exception]]
    """What the network raises for what it refuses."""

    def __init__(self, world: Any, faults: Any) -> None:
        self._world, self._faults = world, faults

    def mount(self, app: web.Application) -> None:
        """Put the routes into an aiohttp application."""
        app.router.add_post("/fake/{do}", self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        refused = (self.refusal, LookupError, TypeError, AttributeError, ValueError)
        try:
            told = self._moved(request.match_info["do"], await request.json())
        except refused as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response(told)

    def _moved(self, what: str, given: Json) -> Any:
        match what:
            case "fault":
                return self._fault(given)
            case "advance":
                self._world.skipped += float(given["seconds"])
                return {}
            case _:
                return self._do(what, given)

    def _fault(self, given: Json) -> Json:
        getattr(self._faults, str(given["do"]))(**(given.get("with") or {}))
        return {}

    @abstractmethod
    def _do(self, what: str, given: Json) -> Any:
        """What somebody does there."""

"""What goes wrong on purpose, by REST route."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from carrel.testing.discord.gateway.faults import GatewayFaults
from carrel.testing.discord.limits import limited
from carrel.testing.discord.model import Json
from carrel.testing.discord.world import World

Scope = Literal["user", "shared", "global"]


@dataclass
class RestFault:
    """One fault and how often it still strikes. Without status, drop and cut it only waits."""

    method: str
    path: str
    left: int
    status: int | None = None
    after_commit: bool = False
    drop: bool = False
    cut: bool = False
    wait: float = 0.0
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    gate: asyncio.Event | None = None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """`*` stands for one part of a path, `**` for any number."""
        parts = re.escape(self.path).replace(r"\*\*", ".+").replace(r"\*", "[^/]+")
        return re.compile(parts)

    def strikes(self, method: str, path: str) -> bool:
        """Whether a request is hit."""
        named = self.method in ("*", method)
        return self.left > 0 and named and self.pattern.fullmatch(path) is not None


class Faults:
    """Faults to come. Paths are without `/api/v10`: `/channels/*/messages`, `**` for any.

    `gateway` holds those of the WebSocket. Each strikes `times` times, then it is over.
    """

    def __init__(self, world: World, gateway: GatewayFaults) -> None:
        self.gateway = gateway
        self._world = world
        self._rest: list[RestFault] = []

    def rest(
        self,
        method: str,
        path: str,
        *,
        status: int,
        after_commit: bool = False,
        body: Json | None = None,
        times: int = 1,
    ) -> None:
        """Answer a status. after_commit: only once the request has had its effect."""
        fault = RestFault(method, path, times, status, after_commit, body=body)
        self._rest.append(fault)

    def drop(self, method: str, path: str, *, times: int = 1) -> None:
        """Reset the connection before the request has any effect."""
        self._rest.append(RestFault(method, path, times, drop=True))

    def drop_after_commit(self, method: str, path: str, *, times: int = 1) -> None:
        """Reset the connection once the request has had its effect."""
        self._rest.append(RestFault(method, path, times, drop=True, after_commit=True))

    def cut_short(self, method: str, path: str, *, times: int = 1) -> None:
        """Send half of the answer once the request has had its effect, then reset."""
        self._rest.append(RestFault(method, path, times, cut=True, after_commit=True))

    def slow(
        self, method: str, path: str, seconds: float, *, after_commit: bool = False, times: int = 1
    ) -> None:
        """Let requests wait."""
        self._rest.append(RestFault(method, path, times, after_commit=after_commit, wait=seconds))

    def hold(
        self, method: str, path: str, *, after_commit: bool = False, times: int = 1
    ) -> asyncio.Event:
        """Let requests wait until the returned event is set."""
        gate = asyncio.Event()
        fault = RestFault(method, path, times, after_commit=after_commit, gate=gate)
        self._rest.append(fault)
        return gate

    def rate_limit(
        self,
        method: str = "*",
        path: str = "**",
        *,
        retry_after: float = 0.5,
        scope: Scope = "user",
        times: int = 1,
        cloudflare: bool = False,
    ) -> None:
        """Answer 429. cloudflare: an HTML page without Discord's headers, as when banned."""
        whole = scope == "global"
        headers = {"Retry-After": str(retry_after), "X-RateLimit-Scope": scope}
        fault = RestFault(method, path, times, 429, body=limited(retry_after, overall=whole))
        # Libraries take a 429 without Via for a ban by Cloudflare.
        fault.headers = {} if cloudflare else headers | {"Via": "1.1 google"}
        if whole and not cloudflare:
            fault.headers = {**fault.headers, "X-RateLimit-Global": "true"}
        self._rest.append(fault)

    def expire_links(self) -> None:
        """Let every link to a file that was given out so far expire."""
        self._world.link_generation += 1

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        for fault in self._rest:
            if fault.gate:
                fault.gate.set()
        self._rest.clear()
        self.gateway.clear()

    def strike(self, method: str, path: str, *, after_commit: bool) -> RestFault | None:
        """The fault that hits a request now; it is used up by one."""
        for fault in self._rest:
            if fault.after_commit == after_commit and fault.strikes(method, path):
                fault.left -= 1
                self._world.ledger.add("fault", method=method, path=path, status=fault.status)
                return fault
        return None

"""What a monitor asks: is it alive, is it ready, and the figures in Prometheus' text format.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from carrel.ports.store import Counts, Spent, Store
from carrel.web.status import StatusInfo

STATM = Path("/proc/self/statm")
TEXT = "text/plain; version=0.0.4"
KEY_NEEDED = "Send the key that lies in the home's metrics.key as a bearer token."

Series = tuple[str, str, Mapping[str, float]]
"""A name, what it means, and its values by their label, or by "" where it has none."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the process and the disk say: bytes in memory, open files, bytes free."""

    resident: int
    files: int
    free: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Answers a monitor. `free`: bytes left on the disk. `key` opens the figures."""

    store: Store
    status: Callable[[], StatusInfo]
    free: Callable[[], int]
    key: str

    async def alive(self, _request: Request) -> Response:
        """The event loop turns; more is not asked, as a restart would mend no more."""
        return PlainTextResponse("ok\n")

    async def ready(self, _request: Request) -> Response:
        """Every platform listens."""
        up = all(platform.state == "up" for platform in self.status().platforms)
        return PlainTextResponse("ready\n" if up else "not ready\n", 200 if up else 503)

    async def figures(self, request: Request) -> Response:
        """All series, for whoever has the key."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.key.encode()):
            return PlainTextResponse(f"{KEY_NEEDED}\n", 401)
        status, counts = self.status(), await self.store.counts()
        today = await self.store.spent(None, status.day_began)
        machine = Machine(_resident(), _open_files(), self.free())
        series = _series(status, counts, today, machine)
        return Response("".join(_lines(series)), media_type=TEXT)


def monitor_routes(figures: Figures) -> list[Route]:
    """`/healthz`, `/readyz` and `/metrics`."""
    return [
        Route("/healthz", figures.alive),
        Route("/readyz", figures.ready),
        Route("/metrics", figures.figures),
    ]


def metrics_key(file: Path, console_key: bytes) -> str:
    """The key in `file`, mode 0600, derived from the console's: a new one of that changes it."""
    key = hmac.new(console_key, b"metrics", hashlib.sha256).hexdigest()
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as opened:
        os.fchmod(handle, 0o600)
        opened.write(key)
    return key


def _series(
    status: StatusInfo, counts: Counts, today: Spent, machine: Machine
) -> tuple[Series, ...]:
    usage = today.usage
    up = {f'platform="{p.name}"': float(p.state == "up") for p in status.platforms}
    return (
        ("carrel_info", "The version that runs.", {f'version="{status.version}"': 1}),
        ("carrel_started_seconds", "When it started, in unix seconds.", {"": status.since}),
        ("carrel_platform_up", "Whether a platform, or another part, is up.", up),
        ("carrel_sessions_awake", "Sessions in memory.", {"": status.sessions}),
        ("carrel_engines_live", "Engine processes.", {"": status.live}),
        ("carrel_messages_waiting", "Messages that wait for a turn.", {"": status.waiting}),
        ("carrel_notices", "Sentences for the operator in carrel status.",
         {"": len(status.notices)}),
        ("carrel_messages", "Messages in the store, by state.", _by_state(counts.messages)),
        ("carrel_turns", "Turns in the store, by state.", _by_state(counts.turns)),
        ("carrel_outbounds", "Outbounds in the store, by state.", _by_state(counts.outbounds)),
        ("carrel_turns_today", "Turns that ended since midnight, in the zone of the budgets.",
         {"": today.turns}),
        ("carrel_cost_dollars_today", "What they cost.", {"": usage.cost}),
        ("carrel_tokens_today", "Their tokens.",
         {'way="in"': usage.input_tokens, 'way="out"': usage.output_tokens}),
        ("carrel_resident_bytes", "The gateway's own memory.", {"": machine.resident}),
        ("carrel_open_files", "The gateway's file descriptors.", {"": machine.files}),
        ("carrel_disk_free_bytes", "Room on the home's disk.", {"": machine.free}),
    )  # fmt: skip


def _by_state(counts: Mapping[str, int]) -> Mapping[str, float]:
    return {f'state="{state}"': count for state, count in sorted(counts.items())}


def _lines(series: tuple[Series, ...]) -> Iterator[str]:
    for name, meaning, values in series:
        yield f"# HELP {name} {meaning}\n# TYPE {name} gauge\n"
        for label, value in values.items():
            of = f"{{{label}}}" if label else ""
            yield f"{name}{of} {value:.12g}\n"


def _resident() -> int:
    """0 where the kernel does not tell, as on macOS."""
    try:
        pages = int(STATM.read_text("ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())

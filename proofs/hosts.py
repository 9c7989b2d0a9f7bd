"""The gateways of a proof: one that has its store alone, or several hosts on one database."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from carrel.testing.postgres import Cluster, cluster
from proofs.plan import LEASE_S
from proofs.processes import GONE_WITHIN_S, GatewayProcess, naming, wait_until


@dataclass(slots=True)
class Database:
    """A server with a database that all hosts share, and a folder that all of them see.

    hands: one thread that lives as long as this; a server ends with the thread that started it.
    """

    server: Cluster
    url: str
    folder: Path
    hands: Executor
    _restarted: Future[None] | None = None

    @property
    def settings(self) -> str:
        """Its table of carrel.toml: whoever stands by runs agents for the leader."""
        return (
            f'[store]\nurl = "{self.url}"\nfolder = "{self.folder}"\nlease_seconds = {LEASE_S:g}\n'
            'listen = "127.0.0.1:0"\n'
        )

    def restart(self, away: float) -> None:
        """End the server as a loss of power does, and start it after `away` seconds, meanwhile."""
        self._restarted = self.hands.submit(self._restart, away)

    def wait(self) -> None:
        """Until it is there."""
        if self._restarted is not None:
            self._restarted.result()

    def _restart(self, away: float) -> None:
        self.server.stop(signal.SIGQUIT)
        time.sleep(away)
        self.server.start()


@contextmanager
def database(folder: Path) -> Iterator[Database]:
    """A server for as long as the block lasts; what was committed survives its fall."""
    (folder / "sessions").mkdir(parents=True, mode=0o700)
    with cluster(durable=True) as server, ThreadPoolExecutor(1) as hands:
        yield Database(server, server.create("carrel"), folder, hands)


@dataclass(slots=True)
class Hosts:
    """One gateway leads, and faults strike it; the others, if there are any, stand by.

    falls: when one that led was ended or frozen, on the monotonic clock.
    """

    members: list[GatewayProcess]
    database: Database | None = None
    troubles: list[str] = field(default_factory=list)
    falls: list[float] = field(default_factory=list)

    @property
    def leader(self) -> GatewayProcess:
        """Whoever led last of those that are alive."""
        return max(self.members, key=lambda one: (one.alive, one.led[-1:]))

    @property
    def ready(self) -> list[float]:
        """Seconds that each start took."""
        return [seconds for one in self.members for seconds in one.ready]

    @property
    def taken_over(self) -> list[float]:
        """Seconds after each fall until one led again."""
        return taken_over(self.falls, [moment for one in self.members for moment in one.led])

    def start(self) -> None:
        """Start each that does not run."""
        for one in self.members:
            one.start()

    def keep(self) -> None:
        """Start again whoever ended because it could not keep its lease, as its service does."""
        if self.database:
            self.start()

    def calm(self) -> None:
        """Everything is there."""
        if self.database:
            self.database.wait()
        self.start()

    def kill(self) -> None:
        """Kill -9 of the leader."""
        self._falls().kill()

    def kill_another(self) -> None:
        """Kill -9 of one that stands by, if there is any."""
        leader = self.leader
        others = [one for one in self.members if one.alive and one is not leader]
        for one in others[:1]:
            one.kill()

    def stop(self) -> None:
        """SIGTERM for the leader."""
        self._falls().stop()

    def freeze(self, seconds: float) -> None:
        """Stop the leader for a while, once at a time; who has a lease must not outlive it."""
        if not self.leader.frozen:
            (self._falls() if seconds > LEASE_S else self.leader).freeze(seconds)

    def restart_database(self, away: float) -> None:
        """All of them lose it."""
        if self.database:
            for one in self.members:
                one.look()
            self.database.restart(away)

    def _falls(self) -> GatewayProcess:
        leader = self.leader
        if leader.alive and leader.led:
            self.falls.append(time.monotonic())
        return leader

    def wait_up(self) -> bool:
        """Whether all are up, or stand by, in time."""
        return wait_until(self._are_up)

    def _are_up(self) -> bool:
        self.keep()
        return all(one.up.is_set() or one.stands_by for one in self.members)

    def end(self) -> None:
        """In good order."""
        for one in self.members:
            one.stop()
        for one in self.members:
            one.end_of(one.process)

    def kill_all(self) -> None:
        """However it is left."""
        for one in self.members:
            one.kill()

    def count_orphans(self) -> int:
        """Processes that outlived a host by more than five seconds."""
        return sum(one.count_orphans() for one in self.members)

    def leftovers(self) -> list[str]:
        """Command lines that name a home, or the common folder, after the end of everything."""
        shared = [self.database.folder] if self.database else []
        folders = [*(one.home for one in self.members), *shared]
        wait_until(lambda: not naming(folders), GONE_WITHIN_S)
        return naming(folders)

    def last_words(self) -> list[str]:
        """The ends of their logs."""
        return [line for one in self.members for line in one.last_words()]


def taken_over(falls: Iterable[float], led: Sequence[float]) -> list[float]:
    """Seconds after each fall of a leader until one led, where one did."""
    after = ((fell, [moment for moment in led if moment > fell]) for fell in falls)
    return [min(moments) - fell for fell, moments in after if moments]

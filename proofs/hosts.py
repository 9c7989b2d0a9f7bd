"""The gateways of a proof: one that has its store alone, or several hosts on one database."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from carrel import __version__
from carrel.cli.control import Control
from carrel.testing.postgres import Cluster, cluster
from proofs.plan import LEASE_S
from proofs.processes import GONE_WITHIN_S, GatewayProcess, naming, wait_until
from proofs.wires import LOOPBACK, Wires

NAME = "carrel"
FOUND = '"a host has room"'
"""What the leader's log says of each host that it has found."""

SOCKET = ".s.PGSQL.5432"
"""What a server calls the file by which it is reached on its machine."""


@dataclass(slots=True)
class Database:
    """A server with a database that all hosts share, and a folder that all of them see.

    mirror: they have no such folder, and the database keeps sessions' files. hands: one thread
    that lives as long as this; a server ends with the thread that started it.
    """

    server: Cluster
    url: str
    folder: Path
    hands: Executor
    mirror: bool = False
    _restarted: Future[None] | None = None

    def settings(self, lease: float, wires: Wires | None = None) -> str:
        """A host's table of carrel.toml: while it stands by it runs agents for the leader."""
        listen = wires.address if wires else f"{LOOPBACK}:0"
        url = reached_by(wires, self.url) if wires else self.url
        files = f'folder = "{self.folder}"\nlisten = "{listen}"'
        files = "mirror = true" if self.mirror else files
        return f'[store]\nurl = "{url}"\nlease_seconds = {lease:g}\n{files}\n'

    @property
    def password(self) -> str:
        """In its address."""
        return urlsplit(self.url).password or ""

    def offers(self) -> list[dict[str, str]]:
        """Where hosts that stand by let the leader in, and what proves who that is."""
        rows = self.server.run("SELECT offer FROM host WHERE offer <> '' ORDER BY id", NAME)
        return [json.loads(str(offer)) for (offer,) in rows]

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


def reached_by(wires: Wires, url: str) -> str:
    """The database of this url, which is a socket's, by a line that can be cut."""
    start, _, folder = url.partition("?host=")
    port = wires.port(Path(folder, SOCKET))
    return start.replace("@/", f"@{wires.here}:{port}/")


@contextmanager
def database(folder: Path, *, mirror: bool = False) -> Iterator[Database]:
    """A server for as long as the block lasts; what was committed survives its fall."""
    (folder / "sessions").mkdir(parents=True, mode=0o700)
    with cluster(durable=True) as server, ThreadPoolExecutor(1) as hands:
        yield Database(server, server.create(NAME), folder, hands, mirror)


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
    def folder(self) -> Path:
        """Where the folder of all sessions is."""
        return self.database.folder if self.database else self.leader.home

    @property
    def secrets(self) -> list[tuple[str, str]]:
        """What hosts that share a database have to keep to themselves, and what each is."""
        if self.database is None:
            return []
        offered = [("secret of a host", offer["secret"]) for offer in self.database.offers()]
        return [("password of the store", self.database.password), *offered]

    def control(self) -> Control:
        """The command line's way in to the one that leads."""
        return self.leader.control()

    def names(self, chance: Random) -> dict[str, str]:
        """What an escape is filled in with that is aimed at one of them, whichever."""
        one = chance.choice(self.members)
        names = {"CARREL": str(one.home), "GATEWAY": str(one.pid), "VERSION": __version__}
        if self.database is None:
            return names
        offer = chance.choice(self.database.offers())
        server = self.database.url.partition("?host=")[2]
        return names | {"DATABASE": server, "AGENTS": offer["address"]}

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

    def start_in_order(self) -> None:
        """Start the first one, which leads, then the others. RuntimeError unless all are there."""
        first, *others = self.members
        first.start()
        if not first.wait_up():
            raise RuntimeError("the gateway is not up")
        for one in others:
            one.start()
        log = first.home / "logs" / "carrel.log"
        if not wait_until(lambda: log.read_text().count(FOUND) >= len(others)):
            raise RuntimeError("the leader does not find the other hosts")

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

    def cut(self, seconds: float) -> None:
        """Nobody reaches the leader for a while, and it reaches nobody; nothing is closed."""
        for one in self.members:
            one.look()
        agents = [each for one in self.members for each in one.below]
        self._falls().cut_off(seconds, agents)

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


def at_home(folder: Path, settings: str) -> Path:
    """A home with this carrel.toml, in a folder of its own."""
    home = folder / "home"
    home.mkdir(parents=True, mode=0o700)
    (home / "carrel.toml").write_text(settings, encoding="utf-8")
    return home


def taken_over(falls: Iterable[float], led: Sequence[float]) -> list[float]:
    """Seconds after each fall of a leader until one led, where one did."""
    after = ((fell, [moment for moment in led if moment > fell]) for fell in falls)
    return [min(moments) - fell for fell, moments in after if moments]

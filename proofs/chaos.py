"""The claim that nothing is lost and nothing said twice, put to random faults: `make chaos`."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree, rmtree

from bench.figures import Say
from bench.processes import scratch

from proofs import network
from proofs.acting import Acting
from proofs.hosts import Database, Hosts, at_home, database
from proofs.plan import LEASE_S, PLACES, Plan, Strikes, draw, greetings
from proofs.processes import ROOT, GatewayProcess, fake_model, wait_until
from proofs.starter import LINES
from proofs.town import Town, town
from proofs.towns import TOWNS, DiscordTown
from proofs.verdict import Asked, End, Violation, counted, end_of, has_ended, violations
from proofs.wires import Wires, wired
from proofs.witness import Ledger, Witness

KEPT = ROOT / "build" / "chaos"
"""Where everything of a proof that failed can be looked at."""

RUNS = 100
"""A whole proof."""

PATIENCE_S = 60.0
"""Seconds after which a message that has no end counts as lost."""

READY_WITHIN_S = 10.0
"""Seconds in which every start must be ready, on a machine that has other work too."""

QUIET_S = 0.3
"""Seconds without anything new after which a run is over: a late copy would be seen."""

SETTINGS = """
[gateway]
grace_seconds = 2
[defaults]
waiting = "queue"
"""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: `runs` of them, from number `first` on, with patches for a trial.

    hosts: how many share a database; a single one has its store alone. mirror: they have no folder
    in common.
    """

    seed: int
    runs: int
    first: int = 1
    patience: float = PATIENCE_S
    patches: Sequence[Path] = ()
    platform: str = DiscordTown.name
    hosts: int = 1
    mirror: bool = False

    @property
    def whole(self) -> bool:
        """Whether its figures are worth publishing; those of hosts are, where it runs unasked."""
        here = self.hosts == 1 or self.platform == DiscordTown.name
        return self.runs >= RUNS and not self.patches and here

    @property
    def together(self) -> bool:
        """Whether hosts share a database."""
        return self.hosts > 1


@dataclass(slots=True)
class Result:
    """What came of it."""

    order: Order
    messages: int = 0
    found: list[Violation] = field(default_factory=list)
    orphans: int = 0
    apart: bool = False
    slowest: float = 0.0
    taken_over: float = 0.0
    troubles: list[str] = field(default_factory=list)
    ends: Counter[End] = field(default_factory=Counter)
    took: float = 0.0

    @property
    def good(self) -> bool:
        """Whether every claim held."""
        return not (self.found or self.orphans or self.troubles)

    def line(self) -> str:
        """The last line."""
        count, where, over = counted(self.found), self.order.platform, ""
        if self.order.together:
            where = f"{where} with {self.order.hosts} hosts"
            where += " in networks of their own" * self.apart + " and a mirror" * self.order.mirror
            over = f"slowest take-over {self.taken_over:.1f} s, "
        return (
            f"chaos: {self.order.runs} runs on {where}, {self.messages} messages, "
            f"lost {count['lost']}, duplicated {count['duplicated']}, "
            f"unmarked {count['unmarked']}, "
            f"orphans {self.orphans}, slowest ready {self.slowest:.1f} s, "
            f"{over}seed {self.order.seed}"
        )


def prove(order: Order, say: Say) -> Result:
    """Run after run on the same hosts; prints as it goes, and what went wrong."""
    result = Result(order)
    with scratch() as folder, _world(folder, order) as chaos:
        chaos.warm_up()
        for number in range(order.first, order.first + order.runs):
            plan = draw(order.seed, number, together=order.together)
            fresh = chaos.run(plan)
            result.found += fresh
            for violation in fresh:
                _explain(violation, plan, chaos, say)
            say(chaos.told(plan, fresh))
            if chaos.acting.hosts.troubles:
                break
        _end(chaos, result, say)
        if not (result.good or order.patches):
            _keep(folder, say)
    return result


def _keep(folder: Path, say: Say) -> None:
    """The hosts' homes and the ledger, for whoever looks into it; sockets are left out."""
    rmtree(KEPT, ignore_errors=True)
    copytree(folder, KEPT, symlinks=True, ignore=_no_files)
    say(f"everything is kept in {KEPT.relative_to(ROOT)}")


def _no_files(folder: str, names: list[str]) -> list[str]:
    paths = [Path(folder, name) for name in names]
    return [
        path.name for path in paths if not (path.is_symlink() or path.is_dir() or path.is_file())
    ]


def _end(chaos: Chaos, result: Result, say: Say) -> None:
    """Stop in good order, and look for what is left."""
    hosts = chaos.acting.hosts
    hosts.end()
    left = hosts.leftovers()
    result.messages = len(chaos.acting.asked)
    result.orphans = max(hosts.count_orphans(), len(left))
    result.slowest = max(hosts.ready, default=0.0)
    result.taken_over = max(hosts.taken_over, default=0.0)
    result.apart = any(one.wires and one.wires.entering for one in hosts.members)
    result.troubles = list(hosts.troubles)
    if result.slowest > READY_WITHIN_S:
        result.troubles.append(f"a start was ready only after {result.slowest:.1f} s")
    if disorder := counted(result.found)["out of order"]:
        result.troubles.append(f"{disorder} messages were answered out of order")
    result.ends = Counter(end_of(one, chaos.witness) for one in chaos.acting.asked if one.must_end)
    if failed := result.ends["failed"]:
        result.troubles.append(f"{failed} messages failed, and nothing here is a reason to")
    result.took = time.monotonic() - chaos.began
    say(", ".join(f"{count} {end}" for end, count in sorted(result.ends.items())))
    for line in (*result.troubles, *(f"still there: {line[:200]}" for line in left)):
        say(f"TROUBLE {line}")
    for line in hosts.last_words() if result.troubles else ():
        say(f"  log {line}")


@dataclass(slots=True)
class Chaos:
    """Everything around the gateway, and what was seen of it."""

    acting: Acting
    ledger: Ledger
    patience: float
    witness: Witness
    began: float = field(default_factory=time.monotonic)
    _known: set[str] = field(default_factory=set)

    def warm_up(self) -> None:
        """A first word everywhere: nobody can catch up with a direct conversation unheard of."""
        self.acting.hosts.start()
        wait_until(lambda: self._news() or self.witness.identified, self.patience)
        self.acting.carry_out(greetings(self.acting.places))
        wait_until(lambda: self._settled(self.acting.asked), self.patience, every=0.05)

    def run(self, plan: Plan) -> list[Violation]:
        """One run; its violations, and those of earlier ones that showed only now."""
        self.acting.carry_out(plan)
        self.acting.calm()
        mine = [one for one in self.acting.asked if one.run == plan.number]
        wait_until(lambda: self._settled(mine), self.patience, every=0.05)
        wait_until(lambda: not self._news(), self.patience, every=QUIET_S)
        if not self.acting.hosts.wait_up():
            self.acting.hosts.troubles.append("a start was never ready")
        self.acting.hosts.count_orphans()
        found = violations(self.acting.asked, self.witness)
        fresh = [one for one in found if one.line() not in self._known]
        self._known |= {one.line() for one in fresh}
        return fresh

    def _settled(self, mine: Sequence[Asked]) -> bool:
        self._news()
        self.acting.hosts.keep()
        waiting = [one for one in mine if not has_ended(one, self.witness)]
        self.acting.press_open(waiting)
        return not waiting

    def _news(self) -> bool:
        """Take in what the ledger has; whether the bot has shown anything new."""
        before = len(self.witness.shown)
        for line in self.ledger.read():
            self.witness.take(line)
        return len(self.witness.shown) > before

    def told(self, plan: Plan, fresh: Sequence[Violation]) -> str:
        """One line of progress."""
        mine = [one for one in self.acting.asked if one.run == plan.number]
        ends = Counter(end_of(one, self.witness) for one in mine if one.must_end)
        told = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
        faults = ", ".join(a.fault for a in plan.actions if isinstance(a, Strikes))
        return (
            f"{plan.number:4} {time.monotonic() - self.began:6.1f} s  {told or 'commands only'}"
            f"{f', {len(fresh)} VIOLATIONS' if fresh else ''}; {faults or 'no fault'}"
        )


@contextmanager
def _world(folder: Path, order: Order) -> Iterator[Chaos]:
    with ExitStack() as stack:
        lines = stack.enter_context(_lines(order))
        url = stack.enter_context(fake_model())
        place = stack.enter_context(town(TOWNS[order.platform], folder, *PLACES))
        hosts = Hosts([])
        if order.together:
            shared = database(folder / "shared", mirror=order.mirror)
            hosts.database = stack.enter_context(shared)
            hosts.members = [*_together(hosts.database, lines, place, folder, url)]
        else:
            home = at_home(folder / "host-1", place.settings(_settings(place)))
            hosts.members = [GatewayProcess(home, url)]
        for one in hosts.members:
            one.extra, one.patches, one.troubles = place.secrets, order.patches, hosts.troubles
        stack.callback(hosts.kill_all)
        acting, witness = Acting(place, hosts), Witness(place.tongue)
        yield Chaos(acting, Ledger(place.ledger), order.patience, witness)


def _lines(order: Order) -> AbstractContextManager[list[Wires]]:
    """What can be cut: the network of each host, or where that may not be made, all its lines."""
    hosts = order.hosts if order.together else 0
    return network.apart(hosts) if hosts and network.possible() else wired(hosts)


def _together(
    shared: Database, lines: Sequence[Wires], place: Town, folder: Path, url: str
) -> Iterator[GatewayProcess]:
    """Several hosts; whatever one of them reaches, it reaches by lines that can be cut."""
    for number, wires in enumerate(lines, 1):
        store = shared.settings(LEASE_S, wires)
        settings = place.settings(_settings(place, store), wires.url)
        home = at_home(folder / f"host-{number}", settings)
        others = [other for other in lines if other is not wires]
        (home / LINES).write_text(json.dumps(wires.between(others)), encoding="utf-8")
        yield GatewayProcess(home, wires.url(url), lease=LEASE_S, wires=wires)


def _settings(place: Town, store: str = "") -> str:
    tables = [
        f'[conversations."{place.address(place.told["channels"][name])}"]\nwaiting = "{waiting}"'
        for name, waiting in PLACES.items()
    ]
    return "\n".join([SETTINGS, store, *tables])


def _explain(violation: Violation, plan: Plan, chaos: Chaos, say: Say) -> None:
    """All that is needed to look into it, and to see it again."""
    say(f"VIOLATION {violation.line()}")
    hosts = len(chaos.acting.hosts.members)
    shared = chaos.acting.hosts.database
    more = f"HOSTS={hosts} {'MIRROR=1 ' if shared.mirror else ''}" if shared else ""
    where = f"PLATFORM={chaos.acting.town.name} {more}N=1"
    say(f"  replay: make chaos {where} FIRST={plan.number} SEED={plan.seed}")
    for line in plan.lines():
        say(f"  plan {line}")
    asked = [one for one in chaos.acting.asked if violation.what.startswith(one.token)]
    words = [one.message for one in asked] + [one.token for one in asked]
    for line in chaos.ledger.about(words or [violation.what.split()[-1]]):
        say(f"  ledger {line}")

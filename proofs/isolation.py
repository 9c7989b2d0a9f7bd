"""The claim that no session reaches another's, or the credential: `make isolation`."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bench.figures import Say
from bench.processes import scratch

from proofs import desks, jailed
from proofs.desks import Desk
from proofs.escapes import Escape, load
from proofs.hosts import Hosts, at_home, database
from proofs.processes import KEY, GatewayProcess, fake_model, wait_until
from proofs.talking import ConsoleTalk, Talk, TownTalk
from proofs.town import town
from proofs.towns import TOWNS

SESSIONS = 200
"""A whole proof."""

CONSOLE = "console"

BATCH = 8
"""Sessions that are live at once: as many as the gateway allows unasked."""

TRIES = 3
"""Escapes that each session tries through the real CLI, and as many by a program in its walls."""

SETTINGS = """
[defaults]
mode = "auto"
waiting = "queue"
[engine]
idle_seconds = 2
max_live = {places}
"""
LEASE_S = 15.0
"""Nobody is killed here; the machine may be busy for longer than the lease of a chaos."""

CANARY = re.compile(r"canary-[0-9a-f]{16}")
TOKEN = "bot-token-canary-0123456789"  # noqa: S105 - invented, and to be looked for


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done. `patches` break the gateway, for a trial of the proof itself.

    hosts: how many run the sessions' agents; a single one has its store alone.
    """

    seed: int
    sessions: int
    patches: Sequence[Path] = ()
    platform: str = CONSOLE
    hosts: int = 1

    @property
    def whole(self) -> bool:
        """Whether its figures are worth publishing; those of hosts are, where it runs unasked."""
        here = self.hosts == 1 or self.platform == CONSOLE
        return self.sessions >= SESSIONS and not self.patches and here

    @property
    def where(self) -> str:
        """As the last line says it."""
        return f"{self.platform} with {self.hosts} hosts" if self.hosts > 1 else self.platform

    @property
    def places(self) -> list[int]:
        """How many agents may live on each host: one batch in all, and few where it leads."""
        others = self.hosts - 1
        each = (BATCH - 1) // others if others else 0
        return [max(BATCH - each * others, 1), *[each] * others]


@dataclass(slots=True)
class Result:
    """What came of it. hits: (who saw it, whose it was) and where."""

    order: Order
    pairs: int = 0
    hits: dict[tuple[str, str], str] = field(default_factory=dict)
    tried: int = 0
    succeeded: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    took: float = 0.0

    @property
    def good(self) -> bool:
        """Whether the claim held."""
        return not (self.hits or self.succeeded or self.troubles)

    def line(self) -> str:
        """The last line."""
        return (
            f"isolation: {self.order.sessions} sessions on {self.order.where}, "
            f"{self.pairs} pairs, foreign hits {len(self.hits)}, "
            f"escapes tried {self.tried}, succeeded {len(self.succeeded)}"
        )


def prove(order: Order, say: Say) -> Result:
    """Plant a secret everywhere, let everyone look for everyone's, and see who has what."""
    result, began = Result(order), time.monotonic()
    everyone = desks.desks(order.sessions)
    with scratch() as folder, fake_model(folder / "asked.jsonl") as url, ExitStack() as stack:
        hosts = Hosts([], troubles=result.troubles)
        talk, settings, extra = _way_in(order, folder, everyone, hosts, stack)
        if order.hosts > 1:
            hosts.database = stack.enter_context(database(folder / "shared"))
            settings += hosts.database.settings(LEASE_S)
        for number, places in enumerate(order.places, 1):
            home = at_home(folder / f"host-{number}", settings.format(places=places))
            one = GatewayProcess(home, url, extra, order.patches, troubles=hosts.troubles)
            hosts.members.append(one)
        proof = Proof(hosts, talk, folder / "asked.jsonl", everyone, result, say)
        try:
            hosts.start_in_order()
            proof.run()
        finally:
            hosts.kill_all()
    result.took = time.monotonic() - began
    return result


def _way_in(
    order: Order, folder: Path, everyone: Sequence[Desk], hosts: Hosts, stack: ExitStack
) -> tuple[Talk, str, dict[str, str]]:
    """How the sessions are spoken to, carrel.toml for that, and tokens for the environment."""
    if order.platform == CONSOLE:
        return ConsoleTalk(hosts.control), SETTINGS, {"DISCORD_TOKEN": TOKEN}
    place = stack.enter_context(town(TOWNS[order.platform], folder, *(d.name for d in everyone)))
    return TownTalk(place), place.settings(SETTINGS), place.secrets


@dataclass(slots=True)
class Proof:
    """The hosts, the sessions that run on them, and what they got to see."""

    hosts: Hosts
    talk: Talk
    asked: Path
    everyone: Sequence[Desk]
    result: Result
    say: Say
    escapes: tuple[Escape, ...] = ()
    _chance: Random = field(init=False)
    _owners: dict[str, Desk] = field(init=False)
    _secrets: tuple[tuple[str, str], ...] = ()
    _trying: dict[str, Escape] = field(default_factory=dict)
    _read: int = 0

    def __post_init__(self) -> None:
        self._chance = Random(self.result.order.seed)  # noqa: S311 - to be drawn again
        self._owners = {desk.canary: desk for desk in self.everyone}
        self.escapes = tuple(one for one in load() if self.hosts.database or not one.hosts)

    def run(self) -> None:
        """Through the real CLI first, then by a program in every session, then what is left."""
        tokens = self.hosts.leader.extra.values()
        self._secrets = (("key", KEY), *(("token", word) for word in tokens), *self.hosts.secrets)
        unused = {one.home.parent.name: one for one in self.hosts.members}
        for start in range(0, len(self.everyone), BATCH):
            batch = self.everyone[start : start + BATCH]
            desks.plant(self.talk, self.hosts.folder, batch)
            unused = {name: one for name, one in unused.items() if not one.look()}
            self._try_prompts(start, batch)
            self.say(f"{start + len(batch):4} sessions planted, {self.result.tried} escapes tried")
        if len({desk.root for desk in self.everyone}) != len(self.everyone):
            self.result.troubles.append("two sessions share a folder")
        self.result.troubles += [f"no agent ran on {name}" for name in unused]
        self._probe()
        self._sweep()
        for (seer, owner), where in self.result.hits.items():
            self.say(f"VIOLATION {seer} saw the secret of {owner}: {where}")
        for line in (*self.result.succeeded, *self.result.troubles):
            self.say(f"VIOLATION {line}")

    def _try_prompts(self, start: int, batch: Sequence[Desk]) -> None:
        prompts = [one for one in self.escapes if one.prompt]
        planted = self.everyone[: start + len(batch)]
        for number in range(TRIES):
            self._trying = {
                desk.name: self._filled(_turn(prompts, at * TRIES + number), desk, planted)
                for at, desk in enumerate(batch, start)
            }
            said = [(desk, self._trying[desk.name].prompt) for desk in batch]
            desks.say(self.talk, said)
            self.result.tried += len(batch)
            self._judge_requests()
            for desk in batch:
                self._judge_deed(desk, self._trying[desk.name])

    def _filled(self, escape: Escape, desk: Desk, planted: Sequence[Desk]) -> Escape:
        others = [other for other in planted if other is not desk]
        sibling = self._chance.choice(others)
        return escape.filled(desk.names(sibling) | self.hosts.names(self._chance))

    def _judge_requests(self) -> None:
        """What each session's model has got to see since the last look."""
        trying = [desk for desk in self.everyone if desk.name in self._trying]
        seers = {desk.transcript.stem: desk for desk in trying}
        for line in self._requests():
            if seer := seers.get(line["session"]):
                self._judge(seer, json.dumps(line["body"]), self._trying[seer.name].name)

    def _requests(self) -> Iterator[Mapping[str, Any]]:
        with self.asked.open("rb") as file:
            file.seek(self._read)
            whole, end, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + len(end)
        for line in whole.splitlines():
            yield json.loads(line)

    def _judge(self, seer: Desk, text: str, where: str) -> None:
        """Whatever a session got to see: nobody else's secret may be in it, nor a credential."""
        foreign = [self._owners[word] for word in _canaries(text, self._owners)]
        for owner in foreign:
            if owner is not seer:
                self.result.hits.setdefault((seer.name, owner.name), where)
        leaked = [name for name, word in self._secrets if word in text]
        tried = next((one for one in self.escapes if one.name == where), None)
        if tried is not None:
            let_in = bool(tried.says) and tried.says in text
            if leaked or let_in or any(owner is not seer for owner in foreign):
                self._succeeded(f"{where}, by {seer.name}")
        elif leaked:
            self.result.troubles.append(f"the {leaked[0]} stands in {where}, of {seer.name}")

    def _judge_deed(self, desk: Desk, escape: Escape) -> None:
        if escape.leaves and Path(escape.leaves).exists():
            self._succeeded(f"{escape.name}, by {desk.name}, left {escape.leaves}")

    def _succeeded(self, what: str) -> None:
        if what not in self.result.succeeded:
            self.result.succeeded.append(what)

    def _probe(self) -> None:
        """All the walls at once, with a program of our own inside each."""
        control = self.hosts.control()
        if not wait_until(lambda: control.get("/status")["live"] == 0, every=0.2):
            raise RuntimeError("live sessions do not close")
        shells = [one for one in self.escapes if one.shell]
        tries = {
            desk.name: [
                self._filled(_turn(shells, at * TRIES + number), desk, self.everyone)
                for number in range(TRIES)
            ]
            for at, desk in enumerate(self.everyone)
        }
        self.say(f"     a program inside each of {len(self.everyone)} walls")
        for said in jailed.probe(self.everyone, tries):
            if said.desk.canary not in said.parts[""]:
                self.result.troubles.append(f"the probe of {said.desk.name} sees nothing at all")
            for heading, text in said.parts.items():
                self._judge(said.desk, text, heading)
        self.result.tried += sum(map(len, tries.values()))
        self.result.pairs = len(self.everyone) * (len(self.everyone) - 1)

    def _sweep(self) -> None:
        """Whatever a session has in the end, and whatever its conversation shows."""
        for desk in self.everyone:
            held = "".join(map(_content, desk.root.rglob("*")))
            shown = self.talk.shown(desk.name)
            self._judge(desk, held, "what its folder holds in the end")
            self._judge(desk, shown, "what its conversation shows in the end")


def _content(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    return path.read_bytes().decode("latin-1")


def _turn(escapes: Sequence[Escape], number: int) -> Escape:
    """One after another, so that each is tried by as many sessions."""
    return escapes[number % len(escapes)]


def _canaries(text: str, owners: Mapping[str, Desk]) -> set[str]:
    """The secrets that stand in a text."""
    return set(CANARY.findall(text)) & owners.keys()

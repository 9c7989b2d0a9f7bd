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
"""
CANARY = re.compile(r"canary-[0-9a-f]{16}")
TOKEN = "bot-token-canary-0123456789"  # noqa: S105 - invented, and to be looked for


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done. `patches` break the gateway, for a trial of the proof itself."""

    seed: int
    sessions: int
    patches: Sequence[Path] = ()
    platform: str = CONSOLE

    @property
    def whole(self) -> bool:
        """Whether its figures are worth publishing."""
        return self.sessions >= SESSIONS and not self.patches


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
            f"isolation: {self.order.sessions} sessions on {self.order.platform}, "
            f"{self.pairs} pairs, foreign hits {len(self.hits)}, "
            f"escapes tried {self.tried}, succeeded {len(self.succeeded)}"
        )


def prove(order: Order, say: Say) -> Result:
    """Plant a secret everywhere, let everyone look for everyone's, and see who has what."""
    result, began = Result(order), time.monotonic()
    everyone = desks.desks(order.sessions)
    with scratch() as folder, fake_model(folder / "asked.jsonl") as url, ExitStack() as stack:
        home = folder / "people" / "home"
        home.mkdir(parents=True, mode=0o700)
        gateway = GatewayProcess(home, url, {}, order.patches)
        talk, settings = _way_in(order, folder, everyone, gateway, stack)
        (home / "carrel.toml").write_text(settings, encoding="utf-8")
        proof = Proof(gateway, talk, folder / "asked.jsonl", everyone, result, say)
        try:
            gateway.start()
            if not gateway.wait_up():
                raise RuntimeError("the gateway is not up")
            proof.run()
        finally:
            gateway.kill()
    result.took = time.monotonic() - began
    return result


def _way_in(
    order: Order, folder: Path, everyone: Sequence[Desk], gateway: GatewayProcess, stack: ExitStack
) -> tuple[Talk, str]:
    """How the sessions are spoken to, and carrel.toml for that."""
    if order.platform == CONSOLE:
        gateway.extra["DISCORD_TOKEN"] = TOKEN
        return ConsoleTalk(gateway.control), SETTINGS
    place = stack.enter_context(town(TOWNS[order.platform], folder, *(d.name for d in everyone)))
    gateway.extra.update(place.secrets)
    return TownTalk(place), place.settings(SETTINGS)


@dataclass(slots=True)
class Proof:
    """One gateway, its sessions, and what they got to see."""

    gateway: GatewayProcess
    talk: Talk
    asked: Path
    everyone: Sequence[Desk]
    result: Result
    say: Say
    escapes: tuple[Escape, ...] = field(default_factory=load)
    _chance: Random = field(init=False)
    _owners: dict[str, Desk] = field(init=False)
    _trying: dict[str, Escape] = field(default_factory=dict)
    _read: int = 0

    def __post_init__(self) -> None:
        self._chance = Random(self.result.order.seed)  # noqa: S311 - to be drawn again
        self._owners = {desk.canary: desk for desk in self.everyone}

    def run(self) -> None:
        """Through the real CLI first, then by a program in every session, then what is left."""
        for start in range(0, len(self.everyone), BATCH):
            batch = self.everyone[start : start + BATCH]
            desks.plant(self.talk, self.gateway.home, batch)
            self._try_prompts(start, batch)
            self.say(f"{start + len(batch):4} sessions planted, {self.result.tried} escapes tried")
        if len({desk.root for desk in self.everyone}) != len(self.everyone):
            self.result.troubles.append("two sessions share a folder")
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
        return escape.filled(desk.names(sibling, self.gateway.home, self.gateway.pid))

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
        secret = (("key", KEY), *(("token", word) for word in self.gateway.extra.values()))
        leaked = [name for name, word in secret if word in text]
        if where in {escape.name for escape in self.escapes}:
            if leaked or any(owner is not seer for owner in foreign):
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
        control = self.gateway.control()
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

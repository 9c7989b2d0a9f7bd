"""Carries out a plan: people who speak, press and wait, and faults that strike."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from proofs.hosts import Hosts
from proofs.plan import DIRECT, Action, Edits, Opens, Plan, Says, Strikes
from proofs.starter import CLOCK
from proofs.town import Town
from proofs.verdict import Asked

PRESSED_AGAIN_S = 1.5
"""Seconds after which a person presses a button again that has done nothing."""

ALLOW_ONCE = 2
"""Words of the command that allows a request for now, and no more."""


@dataclass(slots=True)
class Acting:
    """People and faults around the gateway, run after run. places: ids by their names."""

    town: Town
    hosts: Hosts
    places: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    _pressed: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = {**self.town.told["channels"], DIRECT: self.town.direct()}

    def carry_out(self, plan: Plan) -> None:
        """Do everything at its time, or as soon after as it can be done."""
        began = time.monotonic()
        for action in plan.actions:
            time.sleep(max(began + action.at - time.monotonic(), 0))
            self._do(action, plan.number)

    def _do(self, action: Action, run: int) -> None:
        match action:
            case Says(_, place, token, text, kind):
                said = self.town.says(self.places[place], text)
                self.asked.append(Asked(said, self.places[place], token, kind, run))
            case Edits(_, token, text):
                one = next(one for one in self.asked if one.token == token)
                self.town.edits(one.place, one.message, text)
            case Opens(_, place, parent):
                self.places[place] = self.town.opens(self.places[parent], place)
            case Strikes():
                self._strike(action)
            case _:
                assert_never(action)

    def _strike(self, strike: Strikes) -> None:
        amount, hosts = strike.amount, self.hosts
        match strike.fault:
            case "kill":
                hosts.kill()
            case "kill stand-by":
                hosts.kill_another()
            case "stop":
                hosts.stop()
            case "start":
                hosts.start()
            case "freeze" | "long freeze":
                hosts.freeze(amount)
            case "cut":
                hosts.cut(amount)
            case "database":
                hosts.restart_database(amount)
            case "slow disk":
                hold_writes(hosts.leader.home / "carrel.db", amount)
            case "clock":
                (hosts.leader.home / CLOCK).write_text(str(amount))
            case _:
                self.town.strike(strike)

    def press_open(self, waiting: list[Asked]) -> None:
        """Somebody allows whatever is asked where an approval is waited for."""
        for place in {one.place for one in waiting if one.kind == "approval"}:
            for message, command in self.town.buttons(place):
                self._press(place, message, command)

    def _press(self, place: str, message: str, command: str) -> None:
        """Allow what is asked, once; nobody allows more than that."""
        now, words = time.monotonic(), command.split()
        again = now - self._pressed.get(command, -PRESSED_AGAIN_S) >= PRESSED_AGAIN_S
        if words[0] == "/allow" and len(words) == ALLOW_ONCE and again:
            self._pressed[command] = now
            self.town.press(place, message, command)

    def calm(self) -> None:
        """Nothing goes wrong any more; the gateway is there."""
        self.town.fault("clear")
        self.hosts.calm()


def hold_writes(store: Path, seconds: float) -> None:
    """Let no write pass for a while, as a disk does that is busy; in the background.

    The store's one writer waits for the lock that is taken here, for five seconds, then fails.
    """
    if not store.exists():
        return

    def hold() -> None:
        with closing(sqlite3.connect(store, timeout=1, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return
            time.sleep(seconds)
            connection.execute("ROLLBACK")

    threading.Thread(target=hold, daemon=True, name="slow disk").start()

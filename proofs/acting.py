"""Carries out a plan: people who speak, press and wait, and faults that strike."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, assert_never

from proofs.plan import DIRECT, Action, Edits, Opens, Plan, Says, Strikes
from proofs.processes import GatewayProcess
from proofs.starter import CLOCK
from proofs.town import Town
from proofs.verdict import Asked

POSTS = "/channels/*/messages"
PRESSED_AGAIN_S = 1.5
"""Seconds after which a person presses a button again that has done nothing."""


@dataclass(slots=True)
class Acting:
    """People and faults around one gateway, run after run. places: ids by their names."""

    town: Town
    gateway: GatewayProcess
    places: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    _pressed: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        people, bot = self.town.told["people"], self.town.told["bot"]
        direct = self.town.ask("writes_to", person=people["ada"], to=bot)["channel"]
        self.places = {**self.town.told["channels"], DIRECT: direct}

    def carry_out(self, plan: Plan) -> None:
        """Do everything at its time, or as soon after as it can be done."""
        began = time.monotonic()
        for action in plan.actions:
            time.sleep(max(began + action.at - time.monotonic(), 0))
            self._do(action, plan.number)

    def _do(self, action: Action, run: int) -> None:
        match action:
            case Says(_, place, token, text, kind):
                said = self.town.does("says", self.places[place], text=text)
                self.asked.append(Asked(said["id"], self.places[place], token, kind, run))
            case Edits(_, token, text):
                one = next(one for one in self.asked if one.token == token)
                self.town.does("edits", one.place, message=one.message, text=text)
            case Opens(_, place, parent):
                made = self.town.does("starts_thread", self.places[parent], name=place)
                self.places[place] = made["thread"]
            case Strikes():
                self._strike(action)
            case _:
                assert_never(action)

    def _strike(self, strike: Strikes) -> None:
        amount, gateway = strike.amount, self.gateway
        match strike.fault:
            case "kill":
                gateway.kill()
            case "stop":
                gateway.stop()
            case "start":
                gateway.start()
            case "freeze":
                gateway.freeze(amount)
            case "slow disk":
                hold_writes(gateway.home / "carrel.db", amount)
            case "clock":
                (gateway.home / CLOCK).write_text(str(amount))
            case _:
                for do, on, how in wire_faults(strike):
                    self.town.fault(do, on=on, **how)

    def press_open(self, waiting: list[Asked]) -> None:
        """Somebody allows whatever is asked where an approval is waited for."""
        for place in {one.place for one in waiting if one.kind == "approval"}:
            for held in self.town.ask("messages", channel=place):
                self._press(place, held)

    def _press(self, place: str, held: dict[str, Any]) -> None:
        buttons = [button for row in held["components"] for button in row["components"]]
        allow = next((b["custom_id"] for b in buttons if b["custom_id"].startswith("/allow")), "")
        now = time.monotonic()
        if allow and now - self._pressed.get(allow, -PRESSED_AGAIN_S) >= PRESSED_AGAIN_S:
            self._pressed[allow] = now
            self.town.does("presses", place, message=held["id"], custom_id=allow)

    def calm(self) -> None:
        """Nothing goes wrong any more; the gateway is there."""
        self.town.fault("clear")
        self.gateway.start()


def wire_faults(strike: Strikes) -> list[tuple[str, str, dict[str, Any]]]:
    """What the fake Discord is told to do: its method, of REST or the gateway, and how."""
    amount, times = strike.amount, int(strike.amount)
    post: dict[str, Any] = {"method": "POST", "path": POSTS}
    created = {"name": "MESSAGE_CREATE", "times": times}
    match strike.fault:
        case "reset" | "reconnect":
            return [(strike.fault, "gateway", {})]
        case "close":
            return [("close", "gateway", {"code": times})]
        case "invalid session":
            return [("invalid_session", "gateway", {"resumable": times > 1})]
        case "session gone":
            return [("forget_sessions", "gateway", {}), ("reset", "gateway", {})]
        case "refused":
            return [("refuse", "gateway", {"times": times}), ("reset", "gateway", {})]
        case "event twice":
            return [("double", "gateway", created)]
        case "event malformed":
            return [("malform", "gateway", created)]
        case "limited":
            return [("rate_limit", "rest", {**post, "retry_after": amount})]
        case "error before" | "error after":
            after = strike.fault == "error after"
            return [("rest", "rest", {**post, "status": 502, "after_commit": after})]
        case "dropped before":
            return [("drop", "rest", {**post, "times": times})]
        case "dropped after":
            return [("drop_after_commit", "rest", {**post, "times": times})]
        case "slow answer":
            return [("slow", "rest", {**post, "seconds": amount, "after_commit": True})]
        case other:
            raise ValueError(f"{other} is no fault of the wire")


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

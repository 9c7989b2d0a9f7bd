"""`carrel chat`."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
import uuid
from types import MappingProxyType
from typing import Annotated, Any

import typer

from carrel.cli.boxes import clean_lines
from carrel.cli.control import Control, connect
from carrel.core.errors import CarrelError, Refused

COLORS = MappingProxyType({"info": None, "warning": "yellow", "error": "red"})
HELP = "Type a message. /help lists the commands, /stop stops the agent, Ctrl+D leaves."
SHOWN_FIRST = 20
CAUGHT_UP = 200
"""How much of the history is read when the gateway is back."""

REMEMBERED = 5000
"""Things that were shown: more than a history and its progress cards have."""

BETWEEN_TRIES = 1.0
FIRST_WAIT = 10.0
LAST_WORD = 1.0


def command(
    conversation: Annotated[str, typer.Argument(help="The console conversation.")] = "main",
) -> None:
    """Talk to a session in the terminal: the console without a browser."""
    control = connect()
    control.post(f"/conversations/{conversation}/typing")
    ear = Ear(conversation, Screen())
    threading.Thread(target=ear.listen, daemon=True, name="chat").start()
    ear.begun.wait(FIRST_WAIT)
    typer.secho(HELP, dim=True)
    try:
        for line in sys.stdin:
            if line.strip():
                _say(control, ear, line.rstrip("\n"))
    finally:
        ear.leave()


def _say(control: Control, ear: Ear, text: str) -> None:
    """What goes wrong is a sentence; the conversation goes on."""
    identity = uuid.uuid4().hex
    ear.screen.knows(identity)
    try:
        path = f"/conversations/{ear.conversation}/messages"
        verdict = control.post(path, id=identity, text=text)
    except CarrelError as error:
        typer.secho(str(error), fg="red")
        return
    if verdict["reason"]:
        typer.secho(verdict["reason"], fg="yellow")


class Ear:
    """Hears one conversation for as long as the terminal is open, whatever the gateway does."""

    def __init__(self, conversation: str, screen: Screen) -> None:
        self.conversation = conversation
        self.screen = screen
        self.begun = threading.Event()
        """Set once the history was shown, or could not be."""
        self._away = False
        self._first = True
        self._speaking = threading.Lock()

    def leave(self) -> None:
        """Say nothing more: a thread that writes while Python ends takes it down."""
        self._speaking.acquire(timeout=LAST_WORD)

    def listen(self) -> None:
        """Connect, hear until the stream ends, and again, for ever."""
        while True:
            try:
                self._hear(connect())
                self._lost("The gateway is away; waiting for it.")
            except Refused as error:
                self._lost(str(error))
            except (CarrelError, ValueError):
                self._lost("The gateway is away; waiting for it.")
            time.sleep(BETWEEN_TRIES)

    def _hear(self, control: Control) -> None:
        path = f"/conversations/{self.conversation}"
        for kind, data in control.events(f"{path}/events"):
            match kind:
                case "ready":
                    history = control.get(f"{path}/history", limit=CAUGHT_UP)
                    with self._speaking:
                        self._catch_up(history)
                case "inbound":
                    self.screen.knows(data["id"])
                case "outbound":
                    with self._speaking:
                        self.screen.show(data["nonce"], data["body"])
                case "trouble":
                    raise Refused(data["error"])

    def _catch_up(self, history: list[Any]) -> None:
        """The stream is open before the history is read, so that nothing falls between them."""
        if self._away:
            typer.secho("It is back.", fg="green")
        self._away = False
        old = max(len(history) - SHOWN_FIRST, 0) if self._first else 0
        self._first = False
        for item in history[:old]:
            self.screen.skip(item)
        for item in history[old:]:
            self.screen.past(item)
        self.begun.set()

    def _lost(self, sentence: str) -> None:
        if not self._away:
            with self._speaking:
                typer.secho(sentence, fg="yellow")
        self._away = True
        self.begun.set()


class Screen:
    """A terminal, line by line: tools as they run, answers, cards with what to type."""

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}

    def knows(self, message: str) -> None:
        """A message that was typed where people saw it: the history need not show it."""
        self._is_new(f"in/{message}", "")

    def skip(self, item: Any) -> None:
        """One thing of the history, too old to be shown."""
        if item["inbound"]:
            self.knows(item["inbound"]["id"])
        elif item["outbound"]:
            self._is_new(item["outbound"]["nonce"], _digest(item["outbound"]["body"]))

    def past(self, item: Any) -> None:
        """One thing of the history."""
        if item["inbound"]:
            if self._is_new(f"in/{item['inbound']['id']}", ""):
                _put(f"you: {item['inbound']['text']}", dim=True)
        elif item["outbound"]:
            self.show(item["outbound"]["nonce"], item["outbound"]["body"])

    def _is_new(self, name: str, state: str) -> bool:
        """Whether this is not what was shown last under the name. Remembers it."""
        known = self._shown.pop(name, None)
        self._shown[name] = state
        if len(self._shown) > REMEMBERED:
            self._shown.pop(next(iter(self._shown)), None)
        return known != state

    def show(self, nonce: str, body: Any) -> None:
        """One body that was sent, unless it is the one shown already under its nonce."""
        if not self._is_new(nonce, _digest(body)):
            return
        match body["kind"]:
            case "answer":
                _put(f"\n{body['text']}")
                _put(body["footer"], dim=True)
            case "notice":
                _put(body["text"], fg={"error": "red", "warning": "yellow"}.get(body["tone"]))
            case "progress":
                self._progress(nonce, body)
            case "approval":
                self._approval(body)
            case "question" | "plan":
                self._asks(body)
            case "menu":
                _put(body["text"])
                for label, command in body["options"]:
                    _put(f"  {command}  {label}")
            case "waiting":
                name = body["message"]
                _put("It waits for the running turn.", dim=True)
                _put(f"Type /waiting steer {name} or /waiting drop {name}.", dim=True)
            case "missed":
                _put(f"{body['count']} messages were missed: {body['state']}.", bold=True)
                if body["state"] == "open":
                    _put("Type /missed answer or /missed ignore.")
            case "file":
                _put(f"file: {body['name']} ({body['size']} bytes): {body['path']}", fg="cyan")

    def _progress(self, nonce: str, body: Any) -> None:
        for action in body["actions"]:
            if self._is_new(f"{nonce}/{action['id']}/{action['state']}", ""):
                sign = {"running": "▸", "done": "✓", "failed": "✗"}[action["state"]]
                _put(f"{sign} {action['tool']}: {action['summary']}", dim=True)

    def _approval(self, body: Any) -> None:
        if body["state"] != "open":
            _put(f"{body['title']}: {body['state']} {body['by']}".rstrip(), dim=True)
            return
        _put(f"The agent asks: {body['title']}", bold=True)
        _put(body["detail"])
        _put(f"Type /allow {body['approval']} or /deny {body['approval']} and why.")

    def _asks(self, body: Any) -> None:
        """A question with its options, or a plan: what to type for each choice."""
        if body["state"] != "open":
            _put(f"{body['state']} {body['by']}".rstrip(), dim=True)
            return
        name = body["approval"]
        if body["kind"] == "plan":
            _put(f"The agent's plan:\n{body['plan']}")
            _put(f"Type /allow {name}, /allow {name} ask, or /deny {name} and what to change.")
            return
        _put(f"The agent asks: {body['question']['text']}", bold=True)
        for number, option in enumerate(body["question"]["options"], 1):
            _put(f"  /pick {name} {body['step']}.{number}  {option['label']}")
        _put(f"Or type /answer {name} and your own words.")


def _put(text: str, **style: Any) -> None:
    """Show what others wrote; a terminal shall obey none of it."""
    typer.secho(clean_lines(text), **style)


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()

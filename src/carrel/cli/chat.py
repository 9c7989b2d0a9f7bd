"""`carrel chat`."""

from __future__ import annotations

import sys
import threading
import uuid
from types import MappingProxyType
from typing import Annotated, Any

import typer

from carrel.cli.control import Control, connect
from carrel.core.errors import CarrelError, Refused

COLORS = MappingProxyType({"info": None, "warning": "yellow", "error": "red"})
HELP = "Type a message. /help lists the commands, /stop stops the agent, Ctrl+D leaves."


def command(
    conversation: Annotated[str, typer.Argument(help="The console conversation.")] = "main",
) -> None:
    """Talk to a session in the terminal: the console without a browser."""
    control = connect()
    screen = Screen()
    for item in control.get(f"/conversations/{conversation}/history", limit=20):
        screen.past(item)
    reader = threading.Thread(
        target=_listen, args=(connect(), conversation, screen), daemon=True, name="chat"
    )
    reader.start()
    control.post(f"/conversations/{conversation}/typing")
    typer.secho(HELP, dim=True)
    for line in sys.stdin:
        if line.strip():
            _say(control, conversation, line.rstrip("\n"))


def _say(control: Control, conversation: str, text: str) -> None:
    """A refusal is a sentence; the conversation goes on."""
    try:
        path = f"/conversations/{conversation}/messages"
        verdict = control.post(path, id=uuid.uuid4().hex, text=text)
    except Refused as error:
        typer.secho(str(error), fg="red")
        return
    if verdict["reason"]:
        typer.secho(verdict["reason"], fg="yellow")


def _listen(control: Control, conversation: str, screen: Screen) -> None:
    try:
        for event in control.events(f"/conversations/{conversation}/events"):
            if "body" in event:
                screen.show(event["nonce"], event["body"])
        typer.secho("The gateway stopped; start it with `carrel up`.", fg="yellow")
    except CarrelError as error:
        typer.secho(str(error), fg="red")


class Screen:
    """A terminal, line by line: tools as they run, answers, cards with what to type."""

    def __init__(self) -> None:
        self._actions: set[tuple[str, str]] = set()

    def past(self, item: Any) -> None:
        """One thing of the history."""
        if item["inbound"]:
            typer.secho(f"you: {item['inbound']['text']}", dim=True)
        elif item["outbound"]:
            self.show(item["outbound"]["nonce"], item["outbound"]["body"])

    def show(self, nonce: str, body: Any) -> None:
        """One body that was sent."""
        match body["kind"]:
            case "answer":
                typer.echo(f"\n{body['text']}")
                typer.secho(body["footer"], dim=True)
            case "notice":
                typer.secho(
                    body["text"], fg={"error": "red", "warning": "yellow"}.get(body["tone"])
                )
            case "progress":
                self._progress(nonce, body)
            case "approval":
                self._approval(body)
            case "file":
                typer.secho(
                    f"file: {body['name']} ({body['size']} bytes): {body['path']}", fg="cyan"
                )

    def _progress(self, nonce: str, body: Any) -> None:
        for action in body["actions"]:
            seen = (f"{nonce}/{action['id']}", action["state"])
            if seen not in self._actions:
                self._actions.add(seen)
                sign = {"running": "▸", "done": "✓", "failed": "✗"}[action["state"]]
                typer.secho(f"{sign} {action['tool']}: {action['summary']}", dim=True)

    def _approval(self, body: Any) -> None:
        if body["state"] != "open":
            typer.secho(f"{body['title']}: {body['state']} {body['by']}".rstrip(), dim=True)
            return
        typer.secho(f"The agent asks: {body['title']}  (in {body['folder']})", bold=True)
        typer.echo(body["detail"])
        typer.echo(f"Type /allow {body['approval']} or /deny {body['approval']} and why.")

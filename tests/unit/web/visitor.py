"""Somebody who sets a home up, page by page, as a browser would send it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from tests.unit.web.conftest import ADDRESS
from tests.unit.web.town import GOOD, Town

from carrel.settings.live import LiveSettings
from carrel.settings.loading import load
from carrel.telemetry import Redactor
from carrel.web.app import console_app
from carrel.web.setup_pages import setup_routes
from carrel.web.setup_sheet import Ground

ORIGIN = {"Origin": ADDRESS}
FIELD = re.compile(r"<(input|select|button)\b([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


@dataclass
class Setup:
    """A home without anything, a network beside it, and the pages."""

    home: Any
    house: Any
    town: Town = field(default_factory=Town)
    taken: list[frozenset[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home.mkdir()
        environ = {"HOME": str(self.home.parent), "TZ": "UTC"}
        self.live = LiveSettings(self.home, environ, load(self.home, environ))
        self.redactor = Redactor(())
        ground = Ground(self.home, environ, self.live, self.take, self.redactor)
        house = self.house
        self.pages = console_app(
            house.hub, house.store, house.status, house.login, None, house.clock, house.jobs,
            more=setup_routes(ground, house.clock),
        )  # fmt: skip

    def take(self) -> None:
        self.taken.append(self.live.current.people.owners)

    @property
    def file(self) -> Any:
        return self.home / "carrel.toml"


@dataclass
class Form:
    """A page's form, as a browser would send it."""

    text: str
    status: int

    def __post_init__(self) -> None:
        self.fields: list[tuple[str, str]] = []
        self.boxes: list[tuple[str, str]] = []
        for tag, said in FIELD.findall(self.text):
            found = {name: unescape(value) for name, value in ATTRIBUTE.findall(said)}
            ticks = found.get("type") in {"checkbox", "radio"}
            self.boxes += [(found["name"], found.get("value", ""))] if ticks else []
            if tag == "input" and "name" in found and (not ticks or "checked" in found):
                self.fields.append((found["name"], found.get("value", "")))
        for name, inside in re.findall(r'<select[^>]* name="([^"]*)">(.*?)</select>', self.text):
            chosen = re.search(r"<option selected>(\w+)", inside)
            self.fields.append((unescape(name), chosen[1] if chosen else ""))

    def with_(self, **changed: Any) -> dict[str, list[str]]:
        """Its fields, some of them as a person changes them."""
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            sent.setdefault(name, []).append(value)
        for name, value in changed.items():
            sent[name.replace("__", ":")] = [value] if isinstance(value, str) else list(value)
        return sent


@dataclass
class Visitor:
    """Somebody who goes through the pages."""

    person: Any

    async def open(self, path: str) -> Form:
        return self._form(await self.person.client.get(path))

    async def send(self, path: str, data: Any) -> Form:
        return self._form(await self.person.client.post(path, data=data, headers=ORIGIN))

    def _form(self, got: Any) -> Form:
        assert got.headers["Referrer-Policy"] == "same-origin" or got.status_code >= 400
        return Form(unescape(got.text) if got.status_code == 404 else got.text, got.status_code)

    async def looks(self, token: str = GOOD, **more: Any) -> Form:
        return await self.send("/setup/discord/look", {"secret:token": token, **more})

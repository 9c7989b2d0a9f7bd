"""A network that setting up can be tried on: one server, and one token that is accepted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from carrel.core.errors import ConfigError
from carrel.platforms.discord import KIND
from carrel.ports.guide import Guide, Named, Secret, Survey
from carrel.ports.platform import Finding, PlatformKind, PlatformParts, Refusal

SECRET = Secret("token", "Token", "DISCORD_TOKEN")
GOOD = "a-good-token-0123456789"
ADA, EVE = Named("discord:1", "Ada (ada)"), Named("discord:2", "<b>Eve</b>")
COOKS = Named("discord:role:9", "role cooks on home")
KITCHEN, HALL = Named("discord:7", "home #kitchen"), Named("discord:8", 'home #"hall"><script>')
LACKS = Finding("intents", well=False, said="messages are blank", mend="See https://a.example/x")


@dataclass
class Town:
    """What the bot sees; `findings` can be mended by a test."""

    findings: tuple[Finding, ...] = ()
    places: tuple[Named, ...] = (KITCHEN, HALL)
    said: list[tuple[str, str]] = field(default_factory=list)
    looks: int = 0

    async def look(self, table: Any, parts: PlatformParts) -> Survey:
        self.looks += 1
        token = parts.environ.get(SECRET.variable, "")
        if table.token_file:
            token = (parts.home / table.token_file).read_text().strip()
        if token != GOOD:
            raise ConfigError("Discord does not accept this token.")
        return Survey("carrel-bot", self.findings, self.places, (ADA,), (COOKS,), (ADA.address,))

    async def find(self, _table: Any, _parts: PlatformParts, name: str) -> tuple[Named, ...]:
        if name == "boom":
            raise Refusal("the bot is banned")
        return tuple(one for one in (ADA, EVE) if name.casefold() in one.name.casefold())

    async def hello(self, _table: Any, _parts: PlatformParts, address: str, text: str) -> None:
        if address == HALL.address:
            raise Refusal("the bot may not write there")
        self.said.append((address, text))

    def kind(self) -> PlatformKind:
        """Discord, as a plug-in, with this town behind it."""
        steps = ("Press New Application.", "Copy the token.")
        acts = (self.look, self.find, self.hello)
        guide = Guide("Discord", "https://portal.example/", steps, (SECRET,), *acts)
        return replace(KIND, guide=lambda: guide)

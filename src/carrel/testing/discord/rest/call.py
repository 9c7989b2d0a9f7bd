"""One REST request as the routes see it, and what they answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from carrel.testing.discord.model import Application, Channel, Guild, Json, Message, Upload, User
from carrel.testing.discord.permissions import Permission
from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """A request with its path's parts, its query, its JSON and its files by form name."""

    world: World
    method: str
    template: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    uploads: Mapping[str, Upload]
    caller: Application | None = None

    @property
    def application(self) -> Application:
        """The bot that asks; ApiError 401 for nobody."""
        if self.caller is None:
            raise ApiError.unauthorized()
        return self.caller

    @property
    def bot(self) -> User:
        """The user of the bot that asks."""
        return self.application.bot

    @property
    def form(self) -> Json:
        """The JSON as an object; ApiError 50035 for anything else."""
        if not isinstance(self.body, dict):
            raise ApiError(400, 50035, "Invalid Form Body")
        return self.body

    @property
    def guild(self) -> Guild:
        """The guild of the path, if the bot is in it; ApiError 10004, 50001."""
        guild = self.world.find_guild(self.path["guild"])
        if self.bot.id not in guild.members:
            raise ApiError.no_access()
        return guild

    def channel(self, *needed: Permission) -> Channel:
        """The channel of the path if the bot sees it and may; ApiError 10003, 50001, 50013."""
        channel = self.world.find_channel(self.path["channel"])
        if not self.world.may(channel, self.bot, Permission.VIEW_CHANNEL):
            raise ApiError.no_access()
        if not all(self.world.may(channel, self.bot, each) for each in needed):
            raise ApiError.no_permission()
        return channel

    def message(self, channel: Channel) -> Message:
        """The message of the path; ApiError 10008."""
        return self.world.find_message(channel, self.path["message"])

    def asks(self, name: str) -> bool:
        """Whether a yes-or-no of the query says yes, however a library writes it."""
        return self.query.get(name, "").lower() in ("true", "1")

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A number of the query; ApiError 50035 when it is out of bounds."""
        text = self.query.get(name, str(default))
        if not text.isdigit() or not low <= int(text) <= high:
            told = f"int value should be between {low} and {high}."
            raise ApiError.invalid(name, "NUMBER_TYPE_MAX", told)
        return int(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers. body None: 204 without a word."""

    status: int = 204
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Awaitable[Answer] | Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path with `{parts}` below `/api/v10`, and what answers it."""

    method: str
    template: str
    answer: Handler
    public: bool = False


def ok(body: Any) -> Answer:
    """200 with JSON."""
    return Answer(200, body)


def done() -> Answer:
    """204."""
    return Answer()

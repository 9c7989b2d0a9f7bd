"""Registers the slash commands: compared with what is there, sent only where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog

from carrel.core.errors import Unavailable
from carrel.platforms.discord.pressing import table
from carrel.platforms.discord.wire import Wire
from carrel.platforms.health import Health
from carrel.ports.platform import Refusal

IN_SERVERS = "/applications/{application_id}/guilds/{guild_id}/commands"
EVERYWHERE = "/applications/{application_id}/commands"
DIRECT = 1
"""The context of direct messages: on servers the servers' own commands serve."""

log = structlog.get_logger(__name__)


class Slash:
    """The commands of one bot."""

    def __init__(self, wire: Wire, application: int, health: Health) -> None:
        self._wire, self._application, self._health = wire, application, health

    async def register(self, servers: Iterable[int]) -> None:
        """Have every server, and direct messages, know the commands. Failures are told."""
        await self._sync("direct messages", EVERYWHERE, _for_direct(table()), {})
        for server in servers:
            await self._sync(f"server {server}", IN_SERVERS, table(), {"guild_id": server})

    async def _sync(
        self, where: str, path: str, wanted: Sequence[Mapping[str, Any]], ids: Mapping[str, int]
    ) -> None:
        named, cause = {"application_id": self._application, **ids}, f"slash {where}"
        try:
            there = await self._wire.call("GET", path, named)
            if _plain(there) != _plain(wanted):
                await self._wire.call("PUT", path, named, wanted)
                log.info("slash commands registered", where=where)
            self._health.mended(cause)
        except Refusal as refusal:
            self._health.complain(
                cause,
                f"No slash commands in {where} ({refusal}): invite the bot again with the link of "
                "`carrel doctor`; typed commands work meanwhile.",
            )
        except Unavailable as error:
            log.warning("slash commands not registered", where=where, error=str(error))


def _for_direct(commands: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [{**command, "contexts": [DIRECT]} for command in commands]


def _plain(commands: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What matters of a registration, without what Discord adds to it."""
    return {str(command["name"]): _of(command) for command in commands}


def _of(command: Mapping[str, Any]) -> tuple[Any, ...]:
    options = [
        (
            option["type"],
            option["name"],
            option["description"],
            bool(option.get("required")),
            bool(option.get("autocomplete")),
            [(c["name"], c["value"]) for c in option.get("choices") or ()],
        )
        for option in command.get("options") or ()
    ]
    is_direct = command.get("contexts") == [DIRECT]
    return command.get("type", 1), command["description"], options, is_direct

"""Discord. Everything that is heavy loads when the platform is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carrel.platforms.discord.settings import Discord
from carrel.ports.platform import PlatformKind, PlatformParts

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from carrel.platforms.discord.platform import DiscordPlatform
    from carrel.ports.guide import Guide
    from carrel.ports.platform import Finding


def _build(table: Discord, parts: PlatformParts) -> DiscordPlatform:
    from carrel.platforms.discord.platform import DiscordPlatform

    return DiscordPlatform(table, parts)


def _examine(table: Discord, parts: PlatformParts) -> Awaitable[tuple[Finding, ...]]:
    from carrel.platforms.discord.doctor import examine

    return examine(table, parts)


def _guide() -> Guide:
    from carrel.platforms.discord.guide import GUIDE

    return GUIDE


KIND = PlatformKind(table=Discord, build=_build, examine=_examine, guide=_guide)

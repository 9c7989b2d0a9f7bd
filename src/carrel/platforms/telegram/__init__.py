"""Telegram. Everything that is heavy loads when the platform is built."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from carrel.core.errors import ConfigError
from carrel.platforms.telegram.settings import Telegram
from carrel.ports.platform import PlatformKind, PlatformParts

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from carrel.platforms.telegram.platform import TelegramPlatform
    from carrel.ports.guide import Guide
    from carrel.ports.platform import Finding

_LIBRARY = "python-telegram-bot: install it with `pip install 'carrel[telegram]'`"
_MISSING = f"[telegram] needs {_LIBRARY}, or take the table out of carrel.toml."


def _build(table: Telegram, parts: PlatformParts) -> TelegramPlatform:
    if find_spec("telegram") is None:
        raise ConfigError(_MISSING)
    from carrel.platforms.telegram.platform import TelegramPlatform

    return TelegramPlatform(table, parts)


def _examine(table: Telegram, parts: PlatformParts) -> Awaitable[tuple[Finding, ...]]:
    if find_spec("telegram") is None:
        raise ConfigError(_MISSING)
    from carrel.platforms.telegram.doctor import examine

    return examine(table, parts)


def _guide() -> Guide:
    if find_spec("telegram") is None:
        raise ConfigError(f"Telegram needs {_LIBRARY}.")
    from carrel.platforms.telegram.guide import GUIDE

    return GUIDE


KIND = PlatformKind(table=Telegram, build=_build, examine=_examine, guide=_guide)

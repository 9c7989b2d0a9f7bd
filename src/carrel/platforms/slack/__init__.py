"""Slack. Everything that is heavy loads when the platform is built."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from carrel.core.errors import ConfigError
from carrel.platforms.slack.settings import Slack
from carrel.ports.platform import PlatformKind, PlatformParts

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from carrel.platforms.slack.platform import SlackPlatform
    from carrel.ports.guide import Guide
    from carrel.ports.platform import Finding

_LIBRARY = "slack-sdk: install it with `pip install 'carrel[slack]'`"
_MISSING = f"[slack] needs {_LIBRARY}, or take the table out of carrel.toml."


def _build(table: Slack, parts: PlatformParts) -> SlackPlatform:
    if find_spec("slack_sdk") is None:
        raise ConfigError(_MISSING)
    from carrel.platforms.slack.platform import SlackPlatform

    return SlackPlatform(table, parts)


def _examine(table: Slack, parts: PlatformParts) -> Awaitable[tuple[Finding, ...]]:
    if find_spec("slack_sdk") is None:
        raise ConfigError(_MISSING)
    from carrel.platforms.slack.doctor import examine

    return examine(table, parts)


def _guide() -> Guide:
    if find_spec("slack_sdk") is None:
        raise ConfigError(f"Slack needs {_LIBRARY}.")
    from carrel.platforms.slack.guide import GUIDE

    return GUIDE


KIND = PlatformKind(table=Slack, build=_build, examine=_examine, guide=_guide)

"""The API key is in the environment of every session."""

from __future__ import annotations

from carrel.engines.claude import options


def apply() -> None:
    real = options._credential

    def credential(launch):
        return {**real(launch), "CLAUDE_SPARE": launch.login.secret}

    options._credential = credential

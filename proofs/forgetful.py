"""Lets the scripted engine forget: what it keeps as the tests' evidence is no gateway's memory."""

from __future__ import annotations

from carrel.engines.scripted_live import ScriptedLive, _Running

KEPT = 100
"""Answers that it can still tell again."""


def apply() -> None:
    """Patch the engine of this process."""
    ask = ScriptedLive._ask  # noqa: SLF001 - a patch looks inside

    async def ask_and_forget(self: ScriptedLive, running: _Running) -> None:
        await ask(self, running)
        self._engine.heard.prompts.clear()
        for old in tuple(self._answers)[:-KEPT]:
            del self._answers[old]

    ScriptedLive._ask = ask_and_forget  # type: ignore[method-assign]  # noqa: SLF001

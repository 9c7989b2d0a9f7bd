"""What an engine is told of another engine conversation of its session, with the next prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from carrel.core.handing_over import EXCHANGES, note
from carrel.core.model import ResumeToken, SessionKey
from carrel.ports.engine import Delivered
from carrel.ports.store import Store

MESSAGES = 4 * EXCHANGES
"""So many are looked at: several may have been answered together."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Writes them from the store. `redact` takes out the secrets that Carrel knows."""

    store: Store
    redact: Callable[[str], str]

    async def told(
        self, key: SessionKey, of: ResumeToken | None, prompts: tuple[Delivered, ...]
    ) -> tuple[Delivered, ...]:
        """The prompts, with the end of that conversation as material before the first one."""
        if of is None or not prompts or prompts[0].prompt.command:
            return prompts
        # Before anything is cut: half a secret would not be found.
        said = [
            replace(one, asked=self.redact(one.asked), answered=self.redact(one.answered))
            for one in await self.store.exchanges(key, of.value, MESSAGES)
        ]
        material = note(said)
        if material is None:
            return prompts
        first = prompts[0]
        prompt = replace(first.prompt, material=(material, *first.prompt.material))
        return (replace(first, prompt=prompt), *prompts[1:])

"""An engine that does what a script says: for tests, demonstrations and playbooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count, takewhile

from carrel.core.errors import CarrelError, Refused
from carrel.core.model import MessageId, Prompt, ResumeToken, SessionKey
from carrel.engines.script import (
    AskFor,
    Cost,
    Fail,
    Hang,
    Limit,
    Lose,
    Note,
    Nothing,
    Say,
    Script,
    SendFile,
    Step,
    Think,
    Tool,
    Wait,
    Want,
    echoing,
)
from carrel.engines.scripted_live import ScriptedLive
from carrel.ports.clock import Clock
from carrel.ports.engine import (
    FORGOTTEN,
    Capabilities,
    EngineParts,
    EngineSpec,
    Program,
    Tell,
    Until,
)
from carrel.ports.workspace import Workspace

__all__ = [
    "AskFor",
    "Cost",
    "Fail",
    "Hang",
    "Limit",
    "Lose",
    "Note",
    "Nothing",
    "Say",
    "Script",
    "ScriptedEngine",
    "ScriptedLive",
    "SendFile",
    "Step",
    "Think",
    "Tool",
    "Wait",
    "Want",
    "build",
]


@dataclass(slots=True)
class Heard:
    """What the scripted engine remembers of its life: the tests' evidence."""

    specs: list[EngineSpec] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)
    lives: list[ScriptedLive] = field(default_factory=list)
    most_alive: int = 0


class ScriptedEngine:
    """Deterministic. `script` gives the steps for a prompt's text; without one it echoes.

    `heard` records what came in. Every error put into `failures` is raised by one `open`.
    """

    name = "scripted"
    capabilities = Capabilities(steer=True, approvals=True, resume=True)

    def __init__(self, script: Script | None = None, *, clock: Clock | None = None) -> None:
        self.script: Script = script or echoing
        self.clock = clock
        self.heard = Heard()
        self.failures: list[CarrelError] = []
        self._numbers = count(1)
        self._answers: dict[str, dict[MessageId, str]] = {}

    async def open(self, spec: EngineSpec, tell: Tell) -> ScriptedLive:
        """Open at once; a resume token of another engine object is unknown and starts afresh."""
        if self.failures:
            raise self.failures.pop(0)
        old = spec.resume
        token = old if old is not None and old.value in self._answers else self._token(spec)
        answers = self._answers.setdefault(token.value, {})
        live = ScriptedLive(self, token, answers, tell, forgot=old not in (None, token))
        self.heard.specs.append(spec)
        self.heard.lives.append(live)
        alive = sum(one.alive for one in self.heard.lives)
        self.heard.most_alive = max(self.heard.most_alive, alive)
        return live

    async def copy(
        self, resume: ResumeToken, source: Workspace, target: Workspace, until: Until | None = None
    ) -> ResumeToken | None:
        """The same answers under another name."""
        del source
        answers = self._answers.get(resume.value)
        if answers is None:
            raise Refused(FORGOTTEN)
        kept = dict(answers)
        if until is not None and (names := [name for name in until.prompts if name in kept]):
            kept = dict(takewhile(lambda one: one[0] not in names, kept.items()))
        elif until is not None and not until.lenient:
            raise Refused(FORGOTTEN)
        if not kept:
            return None
        token = ResumeToken(self.name, f"scripted-{next(self._numbers)}", str(target.work))
        self._answers[token.value] = kept
        return token

    async def close(self) -> None:
        """Nothing is held."""

    async def terminal(self, spec: EngineSpec) -> Program:
        """There is none."""
        del spec
        raise Refused("This agent has no terminal of its own; `carrel chat` talks to it.")

    async def readmit(self, key: SessionKey, token: str) -> str:
        """There is no terminal that could ask."""
        del token
        raise Refused(f"No terminal continues {key}.")

    async def left(self, workspace: Workspace, since: float) -> ResumeToken | None:
        """Nothing was done there."""
        del workspace, since
        return None

    def forget(self) -> None:
        """Lose every engine conversation, as if its files had been deleted."""
        self._answers.clear()

    def _token(self, spec: EngineSpec) -> ResumeToken:
        return ResumeToken(self.name, f"scripted-{next(self._numbers)}", str(spec.workspace.work))


def build(parts: EngineParts) -> ScriptedEngine:
    """The engine that echoes; it needs neither a login nor walls."""
    return ScriptedEngine(clock=parts.clock)

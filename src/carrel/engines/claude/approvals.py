"""The CLI asks, a person answers: a request stands until its answer comes or it is withdrawn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

from carrel.core.approvals import SCHEDULES, digest, request
from carrel.core.errors import Refused
from carrel.core.events import ApprovalAsked
from carrel.core.model import TurnId, Verdict
from carrel.engines.claude import questions
from carrel.ports.clock import Clock
from carrel.ports.engine import EngineSpec

MAX_JUDGED = 50_000
"""Characters. What nobody can read to its end, nobody can allow."""

TOO_LONG = "This is too long for a person to judge; do it in smaller steps."
NO_REASON = "A person denied this."
NO_TURN = "Nobody is there to ask at the moment; do without it."
ONLY_A_PLAN = "Nothing may be changed while you plan; show your plan with ExitPlanMode first."
NOT_ALLOWED = "Not done: nobody has allowed this."
ASKED_IN_PLANS = (questions.ASKS, questions.PLANS)


class Approvals:
    """What stands still in one live engine, by the CLI's own names for its calls.

    `say` takes each request on its way to people.
    """

    def __init__(
        self, spec: EngineSpec, clock: Clock, say: Callable[[ApprovalAsked], None]
    ) -> None:
        self._folder, self._planning = str(spec.workspace.work), spec.mode == "plan"
        self._asks = spec.mode != "auto"
        self._allowed: set[str] = set()
        self._clock, self._say = clock, say
        self._project = spec.workspace.project.name if spec.workspace.project else ""
        self._open: dict[str, asyncio.Future[Verdict]] = {}

    @property
    def waiting(self) -> bool:
        """Whether a person is asked something at this moment."""
        return any(not future.done() for future in self._open.values())

    async def ask(
        self, turn: TurnId, call: str, tool: str, arguments: Mapping[str, object]
    ) -> Verdict:
        """Ask, and wait for the answer without limit; cancelled when the turn is stopped.

        While the agent plans, nothing but questions and the plan itself is asked.
        """
        if tool == SCHEDULES and arguments.get("action") == "list":
            return Verdict("allow")
        if self._planning and tool not in ASKED_IN_PLANS:
            return Verdict("deny", ONLY_A_PLAN)
        plain = request(turn, call, tool, arguments, self._folder, self._project)
        approval = questions.completed(plain, arguments)
        if len(approval.detail) > MAX_JUDGED:
            return Verdict("deny", TOO_LONG)
        future: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._open[call] = future
        self._say(ApprovalAsked(turn, replace(approval, asked_at=self._clock.now())))
        try:
            verdict = await future
        finally:
            self._open.pop(call, None)
        if tool == SCHEDULES and verdict.decision == "allow":
            self._allowed.add(digest(tool, arguments))
        if tool == questions.PLANS:
            self._planning = self._planning and verdict.mode in (None, "plan")
        return replace(verdict, reason=verdict.reason or NO_REASON)

    def redeem(self, arguments: Mapping[str, object]) -> None:
        """Use up that a person has allowed this of the schedules; raises Refused if nobody has.

        The program within the walls is not taken at its word that it has asked.
        """
        if not self._asks:
            return
        try:
            self._allowed.remove(digest(SCHEDULES, arguments))
        except KeyError:
            raise Refused(NOT_ALLOWED) from None

    def answer(self, call: str, verdict: Verdict) -> None:
        """The first answer wins; unknown calls are ignored. Only a plan's sets the mode."""
        future = self._open.get(call)
        if future is not None and not future.done():
            future.set_result(verdict)

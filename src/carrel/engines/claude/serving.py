"""What Carrel's own tools do in a live engine. What they are given comes out of the walls."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from carrel.core.approvals import visible
from carrel.core.errors import Refused
from carrel.core.events import FileOffered, Wished
from carrel.core.messages import File
from carrel.core.wishes import ASKED, Wish, checked
from carrel.engines.claude.approvals import Approvals
from carrel.engines.claude.turns import Running
from carrel.engines.wishes import Wishes

NOBODY = "Not done: nobody is listening at the moment."
NOTHING = "Noted: nobody is told of this turn. End it now, without a further word."


class Serving:
    """The gateway's side of the tools: each acts on the running turn, and on no other.

    `running` gives that turn; `say` takes what it tells on its way to the session.
    """

    def __init__(
        self,
        running: Callable[[], Running | None],
        approvals: Approvals,
        say: Callable[[FileOffered | Wished], None],
    ) -> None:
        self._running, self._approvals, self._say = running, approvals, say
        self._wishes = Wishes(say)

    async def offer(self, file: File) -> str:
        """Send a file that lies in the outbox; returns what the engine is told."""
        turn = self._turn()
        self._say(FileOffered(turn.turn, self._call(turn), file))
        return f"Sent {file.name}."

    async def wish(self, arguments: Mapping[str, object]) -> str:
        """Do something with the schedules; raises Refused."""
        wish = wish_of(arguments)
        if wish.act != "list":
            self._approvals.redeem(arguments)
        turn = self._turn()
        return await self._wishes.wish(turn.turn, self._call(turn), wish)

    async def nothing(self) -> str:
        """The turn has nothing to report."""
        self._turn().quiet = True
        return NOTHING

    def reply(self, call: str, text: str, *, ok: bool) -> None:
        """What came of a wish."""
        self._wishes.reply(call, text, ok=ok)

    def _turn(self) -> Running:
        running = self._running()
        if running is None or running.stopping:
            raise Refused(NOBODY)
        return running

    @staticmethod
    def _call(turn: Running) -> str:
        return f"{turn.turn}.{turn.next_call()}"


def wish_of(arguments: Mapping[str, object]) -> Wish:
    """What an engine's arguments ask for. Raises Refused with what is accepted."""
    act = next((act for act in ASKED if act == arguments.get("action")), None)
    if act is None:
        raise Refused(f"`action` is one of {', '.join(ASKED)}.")
    given = {name: arguments.get(name, "") for name in ("when", "text", "id")}
    if not all(isinstance(one, str) for one in given.values()):
        raise Refused("`when`, `text` and `id` are texts.")
    try:
        return checked(Wish(act, **{name: visible(str(one)) for name, one in given.items()}))
    except ValueError as error:
        raise Refused(f"Not done: {error}.") from None

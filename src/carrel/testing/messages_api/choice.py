"""Which of the steps left is taken now."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from carrel.testing.messages_api.conversation import Conversation
from carrel.testing.messages_api.model import Break, Ending, Failure, Fault, Hang, Reply, Step

FAULTS_REMEMBERED = 10_000


@dataclass(slots=True)
class Strikes:
    """How often each fault has struck: all an answer depends on that the request does not say."""

    counts: OrderedDict[tuple[object, ...], int] = field(default_factory=OrderedDict)

    def spend(self, fault: Fault, *where: object) -> bool:
        """Whether this fault strikes now, which is then counted; `where` is its place."""
        if fault.times == 0:
            return True
        place = (fault, *where)
        struck = self.counts.get(place, 0)
        if struck >= fault.times:
            return False
        self.counts[place] = struck + 1
        if len(self.counts) > FAULTS_REMEMBERED:
            self.counts.popitem(last=False)
        return True


def choose(
    steps: Iterable[Step], conversation: Conversation, strikes: Strikes, session: str
) -> Failure | Hang | Reply:
    """Take the first step that counts: faults that have struck often enough are passed over."""
    ending: Ending = "complete"
    for place, step in enumerate(steps):
        where = (session, len(conversation.earlier), conversation.prompt, conversation.calls, place)
        match step:
            case Reply():
                return replace(step, ending=ending)
            case Break():
                if conversation.streamed and ending == "complete" and strikes.spend(step, *where):
                    ending = step.ending
            case Failure(spared=name) if name and name in conversation.model:
                continue
            case _ if strikes.spend(step, *where):
                return step
    message = "the steps of an answer end in a reply"
    raise AssertionError(message)

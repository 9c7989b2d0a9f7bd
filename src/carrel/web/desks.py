"""The list at the side: the console's conversations, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from carrel.core.messages import Answer, ApprovalCard, File, Notice
from carrel.core.model import Conversation
from carrel.platforms.console import conversation_id
from carrel.ports.store import Shown, Store
from carrel.runtime import edits

_LISTED = 40
_PAGE = 200
_PAGES = 5
_SNIPPET = 80
_LOOKED_AT = 3
"""A card of running work, and what may have come beside it, has no words of its own."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One line of the list. `state`: `working`, `waiting` or nothing."""

    name: str
    last: str
    at: float
    state: str


async def desks(store: Store) -> tuple[Desk, ...]:
    """The newest conversations of the console, at most 40."""
    found: list[Desk] = []
    for page in range(_PAGES):
        infos = await store.sessions(_PAGE, page * _PAGE)
        for info in infos:
            name = conversation_id(info.conversation) if info.conversation else None
            if name is None or info.conversation is None:
                continue
            state = "working" if info.running else "waiting" if info.waiting else ""
            last = await _last(store, info.conversation)
            found.append(Desk(name, last, info.last_used, state))
            if len(found) == _LISTED:
                return tuple(found)
        if len(infos) < _PAGE:
            break
    return tuple(found)


async def _last(store: Store, conversation: Conversation) -> str:
    history = edits.folded(await store.history(conversation, _LOOKED_AT))
    words = next((words for shown in reversed(history) if (words := _words(shown))), "")
    return " ".join(words[: _SNIPPET * 4].split())[:_SNIPPET]


def _words(shown: Shown) -> str:
    if shown.inbound is not None:
        return shown.inbound.text or "a file"
    match shown.outbound.body if shown.outbound else None:
        case Answer(text=text) | Notice(text=text):
            return text
        case ApprovalCard(title=title, state=state):
            return f"{title}: {'waits for you' if state == 'open' else state}"
        case File(name=name):
            return name
        case _:
            return ""

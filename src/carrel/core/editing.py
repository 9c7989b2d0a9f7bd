"""An edit of a message that has its end already: it is kept, and can be asked in its place.

It is stored as a command of its own, `/edited MESSAGE WORDS`, so that it outlives a kill and its
text needs to fit on no button: `/rerun NAME` names it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from carrel.core.messages import Inbound
from carrel.core.model import MessageId

NAME = 12
"""Characters of an edit's name; who made it up could read nothing but their own conversation."""

_KIND = "edited"


@dataclass(frozen=True, slots=True)
class Anew:
    """What is asked anew: an edit, the message that it was one of, and the words as they are now.

    `said` is stored under the id of the command that asks it.
    """

    edit: MessageId
    original: MessageId
    said: Inbound


def edition(inbound: Inbound, before: Inbound | None = None) -> Inbound:
    """An edited message as the command that it is stored as; the same edit makes the same one.

    `before`: the edition that came before it. To come back to its words is another edit.
    """
    since = "" if before is None else f"{before.id}\n"
    said = f"{since}{inbound.message_id}\n{inbound.text}"
    name = hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()[:NAME]
    text = f"/{_KIND} {inbound.message_id} {inbound.text}"
    return replace(inbound, id=f"{_KIND}.{name}", text=text, addressed=True, edited=False)


def is_edition(inbound: Inbound) -> bool:
    """Whether it was stored by `edition`, and is nothing that anybody has said so."""
    return inbound.id.startswith(f"{_KIND}.")


def name_of(edit: MessageId) -> str:
    """What a button calls it."""
    return edit.rpartition(".")[2]


def named(source: str, name: str) -> MessageId:
    """The edit that a button names."""
    return MessageId(f"{source}/{_KIND}.{name}")


def original_of(edit: Inbound) -> MessageId:
    """The message that it is an edit of."""
    return MessageId(edit.text.split(" ", 2)[1])


def words_of(edit: Inbound) -> str:
    """What that message says now."""
    return (edit.text.split(" ", 2)[2:] or [""])[0]


def anew(edit: Inbound, command: MessageId) -> Anew:
    """What is asked by the command in place of the message that `edit` has changed."""
    identity = command.removeprefix(f"{edit.source}/")
    said = replace(edit, id=identity, text=words_of(edit))
    return Anew(edit.message_id, original_of(edit), said)

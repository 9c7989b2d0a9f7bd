"""Values to JSON and back. Fields that this code does not know are passed over on reading."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from carrel.core.messages import Body, Inbound
from carrel.core.model import Approval, Chosen, Conversation, Fallback, Grant, Terminal
from carrel.core.schedules import Reminder

_INBOUND: Final = TypeAdapter[Inbound](Inbound)
_CONVERSATION: Final = TypeAdapter[Conversation](Conversation)
_APPROVAL: Final = TypeAdapter[Approval](Approval)
_GRANT: Final = TypeAdapter[Grant](Grant)
_CHOSEN: Final = TypeAdapter[Chosen](Chosen)
_TERMINAL: Final = TypeAdapter[Terminal](Terminal)
_FALLBACK: Final = TypeAdapter[Fallback](Fallback)
_REMINDER: Final = TypeAdapter[Reminder](Reminder)
_BODY: Final[TypeAdapter[Body]] = TypeAdapter(Annotated[Body, Field(discriminator="kind")])


def write_inbound(value: Inbound) -> str:
    """The row's text for an Inbound."""
    return _INBOUND.dump_json(value).decode()


def read_inbound(text: str) -> Inbound:
    """The Inbound that the row's text holds."""
    return _INBOUND.validate_json(text)


def write_conversation(value: Conversation) -> str:
    """The row's text for a Conversation."""
    return _CONVERSATION.dump_json(value).decode()


def read_conversation(text: str) -> Conversation:
    """The Conversation that the row's text holds."""
    return _CONVERSATION.validate_json(text)


def write_approval(value: Approval) -> str:
    """The row's text for an Approval."""
    return _APPROVAL.dump_json(value).decode()


def read_approval(text: str) -> Approval:
    """The Approval that the row's text holds."""
    return _APPROVAL.validate_json(text)


def write_grant(value: Grant) -> str:
    """The row's text for a Grant."""
    return _GRANT.dump_json(value).decode()


def read_grant(text: str) -> Grant:
    """The Grant that the row's text holds."""
    return _GRANT.validate_json(text)


def write_chosen(value: Chosen) -> str:
    """The row's text for what was chosen."""
    return _CHOSEN.dump_json(value).decode()


def read_chosen(text: str) -> Chosen:
    """What was chosen, as the row's text holds it."""
    return _CHOSEN.validate_json(text)


def write_terminal(value: Terminal | None) -> str | None:
    """The row's text for a Terminal; none where there is none."""
    return None if value is None else _TERMINAL.dump_json(value).decode()


def read_terminal(text: str) -> Terminal:
    """The Terminal that the row's text holds."""
    return _TERMINAL.validate_json(text)


def write_fallback(value: Fallback | None) -> str | None:
    """The row's text for a Fallback; none where there is none."""
    return None if value is None else _FALLBACK.dump_json(value).decode()


def read_fallback(text: str) -> Fallback:
    """The Fallback that the row's text holds."""
    return _FALLBACK.validate_json(text)


def write_reminder(value: Reminder) -> str:
    """The row's text for a Reminder."""
    return _REMINDER.dump_json(value).decode()


def read_reminder(text: str) -> Reminder:
    """The Reminder that the row's text holds."""
    return _REMINDER.validate_json(text)


def write_body(value: Body) -> str:
    """The row's text for a Body; `kind` tells them apart."""
    return _BODY.dump_json(value).decode()


def read_body(text: str) -> Body:
    """The Body that the row's text holds."""
    return _BODY.validate_json(text)

"""What the CLI says, as progress: pure, from one SDK message to core events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from carrel.core.events import Compacted, Progressed, Thought, ToolEnded, ToolStarted, Waited, Wrote
from carrel.core.model import TurnId
from carrel.engines.claude.window import by_itself

if TYPE_CHECKING:
    from claude_agent_sdk.types import Message

MAX_SUMMARY = 120
TELLING = (
    "command",
    "file_path",
    "notebook_path",
    "path",
    "pattern",
    "url",
    "query",
    "description",
)


def progress(turn: TurnId, message: Message, folder: str) -> Iterator[Progressed | Compacted]:
    """The progress that a message stands for; nothing for most.

    Sub-agents' words are not shown. Paths are told from `folder`, the session's own.
    """
    from claude_agent_sdk import types as sdk

    match message:
        case sdk.StreamEvent(event=event, parent_tool_use_id=None):
            yield from _streamed(turn, event)
        case sdk.AssistantMessage(content=blocks):
            for block in blocks:
                if isinstance(block, sdk.ToolUseBlock):
                    name = block.name.removeprefix("mcp__carrel__")
                    yield ToolStarted(turn, block.id, name, summary(block.input, folder))
        case sdk.UserMessage(content=list(blocks)):
            for block in blocks:
                if isinstance(block, sdk.ToolResultBlock):
                    yield ToolEnded(turn, block.tool_use_id, block.is_error is not True)
        case sdk.SystemMessage(subtype="compact_boundary", data=data):
            yield from by_itself(turn, data)
        case sdk.SystemMessage(subtype="api_retry", data=data):
            yield Waited(turn, retry_note(data))
        case _:
            return


def goes_on(message: Message) -> bool:
    """Whether the turn has a further step after this message: a tool is to be used."""
    from claude_agent_sdk import types as sdk

    blocks = message.content if isinstance(message, sdk.AssistantMessage) else ()
    return any(isinstance(block, sdk.ToolUseBlock) for block in blocks)


def summary(arguments: Mapping[str, object], folder: str) -> str:
    """One line about a tool's arguments: the one that tells most."""
    found = next((str(arguments[name]) for name in TELLING if arguments.get(name)), "")
    line = " ".join(found.replace(f"{folder}/", "").split())
    return line if len(line) <= MAX_SUMMARY else line[: MAX_SUMMARY - 1] + "…"


def retry_note(data: Mapping[str, object]) -> str:
    """Say in one sentence what the CLI waits for, and which try this is."""
    status = data.get("error_status")
    what = {429: "is busy", 529: "is overloaded", 401: "refused the login"}.get(
        status if isinstance(status, int) else 0, "does not answer"
    )
    number = f" ({status})" if status else ""
    tries = f"try {data.get('attempt')} of {data.get('max_retries')}"
    return f"The model's service {what}{number}; {tries}."


def taken(message: Message) -> tuple[str, ...]:
    """The uuids of messages that the CLI has begun to work on, as far as this one tells."""
    from claude_agent_sdk import types as sdk

    match message:
        case sdk.SystemMessage(subtype="status", data={"user_message_uuids": list(uuids)}):
            return tuple(str(uuid) for uuid in uuids)
        case sdk.StreamEvent() | sdk.AssistantMessage() | sdk.ResultMessage():
            last = (message.user_message_uuid,) if message.user_message_uuid else ()
            return (*(message.user_message_uuids or ()), *last)
        case _:
            return ()


def _streamed(turn: TurnId, event: Mapping[str, object]) -> Iterator[Progressed]:
    match event:
        case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": str(text)}}:
            yield Wrote(turn, text)
        case {"type": "content_block_start", "content_block": {"type": "text"}}:
            # Texts between tools are paragraphs; the first of a turn is left out by the caller.
            yield Wrote(turn, "\n\n")
        case {"type": "content_block_start", "content_block": {"type": "thinking"}}:
            yield Thought(turn)
        case _:
            return

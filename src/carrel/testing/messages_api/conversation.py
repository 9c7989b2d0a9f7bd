"""Reading a Messages API request: what was typed, what has been done since, what is remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

REMINDER = re.compile(r"<system-reminder>.*?(?:</system-reminder>|\Z)", re.DOTALL)
# What is sent to a working engine reaches the model as a system message, but it was typed.
WHILE_WORKING = re.compile(
    r"The user sent a new message while you were working:\n"
    r"(.*?)(?:\n\nThis is how Claude Code surfaces|\Z)",
    re.DOTALL,
)
WORD_SAID = re.compile(r"remember the word[: ]+[\"'`]?([\w-]+)", re.IGNORECASE)
WORD_KEPT = re.compile(r"^[ \t]*(?:[-*][ \t]+)?word: *([\w-]+)", re.MULTILINE)
MEMORY_PLACE = re.compile(r"memory[^\n`]{0,60} at `([^`\n]+)`")
WORKSPACE_PLACE = re.compile(r"Primary working directory: ([^\n]+)")
INTERRUPTED = "[Request interrupted by user"
CONTINUED = "This session is being continued from a previous conversation"
ASKED_TO_GO_ON = "Carrel was restarted while you worked"
"""What Carrel says when a tool was cut off: what was asked before it is gone on with."""

INJECTED = (
    "Output token limit hit",
    "Your response above was stopped",
    "Continue from where you left off",
    "<local-command",
    "<command-name>",
    "<task-notification>",
    "Caveat: ",
)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave back, as text, and the id of the call."""

    text: str
    is_error: bool = False
    call: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A request as the directives see it: the newest typed text and everything since.

    `steers` are the texts sent while the engine worked on it. `calls` counts the tool_use blocks
    and `answers` the assistant messages since then; `earlier` holds the texts typed before it, and
    `background` the system prompt, system messages and reminders.
    """

    prompt: str = ""
    steers: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    calls: int = 0
    answers: int = 0
    call_ids: tuple[str, ...] = ()
    results: tuple[ToolResult, ...] = ()
    background: str = ""
    model: str = ""
    tools: frozenset[str] = frozenset()
    streamed: bool = False

    @property
    def said_words(self) -> tuple[str, ...]:
        """Every `remember the word X` of the texts before this one, in order, once each."""
        found = (word for text in self.earlier for word in WORD_SAID.findall(text))
        return tuple(dict.fromkeys(found))

    @property
    def kept_words(self) -> tuple[str, ...]:
        """Every line `word: X` of the memory text the engine put into its prompt, once each."""
        return tuple(dict.fromkeys(WORD_KEPT.findall(self.background)))

    @property
    def memory_dir(self) -> str | None:
        """The memory directory the system prompt names, without a trailing slash."""
        return _place(MEMORY_PLACE, self.background)

    @property
    def workspace(self) -> str | None:
        """The working directory the engine says it runs in."""
        return _place(WORKSPACE_PLACE, self.background)


def _place(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found.group(1).strip().rstrip("/") if found else None


def read(body: Mapping[str, object]) -> Conversation:
    """Fold the body of `POST /v1/messages` into a Conversation; unknown shapes read as nothing."""
    tools = frozenset(str(tool.get("name")) for tool in _items(body.get("tools")))
    conversation = Conversation(
        background="\n".join(_texts(body.get("system"))),
        model=str(body.get("model", "")),
        tools=tools,
        streamed=body.get("stream") is True,
    )
    for message in _items(body.get("messages")):
        conversation = _fold(conversation, message)
    return conversation


def _fold(before: Conversation, message: Mapping[str, object]) -> Conversation:
    content = message.get("content")
    match message.get("role"):
        case "assistant":
            calls = [block for block in _items(content) if block.get("type") == "tool_use"]
            return replace(
                before,
                calls=before.calls + len(calls),
                call_ids=(*before.call_ids, *(str(call.get("id")) for call in calls)),
                answers=before.answers + 1,
            )
        case "user":
            return _fold_user(before, content)
        case _:
            return _fold_system(before, "\n".join(_texts(content)))


def _fold_system(before: Conversation, text: str) -> Conversation:
    steers = (found.strip() for found in WHILE_WORKING.findall(text))
    return replace(
        before, steers=(*before.steers, *steers), background=f"{before.background}\n{text}"
    )


def _fold_user(before: Conversation, content: object) -> Conversation:
    texts = list(_texts(content, with_images=True))
    reminders = [found for text in texts for found in REMINDER.findall(text)]
    after = replace(
        before,
        results=_in_order((*before.results, *_results(content)), before.call_ids),
        background="\n".join([before.background, *reminders]),
    )
    stale, fresh = typed(texts)
    if not fresh:
        return replace(after, earlier=(*after.earlier, *stale))
    if before.prompt and all(text.startswith(ASKED_TO_GO_ON) for text in fresh):
        return replace(after, steers=(*after.steers, *fresh))
    past = [text for text in (before.prompt, *before.steers) if text]
    return replace(
        after,
        prompt="\n".join(fresh),
        steers=(),
        earlier=(*after.earlier, *past, *stale),
        calls=0,
        answers=0,
        call_ids=(),
        results=(),
    )


def typed(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Split one user message's text blocks into (typed but stale, typed and to be answered)."""
    stale: list[str] = []
    fresh: list[str] = []
    for text in texts:
        words = REMINDER.sub("", text).strip()
        if words.startswith(INTERRUPTED):
            stale, fresh = [*stale, *fresh], []
        elif words.startswith(CONTINUED):
            stale.append(words)
        elif words and not words.startswith(INJECTED):
            fresh.append(words)
    return stale, fresh


def _results(content: object) -> Iterator[ToolResult]:
    for block in _items(content):
        if block.get("type") == "tool_result":
            text = "\n".join(_texts(block.get("content")))
            yield ToolResult(text, block.get("is_error") is True, str(block.get("tool_use_id")))


def _in_order(results: Iterable[ToolResult], calls: Sequence[str]) -> tuple[ToolResult, ...]:
    """Sort by call: the results of parallel calls come in the order in which they were ready."""
    place = {call: index for index, call in enumerate(calls)}
    return tuple(sorted(results, key=lambda result: place.get(result.call, len(place))))


def _texts(content: object, *, with_images: bool = False) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    for block in _items(content):
        match block.get("type"):
            case "text":
                yield str(block.get("text", ""))
            case "image" | "document" as kind if with_images:
                yield f"[{kind}]"


def _items(content: object) -> Iterator[Mapping[str, object]]:
    if isinstance(content, list):
        yield from (item for item in content if isinstance(item, dict))

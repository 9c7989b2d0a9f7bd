from __future__ import annotations

import pytest
from claude_agent_sdk import types as sdk

from carrel.core.events import Thought, ToolEnded, ToolStarted, Waited, Wrote
from carrel.core.model import TurnId
from carrel.engines.claude.translate import goes_on, progress, summary, taken

TURN = TurnId("s#1")


def event(body, parent=None):
    return sdk.StreamEvent("u", "s", body, parent_tool_use_id=parent)


def delta(text):
    return {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}


@pytest.mark.parametrize(
    ("message", "events"),
    [
        (event(delta("hi")), [Wrote(TURN, "hi")]),
        (event(delta("hi"), parent="agent"), []),
        (
            event({"type": "content_block_start", "content_block": {"type": "thinking"}}),
            [Thought(TURN)],
        ),
        (event({"type": "ping"}), []),
        (
            sdk.AssistantMessage([sdk.ToolUseBlock("1", "Bash", {"command": "ls"})], "m"),
            [ToolStarted(TURN, "1", "Bash", "ls")],
        ),
        (
            sdk.UserMessage([sdk.ToolResultBlock("1", "x", is_error=True)]),
            [ToolEnded(TURN, "1", ok=False)],
        ),
        (
            sdk.SystemMessage("api_retry", {"error_status": 529, "attempt": 1, "max_retries": 6}),
            [Waited(TURN, "The model's service is overloaded (529); try 1 of 6.")],
        ),
        (sdk.SystemMessage("init", {}), []),
    ],
)
def test_what_a_message_shows(message, events):
    assert list(progress(TURN, message, "/w")) == events


def test_a_summary_is_one_short_line():
    assert summary({"command": "a\n  b /w/c"}, "/w") == "a b c"
    assert len(summary({"file_path": "x" * 500}, "/w")) == 120
    assert summary({}, "/w") == ""


def test_taken_messages_are_named_in_several_places():
    assert taken(sdk.SystemMessage("status", {"user_message_uuids": ["a"]})) == ("a",)
    assert taken(sdk.StreamEvent("u", "s", {}, user_message_uuids=["a", "b"])) == ("a", "b")
    assert taken(sdk.UserMessage("x")) == ()


def test_a_turn_goes_on_after_a_call_and_not_after_words():
    words = sdk.TextBlock(text="well")
    call = sdk.ToolUseBlock(id="t", name="Bash", input={})
    said = [sdk.AssistantMessage(content=blocks, model="m") for blocks in ([words], [words, call])]
    assert [goes_on(one) for one in said] == [False, True]
    assert not goes_on(sdk.SystemMessage(subtype="status", data={}))

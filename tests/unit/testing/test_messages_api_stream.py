"""A reply and its events say the same."""

from __future__ import annotations

import json
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from carrel.testing.messages_api.model import Reply, Text, Thinking, ToolCall
from carrel.testing.messages_api.stream import Event, Heading, events, message, pieces

FULL = Reply(
    (Thinking("hm"), Text("hello world"), ToolCall("Bash", {"command": "pwd"})), "tool_use"
)
inputs = st.dictionaries(st.text(), st.text() | st.integers() | st.none())
blocks = st.builds(Text, st.text(), st.booleans()) | st.builds(Thinking, st.text())
any_block = blocks | st.builds(ToolCall, st.just("X"), inputs)


def heading() -> Heading:
    ids = count()
    return Heading("msg_1", "a-model", 7, lambda: f"toolu_{next(ids)}")


def assembled(sent: list[Event]) -> list[dict[str, object]]:
    """Put the blocks together again, as a client does."""
    found: list[dict[str, object]] = []
    for event in sent:
        match event.name, event.data:
            case "content_block_start", {"content_block": dict(block)}:
                found.append({**block, "partial_json": ""})
            case "content_block_delta", {"delta": dict(delta)}:
                for key in delta.keys() - {"type"}:
                    found[-1][key] = str(found[-1].get(key, "")) + delta[key]
    for block in found:
        partial = block.pop("partial_json")
        if partial:
            block["input"] = json.loads(str(partial))
    return found


@given(st.lists(any_block, min_size=1, max_size=4), st.integers(0, 3))
def test_the_events_hold_what_the_whole_message_holds(given_blocks: list, gap_ms: int) -> None:
    reply = Reply(tuple(given_blocks), gap_ms=gap_ms)
    assert assembled(list(events(reply, heading()))) == message(reply, heading())["content"]


@given(st.text(), st.booleans(), st.booleans())
def test_pieces_join_to_the_text(text: str, paced: bool, whole: bool) -> None:  # noqa: FBT001 - Hypothesis draws them
    assert "".join(pieces(text, paced=paced, whole=whole)) == text


def test_events_come_in_the_order_of_the_protocol() -> None:
    names = [event.name for event in events(FULL, heading()) if event.name != "content_block_delta"]
    block = ["content_block_start", "content_block_stop"]
    assert names == ["message_start", *block * 3, "message_delta", "message_stop"]


def test_the_end_tells_why_and_the_start_tells_the_usage() -> None:
    first, *_, delta, _ = events(Reply((Text("x"),), "max_tokens", input_tokens=42), heading())
    assert first.data["message"]["usage"]["input_tokens"] == 42  # type: ignore[index] - an event as JSON
    assert delta.data["delta"] == {"stop_reason": "max_tokens", "stop_sequence": None}


def test_words_wait_and_a_whole_text_is_one_delta() -> None:
    paced = [e for e in events(Reply((Text("a b c"),), gap_ms=9), heading()) if e.wait_ms]
    assert [event.wait_ms for event in paced] == [9, 9, 9]
    big = events(Reply((Text("x" * 10_000, whole=True),)), heading())
    assert sum(event.name == "content_block_delta" for event in big) == 1


def test_a_broken_stream_stops_half_way() -> None:
    sent = list(events(Reply((Text("a b c d"),), gap_ms=1, ending="cut"), heading()))
    assert assembled(sent) == [{"type": "text", "text": "a b "}]
    assert sent[-1].name == "content_block_delta"


@given(st.text())
def test_an_event_is_one_line_of_data(text: str) -> None:
    encoded = Event("ping", {"text": text}).encode()
    assert encoded.count(b"\n") == 3
    assert json.loads(encoded.split(b"data: ")[1]) == {"type": "ping", "text": text}

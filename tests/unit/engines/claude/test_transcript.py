from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.engines.claude.transcript import fate, find, newest, rows, session_with, usable

WORDS = ("type", "uuid", "message", "content", "id", "stop_reason", "model", "name", "tool_use_id")
KEYS = st.sampled_from((*WORDS, "isSidechain", "timestamp", "x"))
SESSION = "0c2f3d5e-1d9c-4b7e-8a53-6b1f0a1d2c3e"


def user(uuid, text, **more):
    return {"type": "user", "uuid": uuid, "message": {"content": text}, **more}


def result(call):
    return user("r", [{"type": "tool_result", "tool_use_id": call, "content": "ok"}])


def says(text, stop="end_turn", message="m", **more):
    blocks = [{"type": "text", "text": text}]
    body = {"id": message, "content": blocks, "stop_reason": stop, "model": "claude"}
    return {"type": "assistant", "message": {**body, **more}}


def calls(call):
    blocks = [{"type": "tool_use", "id": call, "name": "Bash", "input": {}}]
    return {
        "type": "assistant",
        "message": {"id": call, "content": blocks, "stop_reason": "tool_use"},
    }


def thinks():
    body = {"id": "m", "content": [{"type": "thinking"}], "stop_reason": "end_turn"}
    return {"type": "assistant", "message": body}


SYNTHETIC = says("No response requested.", "stop_sequence", model="<synthetic>")
API_ERROR = {**says("API Error: 529", "stop_sequence"), "isApiErrorMessage": True}
STEERED = {"type": "attachment", "attachment": {"type": "queued_command", "source_uuid": "u"}}
INTERRUPT = user("i", [{"type": "text", "text": "[Request interrupted by user]"}])
GO_ON = user("g", [{"type": "text", "text": "Continue from where you left off."}], isMeta=True)
ASKED = user("u", "do it")
COMMAND = user("u", "<command-message>init</command-message>")
EXPANDED = user("e", [{"type": "text", "text": "Look at the code."}], isMeta=True)


@pytest.mark.parametrize(
    ("transcript", "kind", "text"),
    [
        ([], "absent", ""),
        ([user("other", "x"), says("y")], "absent", ""),
        ([ASKED], "open", ""),
        ([ASKED, says("hi")], "answered", "hi"),
        ([ASKED, calls("1"), result("1"), says("hi")], "answered", "hi"),
        ([ASKED, calls("1")], "cut", ""),
        ([ASKED, calls("1"), result("1")], "open", ""),
        ([ASKED, says("part", None), INTERRUPT], "stopped", "part"),
        ([ASKED, INTERRUPT], "stopped", ""),
        ([ASKED, API_ERROR], "open", ""),
        ([ASKED, API_ERROR, GO_ON, says("later")], "answered", "later"),
        ([ASKED, SYNTHETIC, user("next", "more"), says("z")], "cut", ""),
        ([ASKED, says("hi"), user("next", "more"), says("z")], "answered", "hi"),
        ([ASKED, thinks()], "open", ""),
        ([ASKED, thinks(), says("hi")], "answered", "hi"),
        ([ASKED, says("one ", "end_turn"), says("two")], "answered", "one two"),
        ([user("a", "x"), calls("1"), result("1"), STEERED, says("both")], "answered", "both"),
        ([ASKED, says("cut short", "max_tokens")], "open", ""),
        ([COMMAND, EXPANDED, says("hi")], "answered", "hi"),
        ([COMMAND, EXPANDED, calls("1")], "cut", ""),
        ([COMMAND, EXPANDED], "open", ""),
    ],
)
def test_what_became_of_a_message(transcript, kind, text):
    found = fate(transcript, "u")
    assert (found.kind, found.text) == (kind, text)


def test_a_call_that_waited_for_a_person_can_be_made_again():
    """spec: 8.7"""
    assert fate([ASKED, calls("1")], "u", frozenset({"1"})).kind == "open"
    assert fate([ASKED, calls("1"), calls("2")], "u", frozenset({"1"})).kind == "cut"
    assert fate([ASKED, calls("1"), user("n", "x")], "u", frozenset({"1"})).kind == "cut"


def write(folder, *lines):
    file = folder / "projects" / "-work" / f"{SESSION}.jsonl"
    file.parent.mkdir(parents=True)
    encoded = (
        line if isinstance(line, str) else json.dumps(line, separators=(",", ":")) for line in lines
    )
    file.write_text("\n".join(encoded))
    return file


def test_a_transcript_is_found_and_read_past_garbage(tmp_path):
    write(tmp_path, "{]", ASKED, '{"type":"user"', "[]", {"type": "api-request"}, says("hi"))
    found = find(tmp_path, SESSION)
    assert newest(tmp_path, 3) == [found]
    assert [row["type"] for row in rows(found)] == ["user", "assistant"]
    assert usable(rows(found))


def test_the_conversation_that_holds_a_message_is_found(tmp_path):
    write(tmp_path, ASKED, says("hi"))
    assert session_with(tmp_path, frozenset({"x", "u"})) == SESSION
    assert session_with(tmp_path, frozenset({"x"})) is None


def test_a_name_that_is_no_session_finds_nothing(tmp_path):
    write(tmp_path, ASKED)
    assert find(tmp_path, "../../etc/passwd") is None
    assert find(tmp_path, "*") is None
    assert rows(None) == []
    assert not usable([])


def test_a_link_or_a_pipe_is_not_read(tmp_path):
    file = write(tmp_path, ASKED)
    link, pipe = file.with_name("link.jsonl"), file.with_name("pipe.jsonl")
    link.symlink_to(file)
    os.mkfifo(pipe)
    assert (rows(link), rows(pipe)) == ([], [])


PIECES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["user", "assistant", "u", ""]),
    lambda part: st.lists(part, max_size=2) | st.dictionaries(KEYS, part, max_size=4),
    max_leaves=8,
)
LINES = st.binary(max_size=20) | st.dictionaries(KEYS, PIECES, max_size=6).map(
    lambda row: json.dumps(row).encode()
)


@given(st.lists(LINES, max_size=6))
def test_any_lines_are_read_without_an_error(lines: list[bytes]) -> None:
    """A session writes its transcript itself, and a kill cuts it off anywhere."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "t.jsonl"
        file.write_bytes(b"\n".join(lines))
        read = rows(file)
    usable(read)
    assert fate(read, "u", frozenset({"c"})).kind

"""An approval binds everything that will be done, and shows all of it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from carrel.core.approvals import (
    LONGEST_TITLE,
    SCHEDULES,
    describe,
    digest,
    request,
    unified_diff,
    visible,
)
from carrel.core.model import TurnId

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(0, 2), st.text("ab,", max_size=3), st.lists(st.just("a"))
)
ARGUMENTS = st.dictionaries(st.text("ab", max_size=2), VALUES, max_size=3)
TURN = TurnId("fake:a#1")


@given(ARGUMENTS)
def test_the_order_of_arguments_does_not_matter(arguments: dict[str, object]) -> None:
    turned = dict(reversed(arguments.items()))
    assert digest("Bash", arguments) == digest("Bash", turned)


@given(ARGUMENTS, ARGUMENTS)
def test_other_arguments_have_another_digest(
    one: dict[str, object], two: dict[str, object]
) -> None:
    assume(repr(sorted(one.items())) != repr(sorted(two.items())))
    assert digest("Bash", one) != digest("Bash", two)
    assert digest("Bash", one) != digest("Write", one)


def test_text_that_looks_like_another_call_is_not_that_call() -> None:
    assert digest("Bash", {"a": "1"}) != digest("Bash", {"a": 1})
    assert digest('Bash",{', {}) != digest("Bash", {})


def test_each_request_has_an_id_of_its_own_and_the_same_one_again() -> None:
    arguments = {"command": "ls"}
    first = request(TURN, "c1", "Bash", arguments, "/w")
    assert first == request(TURN, "c1", "Bash", arguments, "/w")
    others = [
        request(TURN, "c2", "Bash", arguments, "/w"),
        request(TurnId("fake:a#2"), "c1", "Bash", arguments, "/w"),
        request(TURN, "c1", "Bash", {"command": "ls -l"}, "/w"),
    ]
    assert len({first.id, *(other.id for other in others)}) == 4
    assert first.digest == digest("Bash", arguments)
    assert replace(first, id="", calls=()) == replace(others[0], id="", calls=())


def test_a_command_is_shown_whole() -> None:
    command = "rm -rf build\n" * 200
    assert describe("Bash", {"command": command, "description": "Clean up"}, "/w") == (
        "Run a command: “Clean up”",
        command,
    )
    assert describe("Bash", {"command": "ls"}, "/w")[0] == "Run a command"


@given(
    st.sampled_from(["Bash", "Write", "Edit", "WebFetch", "NotebookEdit", "mcp__x__y"]),
    st.dictionaries(
        st.sampled_from(["command", "description", "file_path", "url", "timeout", "other"]),
        st.text("abcdef", min_size=1),
    ),
)
def test_no_argument_is_allowed_unseen(tool: str, arguments: dict[str, str]) -> None:
    title, detail = describe(tool, arguments, "/w")
    assert all(value in f"{title}\n{detail}" for value in arguments.values())


def test_leaving_the_sandbox_is_shown() -> None:
    _, detail = describe("Bash", {"command": "ls", "dangerouslyDisableSandbox": True}, "/w")
    assert detail == 'ls\n\n{\n  "dangerouslyDisableSandbox": true\n}'


def test_an_edit_is_shown_as_a_diff() -> None:
    edit = {"file_path": "a.py", "old_string": "x = 1\ny = 1", "new_string": "x = 2\ny = 1"}
    title, detail = describe("Edit", edit, "/w")
    assert title == "Edit a.py"
    assert detail.splitlines()[3:] == ["-x = 1", "+x = 2", " y = 1"]


@given(st.text("ab \n\r\x0c\u2028"), st.text("ab \n\r\x0c\u2028"))
def test_a_diff_is_empty_only_when_nothing_changes(old: str, new: str) -> None:
    assert bool(unified_diff("a", old, new)) == (old != new)


def test_a_fetch_and_a_file_name_their_object() -> None:
    assert describe("WebFetch", {"url": "http://x", "prompt": "Sum up"}, "/w") == (
        "Fetch http://x",
        "Sum up",
    )
    assert describe("Write", {"file_path": "a.md", "content": "# A"}, "/w") == ("Write a.md", "# A")
    assert describe("Task", {"ä": "ö"}, "/w") == ("Use Task", '{\n  "ä": "ö"\n}')


def test_what_shows_nothing_or_turns_the_line_round_is_written_out() -> None:
    assert (
        visible("rm \u202eexe.txt\u200b\n\tok \x1b[2K")
        == "rm \\u{202e}exe.txt\\u{200b}\n\tok \\u{1b}[2K"
    )
    asked = request("t#1", 1, "Bash", {"command": "ls \u2066x"}, "/w")
    assert asked.detail == "ls \\u{2066}x"


def test_a_schedule_s_card_says_when_and_what_whatever_else_it_is_given() -> None:
    """spec: 13.10"""
    asked = {"action": "make", "when": "every 1m", "text": "/new x", "id": "y" * 999, "z": "odd"}
    title, detail = describe(SCHEDULES, asked, "/w")
    assert title.startswith("Schedule: make every 1m yyy")
    assert len(title) <= LONGEST_TITLE
    assert detail == '/new x\n\n{\n  "z": "odd"\n}'

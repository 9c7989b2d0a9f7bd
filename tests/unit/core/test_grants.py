"""A grant covers what a person meant by it, and no wrapper round anything else."""

from __future__ import annotations

import dataclasses
import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from tests.unit.core.corpora import PLAIN, WRAPPERS

from carrel.core import grants, shell
from carrel.core.grants import LONGEST, Pattern, wanted
from carrel.core.programs import RULES

FOLDER = "/w"


def covered(granted, tool: str, arguments: dict[str, object], folder: str) -> bool:
    return grants.covered(granted, wanted(tool, arguments, folder))


def proposal(tool: str, arguments: dict[str, object], folder: str) -> Pattern | None:
    return grants.proposal(wanted(tool, arguments, folder))


def bash(command: str, **more: object) -> tuple[str, dict[str, object], str]:
    return "Bash", {"command": command, **more}, FOLDER


def offered(command: str) -> str:
    return str(proposal(*bash(command)))


def parts(command: str) -> list[str]:
    """Each simple command by itself."""
    return [shlex.join(one) for one in shell.parse(command) or ()]


def pattern(text: str) -> Pattern:
    words = (shell.parse(text.removesuffix(" *")) or ((),))[0]
    return Pattern("Bash", words, more=text.endswith(" *"))


GENEROUS = frozenset(
    {
        *(Pattern("Bash", words, more=True) for words in RULES),
        *(Pattern("Bash", (command.split(" ")[0],), more=True) for command, _ in WRAPPERS),
        *(pattern(one) for _, remark in PLAIN for one in remark.split("; ")),
    }
)
"""Whatever can be offered, what the plain lines offer, every program with anything behind it."""


def test_no_wrapper_is_allowed_by_itself() -> None:
    assert [(c, trick) for c, trick in WRAPPERS if covered(GENEROUS, *bash(c))] == []


def test_the_corpus_is_large_and_has_no_doubles() -> None:
    commands = [command for command, _ in WRAPPERS]
    assert len(set(commands)) == len(commands) >= 600


@pytest.mark.parametrize(("command", "remark"), PLAIN)
def test_plain_commands_are_covered_by_what_they_offer(command: str, remark: str) -> None:
    granted = [pattern(one) for one in remark.split("; ")]
    assert covered(granted, *bash(command, description="Look", timeout=5000))
    assert not covered(GENEROUS - set(granted), *bash(command))
    assert proposal(*bash(command)) == (granted[0] if len(granted) == 1 else None)
    assert all(str(one) in remark for one in granted)


@pytest.mark.parametrize(("command", "remark"), PLAIN)
def test_each_command_of_a_line_needs_its_grant(command: str, remark: str) -> None:
    granted = {pattern(one) for one in remark.split("; ")}
    assert not any(covered(granted - {one}, *bash(command)) for one in granted)


def test_nothing_is_covered_without_a_grant() -> None:
    assert not any(covered([], *bash(command)) for command, _ in (*PLAIN, *WRAPPERS))
    assert not covered(GENEROUS, *bash(""))
    assert not covered(GENEROUS, "Bash", {}, FOLDER)
    assert not covered(GENEROUS, "Bash", {"command": ["ls"]}, FOLDER)


def test_a_wider_pattern_than_is_offered_covers_nothing() -> None:
    assert not covered([pattern("git *")], *bash("git push"))
    assert not covered([pattern("touch *")], *bash("touch x"))


def test_an_unknown_program_is_offered_as_it_is() -> None:
    assert offered("cp a 'b c'") == "cp a 'b c'"
    assert covered([pattern("cp a b")], *bash("cp a b"))
    assert not covered([pattern("cp a b")], *bash("cp a b c"))


DANGEROUS = """
sudo ls
SUDO ls
env ls
rm x
python x.py
python3.12 x.py
perl5 x.pl
mkfs.ext4 x
./x
/bin/ls
cd /w
git -c a=b log
git-push
tar tf x
curl https://x.example
""".strip().splitlines()


@pytest.mark.parametrize("command", DANGEROUS)
def test_what_is_dangerous_is_never_offered(command: str) -> None:
    assert proposal(*bash(command)) is None
    assert not covered([pattern(command)], *bash(command))


def test_a_line_of_several_offers_what_they_share() -> None:
    assert offered("git add a && git add b") == "git add *"
    assert proposal(*bash("git add a && git commit -m b")) is None
    assert proposal(*bash("git add a && sudo ls")) is None


def test_no_name_is_too_long_for_a_button() -> None:
    long = "x" * LONGEST
    assert proposal(f"mcp__x__{long}", {}, FOLDER) is None
    assert proposal("Write", {"file_path": f"{long}/a", "content": ""}, FOLDER) is None
    assert proposal("WebFetch", {"url": f"https://{long}.example/", "prompt": ""}, FOLDER) is None


def test_what_does_not_fit_on_a_button_is_not_offered() -> None:
    fitting = "touch " + "x" * (LONGEST - 6)
    assert offered(fitting) == fitting
    for command in (fitting + "x", "touch 'a\nb'", "touch 'ä'"):
        assert proposal(*bash(command)) is None
        assert not covered([pattern(command)], *bash(command))


@pytest.mark.parametrize("name", ["run_in_background", "dangerouslyDisableSandbox", "other"])
def test_an_argument_that_nobody_thought_of_is_asked(name: str) -> None:
    assert covered([pattern("ls *")], *bash("ls", timeout=1, description="List"))
    for value in (True, False):
        assert not covered([pattern("ls *")], *bash("ls", **{name: value}))


@pytest.mark.parametrize("tool", ["Edit", "Write", "MultiEdit"])
def test_one_grant_lets_files_of_a_folder_be_written(tool: str) -> None:
    granted = Pattern("Edit", ("src",), more=True)
    assert str(granted) == "Edit src/*"
    for path in ("/w/src/a.py", "src/a.py", "/w/src/deep/a.py", "./src//a.py"):
        assert proposal(tool, {"file_path": path}, FOLDER) == granted
        assert covered([granted], tool, {"file_path": path}, FOLDER)
    for path in ("/w/a.py", "/w/tests/a.py", "/w/srcs/a.py", "/src/a.py", "src"):
        assert not covered([granted], tool, {"file_path": path}, FOLDER)
    assert not covered([granted], tool, {"file_path": "src/a.py", "mode": 1}, FOLDER)


def test_notebooks_are_files() -> None:
    granted = Pattern("Edit", ("src",), more=True)
    arguments = {"notebook_path": "/w/src/a.ipynb", "new_source": "1"}
    assert covered([granted], "NotebookEdit", arguments, FOLDER)


def test_a_file_in_no_folder_is_offered_by_itself() -> None:
    granted = proposal("Write", {"file_path": "/w/notes.md", "content": ""}, FOLDER)
    assert str(granted) == "Edit notes.md"
    assert not covered([granted], "Write", {"file_path": "/w/notes.txt"}, FOLDER)


OUTSIDE = """
/w/src/../x
src/../../x
../w/src/x
/etc/passwd
/w
/w/
/w2/src/x
//w/src/x
/w//etc/x
~/src/x
/w/.git/config
src/.git/hooks/x
.claude/x
.env
src/.x
CLAUDE.md
src/claude.md
AGENTS.md
origin/config
/w/origin/config
src/AGENTS.md/x
.
""".strip().splitlines()
UNREADABLE = ("src/\u200bx", "s\u0433c/x", "src/a\nb", "src/\x00", "", None, 5, ["src/x"])


@pytest.mark.parametrize("path", [*OUTSIDE, *UNREADABLE])
def test_files_that_steer_hide_or_lie_outside_are_asked(path: object) -> None:
    assert proposal("Write", {"file_path": path, "content": ""}, FOLDER) is None


def test_a_host_is_granted_exactly() -> None:
    granted = proposal("WebFetch", {"url": "https://docs.example.org/a?b#c", "prompt": "x"}, FOLDER)
    assert str(granted) == "WebFetch docs.example.org"
    assert covered([granted], "WebFetch", {"url": "https://docs.example.org"}, FOLDER)
    assert not covered([granted], "WebFetch", {"url": "https://example.org/"}, FOLDER)
    assert not covered([granted], "WebFetch", {"url": "https://a.docs.example.org/"}, FOLDER)


ADDRESSES = """
http://docs.example.org
https://docs.example.org:8443/
https://docs.example.org.
https://docs.example.org@evil.example/
https://a@docs.example.org/
https://docs.example.org\\@evil.example/
https://10.0.0.1/
https://2130706433/
https://[::1]/
https://localhost/
https://x.localhost/
https://printer.local/
https://docs.example.org/a b
//docs.example.org/
file:///etc/passwd
""".strip().splitlines()
NO_ADDRESSES = ("https://a.example\n.b.example/", "https://\u0430.example/", " https://a.example/")


@pytest.mark.parametrize("url", [*ADDRESSES, *NO_ADDRESSES, "", None, 5])
def test_addresses_that_deceive_or_lie_within_are_asked(url: object) -> None:
    assert proposal("WebFetch", {"url": url, "prompt": ""}, FOLDER) is None


@pytest.mark.parametrize("folder", ["", "/", "//", "w", "."])
def test_a_session_without_a_folder_of_its_own_is_asked_for_everything(folder: str) -> None:
    for path in ("/etc/passwd", "src/a.py", "w/a"):
        assert proposal("Write", {"file_path": path}, folder) is None
    assert proposal("Bash", {"command": "ls"}, folder) is None


def test_connected_tools_are_granted_by_name() -> None:
    granted = proposal("mcp__issues__list_all", {"any": ["thing"]}, FOLDER)
    assert granted == Pattern("mcp__issues__list_all")
    assert str(granted) == "mcp__issues__list_all"
    assert covered([granted], "mcp__issues__list_all", {}, FOLDER)
    assert not covered([granted], "mcp__issues__list", {}, FOLDER)


@pytest.mark.parametrize(
    "tool", ["Task", "Agent", "KillShell", "mcp__x", "mcp__x__y\n", "bash", ""]
)
def test_every_other_tool_is_asked(tool: str) -> None:
    assert proposal(tool, {}, FOLDER) is None
    assert not covered([Pattern(tool)], tool, {}, FOLDER)


@given(st.builds(Pattern, st.text(), st.lists(st.text(), max_size=3).map(tuple), st.booleans()))
def test_a_pattern_is_kept_without_loss(kept: Pattern) -> None:
    text = TypeAdapter(Pattern).dump_json(kept)
    assert TypeAdapter(Pattern).validate_json(text) == kept
    assert json.loads(text) == {**dataclasses.asdict(kept), "words": list(kept.words)}


TOOLS = st.sampled_from(["Bash", "Edit", "Write", "NotebookEdit", "WebFetch", "mcp__a__b", "Task"])
NAMES = st.sampled_from(["command", "file_path", "notebook_path", "url", "prompt", "x"])
VALUES = st.text() | st.none() | st.integers() | st.lists(st.text(), max_size=2)


@given(TOOLS, st.dictionaries(NAMES, VALUES, max_size=3), st.text(max_size=5))
def test_no_request_raises(tool: str, arguments: dict[str, object], folder: str) -> None:
    found = proposal(tool, arguments, folder)
    assert found is None or covered([found], tool, arguments, folder)


COMMANDS = st.sampled_from([command for command, _ in (*PLAIN, *WRAPPERS)])
UNQUOTED = COMMANDS.filter(lambda command: not set(command) & set("'\"\\\n;|&>"))


@given(COMMANDS.filter(shell.parse), COMMANDS, st.sampled_from([" && ", ";", "\n", " | ", " || "]))
def test_a_line_is_covered_only_if_each_of_its_halves_is(one: str, two: str, joint: str) -> None:
    both = covered(GENEROUS, *bash(one)) and covered(GENEROUS, *bash(two))
    assert covered(GENEROUS, *bash(one + joint + two)) <= both


@given(UNQUOTED, st.data())
def test_a_mark_never_makes_a_command_covered(command: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(command)))
    mark = data.draw(st.sampled_from("$`&<>(){}[]*?!#~^\x00"))
    assert not covered(GENEROUS, *bash(command[:at] + mark + command[at:]))


@given(UNQUOTED, st.data())
def test_a_joint_never_allows_more_than_its_parts(command: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(command)))
    joined = command[:at] + data.draw(st.sampled_from([";", "|", "\n", "&&", "||"])) + command[at:]
    if covered(GENEROUS, *bash(joined)):
        assert all(covered(GENEROUS, *bash(part)) for part in parts(joined))

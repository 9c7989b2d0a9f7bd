"""The list of escapes is data: each entry can be read and filled in."""

from __future__ import annotations

from pathlib import Path

import pytest
from proofs.desks import Desk, desks
from proofs.escapes import Escape, load
from proofs.jailed import divided, in_walls

OF_A_DESK = ("OWN", "SIBLING", "NAME", "SECRET", "TRANSCRIPT", "TALK", "SESSIONS")
NAMES = (*OF_A_DESK, "CARREL", "GATEWAY", "VERSION")
OF_SEVERAL = ("DATABASE", "AGENTS")


@pytest.mark.parametrize("escape", load(), ids=lambda one: one.name)
def test_every_escape_can_be_filled_in(escape: Escape) -> None:
    names = (*NAMES, *OF_SEVERAL) if escape.hosts else NAMES
    filled = escape.filled({name: f"<{name}>" for name in names})
    assert "{{" not in filled.prompt + filled.shell
    assert filled.name == escape.name


def test_every_way_that_the_bars_name_is_tried() -> None:
    listed = " ".join(one.name for one in load())
    for word in (
        *("Bash", "Read", "Write", "@mention", "symlink", "hard link", "..", "/proc", "mount"),
        *("by its id", "environment", "credential", "SendMessage", "send_file"),
        *("database", "settings", "agents' port"),
    ):
        assert word in listed, word


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[escape]]\nname = "a"\n', "either a prompt or a shell line"),
        ('[[escape]]\nname = "a"\nprompt = "x"\nshell = "y"\n', "either a prompt"),
        ('[[escape]]\nname = "a"\nshell = "y"\n' * 2, "two escapes have one name"),
    ],
)
def test_a_bad_entry_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "list.toml").write_text(text)
    with pytest.raises(ValueError, match=said):
        load(tmp_path / "list.toml")


def test_names_are_many_and_easily_mistaken() -> None:
    made = desks(12)
    assert len({desk.name for desk in made}) == 12
    assert len({desk.name.lower() for desk in made}) < 12
    assert len({desk.canary for desk in made}) == 12


def test_a_desk_names_its_places(tmp_path: Path) -> None:
    one, other = Desk("a", root=tmp_path / "a"), Desk("b", root=tmp_path / "b")
    talk = other.root / "engine/projects/x/talk.jsonl"
    talk.parent.mkdir(parents=True)
    talk.touch()
    names = one.names(other)
    assert set(names) == set(OF_A_DESK)
    assert names["TALK"] == "talk"
    assert names["SESSIONS"] == str(tmp_path)
    assert names["SECRET"] == str(tmp_path / "b/work/secret.txt")


def test_another_program_takes_the_place_of_the_clis() -> None:
    launch = "#!/bin/sh\nexec python launcher lock '/usr/bin/bwrap' --bind 'a b' -- /cli \"$@\"\n"
    words = ["python", "launcher", "lock", "/usr/bin/bwrap", "--bind", "a b", "--", "/bin/sh"]
    assert in_walls(launch, "/bin/sh") == words


def test_what_a_probe_says_is_divided_by_its_headings() -> None:
    assert divided("own\n@@ one\na\nb\n@@ two\n") == {"": "\nown", "one": "a\nb", "two": ""}

"""What people see of going back. spec: 14.5 14.6"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from carrel.core.effects import Rewind
from carrel.core.errors import Refused
from carrel.core.messages import Menu, Notice
from carrel.core.model import Conversation, MessageId, ResumeToken, SessionKey, TurnId
from carrel.ports.engine import Until
from carrel.ports.history import Changes, Moment, Undone
from carrel.runtime.inquiries import BROKE
from carrel.runtime.rewinding import SHOWN_FILES, attempted, rewound, shown

KEY = SessionKey("console:a")
HERE = Conversation("console", "a")
TOKEN, COPY = (ResumeToken("fake", name, "/") for name in ("one", "two"))
FIRST = Moment(TurnId("console:a#1"), (MessageId("console/1"),), "light it", 1.0, TOKEN)
SECOND = replace(FIRST, turn=TurnId("console:a#2"), line="put it out")
DEED = Rewind(MessageId("console/c"), HERE, FIRST.turn, "both", TOKEN)
SPACE = SimpleNamespace(key=KEY)


class Kept:
    """A history that says what a test says."""

    def __init__(self, changes: Changes, *moments: Moment) -> None:
        self.said, self.listed, self.done = changes, moments, []

    async def moments(self, _workspace, _limit, _act=None):
        return self.listed

    async def changes(self, _workspace, _turn):
        return self.said

    async def go_back(self, _workspace, turn, act, was, **what):
        self.done.append((turn, act, was, what))
        return self.said

    async def undo(self, _workspace, _act):
        return Undone(self.said, True, TOKEN)


class Copier:
    def __init__(self) -> None:
        self.asked = []

    async def copy(self, *what):
        self.asked.append(what)
        return COPY


CHANGES = Changes(("a",), ("b",), ("c",), ("d",))


async def test_the_turns_are_offered_by_number_and_line() -> None:
    menu = await shown(Kept(CHANGES, SECOND, FIRST), SPACE, KEY, "")
    assert menu.options == (("2. put it out", "/rewind 2"), ("1. light it", "/rewind 1"))
    assert isinstance(await shown(Kept(CHANGES), SPACE, KEY, ""), Notice)


async def test_what_would_change_is_shown_before_anything_does() -> None:
    kept = Kept(CHANGES, SECOND, FIRST)
    menu = await shown(kept, SPACE, KEY, "1")
    for line in ("2 files would be put back", "~ a", "- b", "alone: c", "alone: d"):
        assert line in menu.text
    assert [word for _, word in menu.options] == [
        f"/rewind 1 {what}" for what in ("both", "conversation", "files")
    ]
    assert kept.done == []


@pytest.mark.parametrize(
    ("changes", "resume", "offered"),
    [
        (Changes(), TOKEN, ["conversation"]),
        (Changes(others=("a",)), TOKEN, ["conversation"]),
        (CHANGES, None, ["files"]),
        (Changes(), None, []),
    ],
)
async def test_only_what_can_be_done_is_offered(changes, resume, offered) -> None:
    menu = await shown(Kept(changes, replace(FIRST, resume=resume)), SPACE, KEY, "1")
    assert [word.split()[2] for _, word in menu.options] == offered


async def test_names_of_files_cannot_pass_for_anything_else() -> None:
    changes = Changes(back=("x\u202e```\n@everyone",), known=False)
    text = (await shown(Kept(changes, FIRST), SPACE, KEY, "1")).text
    assert "\u202e" not in text
    assert text.count("```") == 2
    assert "Not all" in text


async def test_many_files_are_counted() -> None:
    changes = Changes(back=tuple(f"f{number}" for number in range(SHOWN_FILES + 5)))
    text = (await shown(Kept(changes, FIRST), SPACE, KEY, "1")).text
    assert "35 files" in text
    assert "and 5 more" in text


@pytest.mark.parametrize("argument", ["7", "x", "-1"])
async def test_an_unknown_turn_is_refused(argument) -> None:
    with pytest.raises(Refused):
        await shown(Kept(CHANGES, FIRST), SPACE, KEY, argument)
    deed = replace(DEED, turn=TurnId(f"console:a#{argument}"))
    with pytest.raises(Refused):
        await rewound(deed, SPACE, Kept(CHANGES, FIRST), Copier(), 9.0)


@pytest.mark.parametrize("what", ["both", "conversation", "files"])
async def test_it_is_done_as_chosen_and_can_be_undone(what) -> None:
    kept, engine = Kept(CHANGES, FIRST), Copier()
    done = await rewound(replace(DEED, what=what), SPACE, kept, engine, 9.0)
    talk, files = what != "files", what != "conversation"
    assert kept.done == [(FIRST.turn, DEED.command, TOKEN, {"files": files, "talk": talk})]
    assert (done.moved, done.resume) == (talk, COPY if talk else TOKEN)
    assert engine.asked == ([(TOKEN, SPACE, SPACE, Until(FIRST.prompts))] if talk else [])
    assert isinstance(done.body, Menu)
    assert dict(done.body.options)["Undo"].endswith("undo")


async def test_a_conversation_that_is_not_there_changes_no_file() -> None:
    kept = Kept(CHANGES, replace(FIRST, resume=None))
    with pytest.raises(Refused):
        await rewound(DEED, SPACE, kept, Copier(), 9.0)
    assert kept.done == []


async def test_undoing_says_what_came_of_it() -> None:
    done = await rewound(replace(DEED, what="undo"), SPACE, Kept(CHANGES), Copier(), 9.0)
    assert (done.moved, done.resume) == (True, TOKEN)
    assert "2 files were put back" in done.body.text


async def test_without_a_history_it_is_refused() -> None:
    with pytest.raises(Refused):
        await rewound(DEED, SPACE, None, Copier(), 9.0)


@pytest.mark.parametrize(
    ("error", "said"), [(Refused("Not today."), "Not today."), (ValueError("odd"), BROKE)]
)
async def test_whatever_goes_wrong_is_said(error, said) -> None:
    async def space():
        raise error

    done = await attempted(DEED, space(), None, Copier(), 9.0)
    assert (done.moved, done.body.text) == (False, said)

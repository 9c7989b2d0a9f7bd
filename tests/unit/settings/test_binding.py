"""A conversation is bound from the chat, in the file and at once. spec: 16.12"""

from __future__ import annotations

import pytest

from carrel.core.errors import Refused
from carrel.settings.binding import Binder
from carrel.settings.live import LiveSettings
from carrel.settings.loading import load

HERE = "discord:7"


class File:
    """A home with a project, and what was taken over of its settings."""

    def __init__(self, home) -> None:
        self.home, self.taken = home, []
        (home / "shop").mkdir()
        (home / "home").mkdir()
        self.file = home / "home" / "carrel.toml"
        self.file.write_text(f'# mine\n[projects.shop]\npath = "{home / "shop"}" # bread\n')
        self.live = LiveSettings(self.file.parent, {}, load(self.file.parent, {}))
        self.binder = Binder(self.live, lambda: self.taken.append(self.table))

    @property
    def table(self) -> tuple[str | None, str | None]:
        found = self.live.current.conversations.get(HERE)
        return (None, None) if found is None else (found.project, found.workspace)


@pytest.fixture
def file(tmp_path) -> File:
    return File(tmp_path)


async def test_it_is_in_the_file_and_in_force_at_once(file) -> None:
    await file.binder.bind(HERE, "shop", "project")
    await file.binder.bind(HERE, "", "worktree")
    assert file.taken == [("shop", "project"), (None, None)]
    text = file.file.read_text()
    assert text.startswith("# mine\n")
    assert "# bread" in text
    assert file.live.look() is None, "it is not told as somebody else's change"


async def test_a_file_with_a_fault_is_left_as_it_is(file) -> None:
    for fault in ("[defaults", "[defaults]\nanswer = 1\n"):
        file.file.write_text(fault)
        with pytest.raises(Refused, match="cannot be changed"):
            await file.binder.bind(HERE, "shop", "worktree")
        assert file.file.read_text() == fault
    assert file.taken == []


async def test_what_needs_a_restart_says_so(file) -> None:
    (file.home / "site").mkdir()
    with file.file.open("a") as out:
        out.write(f'[projects.site]\npath = "{file.home / "site"}"\n')
    with pytest.raises(Refused, match="after a restart"):
        await file.binder.bind(HERE, "site", "project")

"""What the operator may list as a project, and every fault in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from carrel.core.errors import ConfigError
from carrel.core.model import Conversation
from carrel.core.routing import resolve
from carrel.ports.workspace import Project
from carrel.settings.loading import load
from carrel.settings.tables import Settings


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A person's home with Carrel's in it, two repositories and a plain folder."""
    for name in (".carrel/x", "code/shop/.git", "code/blog/.git", "notes", "code/shop/docs"):
        (tmp_path / "ada" / name).mkdir(parents=True)
    return tmp_path / "ada"


def said(place: Path, text: str) -> Settings:
    (place / ".carrel" / "carrel.toml").write_text(text.replace("HOME", str(place)))
    return load(place / ".carrel", {"HOME": str(place)})


SHOP = "[projects.shop]\npath = 'HOME/code/shop'\n"


def test_a_place_is_bound_and_what_lies_in_it_too(place: Path) -> None:
    settings = said(
        place,
        SHOP + "branch = 'next'\n[conversations.'discord:1']\nproject = 'shop'\n"
        "[conversations.'discord:5']\nproject = 'shop'\nworkspace = 'project'\n",
    )
    assert settings.listed_projects() == {"shop": Project("shop", place / "code/shop", "next")}
    channel = resolve(Conversation("discord", "1"), settings.rules())
    thread = resolve(Conversation("discord", "5", within=("1",)), settings.rules())
    assert (channel.project, channel.workspace) == ("shop", "worktree")
    assert (thread.project, thread.workspace) == ("shop", "project")


def test_links_are_followed_once_and_a_plain_folder_is_enough_for_the_folder_itself(place) -> None:
    (place / "link").symlink_to(place / "notes")
    settings = said(
        place,
        "[projects.notes]\npath = 'HOME/link'\n"
        "[conversations.'discord:1']\nproject = 'notes'\nworkspace = 'project'",
    )
    assert settings.listed_projects()["notes"].path == place / "notes"


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("[projects.shop]", "projects.shop.path", "Field required"),
        ("[projects.shop]\npath = 'code/shop'", "projects.shop.path", "write the whole path"),
        ("[projects.shop]\npath = 'HOME/none'", "projects.shop.path", "is no folder"),
        ("[projects.shop]\npath = '/'", "projects.shop.path", "your whole home directory"),
        ("[projects.shop]\npath = 'HOME'", "projects.shop.path", "your whole home directory"),
        ("[projects.shop]\npath = 'HOME/..'", "projects.shop.path", "your whole home directory"),
        ("[projects.shop]\npath = 'HOME/.carrel'", "projects.shop.path", "Carrel's home"),
        ("[projects.shop]\npath = 'HOME/.carrel/x'", "projects.shop.path", "Carrel's home"),
        ("[projects.'My Shop']\npath = 'HOME/notes'", "projects.My Shop.path", "small letters"),
        ("[projects.'..']\npath = 'HOME/notes'", "projects....path", "small letters"),
        (SHOP + "branch = '-x'", "projects.shop.branch", "is no branch's name"),
        (SHOP + "branch = 'a b'", "projects.shop.branch", "is no branch's name"),
        (SHOP + "brunch = 'x'", "projects.shop.brunch", "Did you mean 'branch'?"),
        (
            SHOP + "[projects.docs]\npath = 'HOME/code/shop/docs'",
            "projects.docs.path",
            "lies in the project 'shop'",
        ),
        (
            SHOP + "[conversations.'discord:1']\nproject = 'shp'",
            "conversations.discord:1.project",
            "there is no project 'shp'; listed: shop",
        ),
        (
            "[conversations.'discord:1']\nproject = 'shp'",
            "conversations.discord:1.project",
            "listed: none",
        ),
        (
            "[conversations.'discord:1']\nworkspace = 'worktree'",
            "conversations.discord:1.workspace",
            "needs a `project`",
        ),
        (
            "[conversations.'discord:1']\nworkspace = 'private'",
            "conversations.discord:1.workspace",
            "'project' or 'worktree'",
        ),
        (
            "[projects.notes]\npath = 'HOME/notes'\n[conversations.'discord:1']\nproject = 'notes'",
            "conversations.discord:1.project",
            "not the top of a git repository",
        ),
        (
            "shared = ['discord:1']\n" + SHOP + "[conversations.'discord:1']\nproject = 'shop'",
            "conversations.discord:1.project",
            "session `default`",
        ),
    ],
)
def test_a_fault_names_its_place_and_what_is_accepted(place, text, where, words) -> None:
    with pytest.raises(ConfigError) as refused:
        said(place, text)
    sentence = str(refused.value)
    assert sentence.startswith(f"{place}/.carrel/carrel.toml:")
    assert f": {where}: " in sentence
    assert words in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_all_faults_of_projects_are_told_at_once(place: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        said(place, "[projects.a]\npath = '/'\n[projects.b]\npath = 'x'")
    assert len(str(refused.value).splitlines()) == 2

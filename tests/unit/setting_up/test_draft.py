"""What is written at the end, and what is not."""

from __future__ import annotations

import stat
import tomllib

import pytest

from carrel.core.errors import ConfigError
from carrel.ports.changes import Change
from carrel.ports.guide import Named, Secret
from carrel.setting_up.draft import Draft
from carrel.settings import plugins

SECRET = Secret("token", "Token", "DISCORD_TOKEN")


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def test_a_new_home_is_written_whole_and_closed(home) -> None:
    draft = Draft(home, {})
    assert draft.is_new
    draft.knows(Named("discord:1", "Ada"), Named("discord:2", "discord:2"))
    draft.set({("people", "owners"): ("discord:1", "discord:2")})
    draft.keep("discord.token", "t0ken")
    draft.keep_variable("ANTHROPIC_API_KEY", "sk-1")
    assert not home.exists()
    assert draft.write() == Change()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in home.iterdir()}
    assert modes == dict.fromkeys(("carrel.toml", "discord.token", "environment"), 0o600)
    assert (home / "discord.token").read_text() == "t0ken\n"
    text = (home / "carrel.toml").read_text()
    assert "t0ken" not in text
    assert "# Ada" in text
    assert "# discord:2" not in text
    assert tomllib.loads(text)["people"]["owners"] == ["discord:1", "discord:2"]


@pytest.mark.parametrize("meanwhile", ["# mine\n", None])
def test_an_edit_by_somebody_else_is_kept_and_no_secret_is_written(home, meanwhile) -> None:
    home.mkdir()
    file = home / "carrel.toml"
    if meanwhile is None:
        file.write_text("# old\n")
    draft = Draft(home, {})
    draft.set({("defaults", "answer"): "never"})
    draft.keep("discord.token", "t0ken")
    file.unlink(missing_ok=True)
    if meanwhile is not None:
        file.write_text(meanwhile)
    with pytest.raises(ConfigError, match="nothing was written"):
        draft.write()
    assert [one.name for one in home.iterdir()] == ([] if meanwhile is None else ["carrel.toml"])


def test_what_would_be_a_fault_is_not_written(home) -> None:
    draft = Draft(home, {})
    draft.set({("people", "owners"): ("nobody",)})
    draft.keep("discord.token", "t0ken")
    with pytest.raises(ConfigError, match=r"people\.owners"):
        draft.write()
    assert not home.exists()


def test_a_file_with_a_fault_is_said_at_once(home) -> None:
    home.mkdir()
    (home / "carrel.toml").write_text("[defaults]\nanswer = 1\n")
    with pytest.raises(ConfigError, match="answer"):
        Draft(home, {})


def test_whoever_puts_it_says_what_became_of_it_and_what_is_the_same_is_not_put(home) -> None:
    told = []

    def put(before: str | None, text: str) -> Change:
        told.append((before, tomllib.loads(text)["defaults"]))
        return Change(("defaults",))

    draft = Draft(home, {})
    draft.set({("defaults", "answer"): "never"})
    assert draft.write(put) == Change(("defaults",))
    assert told == [(None, {"answer": "never"})]
    (home / "carrel.toml").write_text("# mine\n")
    same = Draft(home, {})
    same.keep("discord.token", "t0ken")
    assert same.write(put) == Change()
    assert len(told) == 1
    assert (home / "discord.token").exists()


def test_a_table_reads_bare_secrets_from_the_environment_and_every_secret_is_heard(home) -> None:
    home.mkdir()
    (home / "carrel.toml").write_text('[discord]\ntoken_command = "op read x"\nshards = 2\n')
    heard = []
    draft, kind = Draft(home, {"DISCORD_TOKEN": "old"}, heard.append), plugins.platform("discord")
    assert draft.table("discord", kind).token_command == "op read x"
    bare = draft.table("discord", kind, [SECRET])
    assert (bare.token_command, bare.token_file, bare.shards) == (None, None, 2)
    parts = draft.parts("discord", {"DISCORD_TOKEN": "new"})
    assert parts.environ["DISCORD_TOKEN"] == "new"
    parts.hide("new")
    assert heard == ["new"]


@pytest.mark.parametrize("why", [ConfigError("it was changed"), OSError(16, "busy", "carrel.toml")])
def test_where_carrel_toml_cannot_be_written_the_secrets_are_as_they_were(home, why) -> None:
    """A portal shows a token once: the one that holds must not be lost for nothing."""
    home.mkdir()
    (home / "discord.token").write_text("the old one\n")
    draft = Draft(home, {})
    draft.set({("budget", "day"): 5.0})
    draft.keep("discord.token", "the new one")
    draft.keep("slack.token", "another")
    draft.keep_variable("ANTHROPIC_API_KEY", "sk-1")

    def put(_before: str | None, _text: str) -> Change:
        assert (home / "discord.token").read_text() == "the new one\n", "what is named is there"
        raise why

    with pytest.raises(ConfigError):
        draft.write(put)
    assert {one.name for one in home.iterdir()} == {"discord.token"}
    assert (home / "discord.token").read_text() == "the old one\n"


def test_what_a_variable_overrules_is_said(home) -> None:
    said = {"CARREL_WALLS__ISOLATION": "folder", "CARREL_CONSOLE__PORT": "0", "PATH": "/bin"}
    draft = Draft(home, said)
    draft.set({("defaults", "answer"): "all"})
    assert draft.overruled == ""
    draft.set({("walls", "isolation"): "strict"})
    assert draft.overruled.startswith("CARREL_WALLS__ISOLATION in the environment says otherwise")
    assert draft.settings.walls.isolation == "folder"

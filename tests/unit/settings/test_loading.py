"""Every fault of carrel.toml and the environment is a sentence: where, what, what is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from carrel.core.errors import ConfigError
from carrel.core.model import Conversation, Sender
from carrel.core.routing import resolve
from carrel.settings.loading import load
from carrel.settings.tables import Settings


def said(home: Path, text: str | bytes, **environ: str) -> Settings:
    content = text if isinstance(text, bytes) else text.encode()
    (home / "carrel.toml").write_bytes(content)
    return load(home, environ)


def fault(home: Path, text: str | bytes, **environ: str) -> str:
    with pytest.raises(ConfigError) as refused:
        said(home, text, **environ)
    return str(refused.value).replace(str(home), "HOME")


def test_without_a_file_everything_has_its_default_and_nobody_is_heard(tmp_path) -> None:
    """spec: 5.1"""
    assert load(tmp_path, {}) == Settings()
    assert Settings().listed().role(Sender("discord", "1", "Ada")) is None
    assert Settings().listed().role(Sender("console", "local", "Ada")) == "owner"
    assert Settings().walls.isolation == "strict"


def test_what_is_said_is_what_holds(tmp_path) -> None:
    settings = said(
        tmp_path,
        """
        shared = ["discord:9"]
        [engine]
        name = "scripted"
        max_live = 3
        [defaults]
        answer = "mention"
        [conversations."discord:1"]
        mode = "plan"
        [people]
        owners = ["discord:7"]
        members = ["discord:8"]
        """,
    )
    rules = settings.rules()
    assert settings.engine.max_live == 3
    assert resolve(Conversation("discord", "9"), rules).key == "default"
    route = resolve(Conversation("discord", "1"), rules)
    assert (route.engine, route.mode, route.trigger) == ("scripted", "plan", "mention")
    people = settings.listed()
    assert people.role(Sender("discord", "7", "x")) == "owner"
    assert people.role(Sender("discord", "8", "x")) == "member"


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        (
            "[engine]\nmax_liv = 3",
            "HOME/carrel.toml:2: engine.max_liv:",
            "Did you mean 'max_live'?",
        ),
        ("[engin]\nname = 'x'", "HOME/carrel.toml:1: engin:", "Did you mean 'engine'?"),
        (
            "[zzz]\nname = 'x'",
            "HOME/carrel.toml:1: zzz:",
            "Accepted: budget, catch_up, console, conversations,",
        ),
        ("[engine]\nmax_live = 0", "HOME/carrel.toml:2: engine.max_live:", "greater than or equal"),
        ("[engine]\nmax_live = 1.5", "HOME/carrel.toml:2: engine.max_live:", "given: 1.5"),
        ("[engine]\nidle_seconds = nan", "HOME/carrel.toml:2: engine.idle_seconds:", "greater"),
        ("[console]\nport = 70000", "HOME/carrel.toml:2: console.port:", "given: 70000"),
        ("[console]\nport = true", "HOME/carrel.toml:2: console.port:", "not accepted"),
        ("[console]\nport = 'web'", "HOME/carrel.toml:2: console.port:", "given: 'web'"),
        ("console.port = -1", "HOME/carrel.toml:1: console.port:", "given: -1"),
        ("console = {port = -1}", "HOME/carrel.toml:1: console.port:", "given: -1"),
        ("console = 4711", "HOME/carrel.toml:1: console:", "should be a table; given: 4711"),
        ("[walls]\nisolation = 'none'", "HOME/carrel.toml:2: walls.isolation:", "'strict' or"),
        (
            "\n\n[ defaults ] # here\nmode='x'",
            "HOME/carrel.toml:4: defaults.mode:",
            "'ask', 'edit'",
        ),
        ("[people]\nowners = 'discord:1'", "HOME/carrel.toml:2: people.owners:", "list of strings"),
        ("[people]\nowners = [\n  7,\n]", "HOME/carrel.toml:2: people.owners.0:", "given: 7"),
        ("shared = 'discord:1'", "HOME/carrel.toml:1: shared:", "list of strings"),
        (
            "[conversations.\"discord:1.2\"]\nmode = 'plan'\nanser = 'all'",
            "HOME/carrel.toml:3: conversations.discord:1.2.anser:",
            "Did you mean 'answer'?",
        ),
        (
            "conversations.\"discord:a%20b\".mode = 'x'",
            "HOME/carrel.toml:1: conversations.discord:a%20b.mode:",
            "given: 'x'",
        ),
        (
            "[conversations]\n'discord:1' = {mode = 'x'}",
            "HOME/carrel.toml:2: conversations.discord:1.mode:",
            "given: 'x'",
        ),
        (
            "[conversations.'discord:12']\nmode='x'\n[conversations.'discord:1']\nmode='plan'",
            "HOME/carrel.toml:2: conversations.discord:12.mode:",
            "given: 'x'",
        ),
        (
            "[engine_two]\n[engine]\nname = 'x'",
            "HOME/carrel.toml:1: engine_two:",
            "unknown key",
        ),
        ("conversations = ['discord:1']", "HOME/carrel.toml:1: conversations:", "be a table"),
    ],
)
def test_a_fault_names_file_line_key_and_what_is_accepted(tmp_path, text, where, words) -> None:
    """spec: 8.5"""
    sentence = fault(tmp_path, text)
    assert sentence.startswith(where)
    assert words in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_all_faults_are_told_at_once(tmp_path) -> None:
    sentences = fault(tmp_path, "[engine]\nmax_live = 0\n[console]\nprot = 1\nport = -1")
    assert [line.split(": ")[1] for line in sorted(sentences.splitlines())] == [
        "engine.max_live",
        "console.prot",
        "console.port",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("engine = \nx = 1", "at line 1"),
        ("[engine]\n[engine]", "at line 2"),
        ("this is no toml", "this is not TOML"),
        ("a = 1\na = 2\n", "at line 2"),
        (b"[engine]\nname = '\xff\xfe'", "cannot be read"),
        (b"\x00", "this is not TOML"),
    ],
)
def test_what_is_no_toml_or_no_text_is_said(tmp_path, text, words) -> None:
    sentence = fault(tmp_path, text)
    assert sentence.startswith("HOME/carrel.toml")
    assert words in sentence


def test_a_folder_in_the_files_place_is_said(tmp_path) -> None:
    (tmp_path / "carrel.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, {})


def test_the_environment_has_the_last_word(tmp_path) -> None:
    settings = said(
        tmp_path,
        "[console]\nport = 1\n[engine]\nname = 'claude'",
        CARREL_CONSOLE__PORT="0",
        CARREL_ENGINE__IDLE_SECONDS="1.5",
        CARREL_HOME="/elsewhere",
        PATH="/bin",
        OTHER__PORT="9",
    )
    assert settings.console.port == 0
    assert settings.engine.idle_seconds == 1.5
    assert settings.engine.name == "claude"


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("CARREL_CONSOLE__PROT", "1", "CARREL_CONSOLE__PROT: console.prot: unknown key. Did you"),
        ("CARREL_CONSOLE__PORT", "web", "CARREL_CONSOLE__PORT: console.port:"),
        ("CARREL_CONSOL__PORT", "1", "CARREL_CONSOL__PORT: consol: unknown key. Did you mean"),
        ("CARREL_PEOPLE__OWNERS", "discord:1", "CARREL_PEOPLE__OWNERS: people.owners: "),
    ],
)
def test_a_fault_of_the_environment_names_its_variable(tmp_path, variable, value, words) -> None:
    text = "[console]\nport = 1\n"
    assert fault(tmp_path, text, **{variable: value}).startswith(words)


def test_a_variable_cannot_break_what_is_no_table(tmp_path) -> None:
    assert "should be a table" in fault(tmp_path, "console = 1", CARREL_CONSOLE__PORT="0")


def test_a_database_may_be_named_and_its_password_is_not_repeated(tmp_path) -> None:
    url = "postgresql://ann:hunter%232@db/carrel"
    settings = said(tmp_path, "", CARREL_STORE__URL=url)
    assert settings.store.url == url
    assert settings.store_name == "postgres"
    assert settings.store.secrets == (url, "hunter%232", "hunter#2")
    assert "hunter" not in repr(settings)
    for text in ("[store]\nurl = 'mysql://ann:hunter2@db/x'", "store = 'postgresql://a:hunter2@b'"):
        assert "hunter2" not in fault(tmp_path, text)
    for text in ("carrel.db", "postgresql://ann:hunter2@[db/carrel"):
        refused = fault(tmp_path, f"[store]\nurl = '{text}'")
        assert "postgresql://user:password@host" in refused
        assert "hunter2" not in refused
    wrong = fault(tmp_path, "", CARREL_STORE__URL="hunter2")
    assert wrong.startswith("CARREL_STORE__URL: store.url: write it as")
    assert "hunter2" not in wrong


def test_a_password_may_stand_behind_the_database(tmp_path) -> None:
    url = "postgresql:///carrel?host=/run&password=hunter2"
    assert "hunter2" in said(tmp_path, f"[store]\nurl = '{url}'").store.secrets


def test_without_a_database_the_store_is_a_file() -> None:
    assert (Settings().store_name, Settings().store.secrets) == ("sqlite", ())

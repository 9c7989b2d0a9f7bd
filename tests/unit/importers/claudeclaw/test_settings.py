from __future__ import annotations

import json

import pytest

from carrel.importers.claudeclaw.settings import translate
from carrel.importers.claudeclaw.toml import merged
from carrel.settings.loading import load

DATA = ".claude/claudeclaw"
FULL = {
    "model": "opus", "api": "hush", "fallback": {"model": "glm", "api": "hush"},
    "agentic": {"enabled": True, "defaultMode": "x", "modes": []}, "timezone": "Europe/Lisbon",
    "timezoneOffsetMinutes": 60,
    "heartbeat": {"enabled": True, "interval": 15, "prompt": "x", "excludeWindows": [],
                  "forwardToTelegram": True},
    "telegram": {"token": "hush", "allowedUserIds": [7], "listenChats": [1],
                 "receiveEnabled": True, "whisperModel": "base"},
    "discord": {"token": "hush", "allowedUserIds": [80351110224678912, "9"],
                "listenChannels": [1184093318041702410], "listenGuilds": ["118"],
                "channelNames": {"1": "a"}, "imageOutputRoots": ["/x"], "allowedGuilds": ["1"]},
    "slack": {"botToken": "hush", "appToken": "hush", "allowedUserIds": ["U1"],
              "listenChannels": ["C1"]},
    "security": {"level": "unrestricted", "allowedTools": ["Bash"], "disallowedTools": ["Web"]},
    "web": {"enabled": True, "host": "127.0.0.1", "port": 4632},
    "stt": {"baseUrl": "http://127.0.0.1:9000", "model": "whisper-1", "delegateTool": "x"},
    "apiToken": "hush", "sessionTimeoutMs": 300000, "timeouts": {"job": 30}, "jobsDir": "jobs",
    "watchdog": {"maxRuntimeSeconds": 5}, "session": {"autoRotate": True},
    "plugins": {"a": {"enabled": True}}, "strange": 1,
}  # fmt: skip
CARRIED = {
    "model", "timezone", "jobsDir", "heartbeat.enabled", "heartbeat.interval", "heartbeat.prompt",
    "heartbeat.excludeWindows", "telegram.allowedUserIds", "discord.allowedUserIds",
    "discord.listenChannels", "discord.listenGuilds", "slack.allowedUserIds",
    "slack.listenChannels", "stt.baseUrl", "stt.model",
}  # fmt: skip


def carried(said: object = None, *, forked=False, reached=(), mode=None):
    files = {f"{DATA}/settings.json": json.dumps(said or {}).encode()}
    if mode is not None:
        files[f"{DATA}/permission-mode.json"] = json.dumps(mode).encode()
    return translate(
        files, forked=forked, reached=frozenset(reached), installed=frozenset({"discord"})
    )


def standings(found) -> dict[str, str]:
    return {one.what: one.standing for one in found.findings}


def test_every_key_is_carried_or_has_its_reason() -> None:
    flat = {key for key, value in FULL.items() if not isinstance(value, dict)}
    deep = ("heartbeat", "telegram", "discord", "slack", "security", "stt")
    flat |= {f"{name}.{key}" for name in deep for key in FULL[name]}
    flat |= {key for key, value in FULL.items() if isinstance(value, dict)} - set(deep)
    assert flat - CARRIED <= standings(carried(FULL)).keys()


def test_what_is_written_is_what_carrel_accepts(tmp_path) -> None:
    text = merged("", carried(FULL).tables).text
    (tmp_path / "carrel.toml").write_text(text)
    settings = load(tmp_path, {})
    assert settings.shared == {"console:main", "discord:1184093318041702410", "slack:C1"}
    assert settings.people.owners == {"telegram:7", "slack:U1"}
    assert settings.people.approvers == {"discord:80351110224678912", "discord:9"}
    assert settings.conversations["discord:118"].answer == "all"
    assert settings.defaults.answer == "mention"
    assert settings.engine.model == "opus"
    assert (settings.voice.engine, settings.voice.url) == ("endpoint", "http://127.0.0.1:9000")


def test_no_secret_is_written_or_said() -> None:
    found = carried(FULL)
    assert "hush" not in f"{found}"
    assert standings(found)["discord.token"] == "next"


def test_the_fork_answered_everything() -> None:
    tables = carried(FULL, forked=True).tables
    assert ("defaults",) not in tables
    assert ("conversations", "discord:118") not in tables


@pytest.mark.parametrize(
    ("mode", "expected", "standing"),
    [
        ({"mode": "plan"}, "plan", None),
        ({"mode": "acceptEdits"}, "edit", None),
        ({"mode": "bypassPermissions"}, None, "next"),
        ({"mode": 3}, None, "failed"),
        ([], None, "failed"),
    ],
)
def test_an_import_never_allows_more_than_carrel_does(mode, expected, standing) -> None:
    found = carried(forked=True, mode=mode)
    assert found.tables.get(("defaults",), {}).get("mode") == expected
    assert [one.standing for one in found.findings] == [standing] * (standing is not None)


@pytest.mark.parametrize(
    ("told", "zone"),
    [
        ("Europe/Lisbon", "Europe/Lisbon"), ("UTC", ""), ("", ""), ("UTC+2", "Etc/GMT-2"),
        ("GMT-03:00", "Etc/GMT+3"), ("UTC+5:30", ""), ("Nowhere/Else", ""), ("../../x", ""),
        ("/etc/passwd", ""), (5, ""),
    ],
)  # fmt: skip
def test_time_zones(told, zone) -> None:
    assert carried({"timezone": told}).timezone == zone


def test_an_empty_list_heard_everybody_and_now_nobody() -> None:
    found = carried({"discord": {"token": "hush", "allowedUserIds": []}})
    assert standings(found)["discord.allowedUserIds"] == "next"
    assert ("people",) not in found.tables


def test_tables_that_were_never_filled_in_say_nothing() -> None:
    empty = {"token": "", "allowedUserIds": [], "receiveEnabled": True}
    assert standings(carried({"telegram": empty})) == {"telegram.receiveEnabled": "left"}


def test_a_platform_with_conversations_is_set_up_though_its_token_lay_elsewhere() -> None:
    assert ("discord",) in carried(reached=["discord"]).tables
    assert standings(carried(reached=["slack"]))["slack"] == "left"


def test_another_service_is_no_model_of_claudes() -> None:
    found = carried({"model": "glm"})
    assert ("engine",) not in found.tables
    assert standings(found)["model"] == "next"


def test_a_password_in_an_address_is_a_secret_too() -> None:
    name = "me:hush"
    found = carried({"stt": {"baseUrl": f"http://{name}@127.0.0.1"}})
    assert "hush" not in f"{found}"
    assert standings(found)["stt.baseUrl"] == "next"


def test_torn_settings_are_named() -> None:
    found = translate(
        {f"{DATA}/settings.json": b'{"model": "op'},
        forked=False, reached=frozenset(), installed=frozenset(),
    )  # fmt: skip
    assert [one.standing for one in found.findings] == ["failed"]

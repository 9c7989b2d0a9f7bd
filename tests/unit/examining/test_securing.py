"""One planted fault for each check; each fires for its own fault and for no other.

spec: 18.9
"""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from carrel.examining.securing import examine
from carrel.settings.loading import load

TABLES = {
    "discord": 'token_file = "token"',
    "slack": 'token_file = "slack.token"\napp_token_file = "slack.app_token"',
    "people": 'owners = ["discord:1"]\nmembers = ["discord:role:9"]',
    "console": "port = 47119",
    "projects.shop": 'path = "{shop}"',
}
HEAD = "  sl  local_address rem_address   st tx_queue rx_queue\n"
PORT = f"{47119:04X}"


@pytest.fixture
def home(tmp_path) -> Path:
    """A home in which every check is passed."""
    home = tmp_path / "home"
    (tmp_path / "shop").mkdir(mode=0o755)
    (tmp_path / "net").mkdir()
    home.mkdir(mode=0o700)
    (home / "jobs").mkdir(mode=0o755)
    for name in (
        "token",
        "slack.token",
        "slack.app_token",
        "console.key",
        "metrics.key",
        "CLAUDE.md",
        "carrel.toml",
    ):
        (home / name).write_text("x")
        (home / name).chmod(0o600)
    return home


def found(home: Path, *, user: int = 1000, **tables: str) -> list[str]:
    """What is found where these tables stand in place of the sound ones."""
    told = {**TABLES, **tables}
    text = "\n".join(f"[{name}]\n{keys}" for name, keys in told.items())
    (home / "carrel.toml").write_text(text.replace("{shop}", str(home.parent / "shop")))
    settings = load(home, {"HOME": str(home.parent / "nobody")})
    findings = examine(home, settings, user, home.parent / "net")
    assert all(one.mend for one in findings if not one.well)
    return [one.what for one in findings if not one.well]


def test_where_nothing_is_open_nothing_is_found(home) -> None:
    assert found(home) == []


def test_root_is_found(home) -> None:
    assert found(home, user=0) == ["account"]


@pytest.mark.parametrize(
    ("name", "mode", "what"),
    [
        (".", 0o750, "home"),
        ("token", 0o640, "secret"),
        ("slack.token", 0o640, "secret"),
        ("slack.app_token", 0o604, "secret"),
        ("console.key", 0o644, "secret"),
        ("metrics.key", 0o604, "secret"),
        ("carrel.toml", 0o620, "rules"),
        ("CLAUDE.md", 0o602, "rules"),
        ("jobs", 0o777, "rules"),
        ("../shop", 0o777, "project"),
    ],
)
def test_what_is_open_to_others_is_found(home, name, mode, what) -> None:
    (home / name).chmod(mode)
    assert found(home) == [what]


@pytest.mark.parametrize(
    ("table", "keys", "what"),
    [
        ("walls", 'isolation = "folder"', "walls"),
        ("people", "", "nobody"),
        ("people", 'members = ["discord:server:5"]', "everybody"),
        ("people", 'owners = ["discord:server:5"]', "everybody"),
        ("defaults", 'raise_mode = "member"', "raise_mode"),
        ('conversations."discord:7"', 'raise_mode = "guest"', "raise_mode"),
        ('conversations."discord:7"', 'approvers = ["discord:server:5"]', "everybody"),
    ],
)
def test_what_the_settings_leave_open_is_found(home, table, keys, what) -> None:
    assert found(home, **{table: keys}) == [what]


@pytest.mark.parametrize(
    ("table", "row", "found_there"),
    [
        ("tcp", f"0: 00000000:{PORT} 00000000:0000 0A", ["port"]),
        ("tcp6", f"0: {'0' * 32}:{PORT} {'0' * 32}:0000 0A", ["port"]),
        ("tcp", f"0: 0100007F:{PORT} 00000000:0000 0A", []),
        ("tcp", f"0: 00000000:{PORT} 00000000:0000 01", []),
        ("tcp", "0: 00000000:0016 00000000:0000 0A", []),
    ],
)
def test_a_console_that_others_reach_is_found(home, table, row, found_there) -> None:
    (home.parent / "net" / table).write_text(f"{HEAD}   {row} 00000000:00000000\n")
    assert found(home) == found_there


def test_the_machine_s_own_table_is_read(home) -> None:
    with socket.socket() as listening:
        listening.bind(("0.0.0.0", 0))  # noqa: S104 - the fault itself
        listening.listen()
        port = listening.getsockname()[1]
        (home / "carrel.toml").write_text(f'[console]\nport = {port}\n[people]\nowners = ["a:1"]\n')
        findings = examine(home, load(home, {}), 1000)
    assert [one.what for one in findings] == ["port"]

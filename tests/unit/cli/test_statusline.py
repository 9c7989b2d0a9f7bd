"""The status line, and Claude Code's settings that it may change."""

from __future__ import annotations

import json
import stat
import subprocess
import sys

import pytest

from carrel.cli import statusline
from carrel.cli.boxes import ESCAPES
from carrel.cli.statusline import DOWN, install, shown, uninstall
from carrel.core.errors import ConfigError, Refused, Unavailable

GLANCE = {
    "running": 2, "waiting": 1, "platforms": [["discord", "up"], ["console", "up"]],
    "next_job": "back\x1bup", "next_at": 1_000_780.0, "turns": 3, "cost": 1.234,
}  # fmt: skip
TOLD = json.dumps({"model": {"display_name": "Opus"}, "workspace": {"current_dir": "/srv/shop"}})


@pytest.fixture
def glance(monkeypatch):
    """A gateway that answers with this; an error is raised."""
    answer = dict(GLANCE)

    class Far:
        def __init__(self, *_given) -> None:
            if "error" in answer:
                raise answer["error"]

        def get(self, path: str) -> dict:
            assert path == "/glance"
            return answer

    monkeypatch.setattr(statusline, "Control", Far)
    monkeypatch.setattr(statusline.time, "time", lambda: 1_000_000.0)
    return answer


def plain(text: str) -> list[str]:
    return [line.strip("│ ") for line in ESCAPES.sub("", text).split("\n")[1:-1]]


def test_all_that_somebody_wants_to_see(glance, tmp_path) -> None:
    assert plain(shown(TOLD, tmp_path, 60)) == [
        "2 running · 1 waiting · discord up · console up",
        "next backup in 13 min",
        "today $1.23 in 3 turns",
        "Opus · shop",
    ]


@pytest.mark.parametrize(
    "told", ["", "{", "[]", '{"model": 1}', "null", '{"workspace": {}}', "[" * 9999]
)
def test_whatever_claude_code_says_the_box_is_drawn(glance, tmp_path, told) -> None:
    glance |= {"next_at": None, "turns": 1}
    assert plain(shown(told, tmp_path, 60))[1:] == ["today $1.23 in 1 turn"]


@pytest.mark.parametrize(
    ("at", "said"), [(0, "0 min"), (59, "1 min"), (3599, "60 min"), (3600, "1 h 0 min"),
                     (90_000, "1 d 1 h"), (-5, "0 min")],
)  # fmt: skip
def test_how_long_it_is_until_then(glance, tmp_path, at, said) -> None:
    glance["next_at"] = 1_000_000.0 + at
    assert f"in {said}" in plain(shown("", tmp_path, 60))[1]


@pytest.mark.parametrize("error", [Unavailable("none"), Refused("no"), ValueError("half a JSON")])
def test_without_a_gateway_it_is_one_quiet_line(glance, tmp_path, error) -> None:
    glance["error"] = error
    assert shown(TOLD, tmp_path, 60) == DOWN == "carrel: not running"


def test_nothing_heavy_is_loaded_for_it(tmp_path) -> None:
    code = (
        "import sys; from pathlib import Path; from carrel.cli.statusline import shown\n"
        f"print(shown('', Path({str(tmp_path)!r}), 60))\n"
        "print(*(set(sys.modules) & {'pydantic', 'starlette', 'discord', 'asyncio', 'httpx2'}))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "carrel: not running\n\n"


def test_settings_keep_everything_else_and_a_second_time_changes_nothing(tmp_path) -> None:
    real, file = tmp_path / "dotfiles.json", tmp_path / "settings.json"
    real.write_text('{"model": "opus", "ü": [1]}')
    real.chmod(0o640)
    file.symlink_to(real)
    assert install(file)
    told = json.loads(real.read_text())
    assert (told["model"], told["ü"]) == ("opus", [1])
    assert told["statusLine"]["command"].endswith("-m carrel statusline")
    assert not install(file)
    assert file.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert uninstall(file)
    assert json.loads(file.read_text()) == {"model": "opus", "ü": [1]}
    assert not uninstall(file)


def test_a_file_that_is_not_there_is_made(tmp_path) -> None:
    file = tmp_path / ".claude" / "settings.json"
    assert not uninstall(file)
    assert install(file)
    assert list(json.loads(file.read_text())) == ["statusLine"]


@pytest.mark.parametrize(
    "line", [{"type": "command", "command": "~/mine.sh"}, "mine", {"command": "'"}, {}, None, 7]
)
def test_a_status_line_of_somebody_elses_stays(tmp_path, line) -> None:
    file = tmp_path / "settings.json"
    file.write_text(before := json.dumps({"statusLine": line}))
    with pytest.raises(Refused, match="-m carrel statusline"):
        install(file)
    assert not uninstall(file)
    assert file.read_text() == before


def test_an_older_one_of_its_own_is_renewed(tmp_path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"statusLine": {"command": "/old/python -m carrel statusline"}}')
    assert install(file)
    assert sys.executable in file.read_text()


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1} // mine', "\udcff"])
def test_a_damaged_file_is_left_as_it_is(tmp_path, text) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(before := text.encode(errors="surrogateescape"))
    for change in (install, uninstall):
        with pytest.raises(ConfigError, match="left as it"):
            change(file)
    assert file.read_bytes() == before

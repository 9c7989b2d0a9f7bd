"""Start, stop and restart as a person does them, and what a bad start says."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.spread import alone
from tests.acceptance.thorough import thorough

EX_CONFIG = 78


def carrel(gateway: GatewayProcess, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line on the gateway's home."""
    env = {"PATH": os.environ["PATH"], "HOME": str(gateway.home.parent)}
    env |= {"CARREL_HOME": str(gateway.home), "CARREL_CONSOLE__PORT": "0", **gateway.extra}
    return subprocess.run(
        [sys.executable, "-m", "carrel", *arguments],
        env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def run_up(gateway: GatewayProcess) -> subprocess.CompletedProcess[str]:
    """`carrel up` that is expected to end by itself."""
    gateway.home.mkdir(exist_ok=True)
    gateway.extra |= {"ANTHROPIC_API_KEY": "sk-test", "ANTHROPIC_BASE_URL": gateway.api_url}
    return carrel(gateway, "up")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[engine]\nmaxlive = 3\n", ["carrel.toml:2", "engine.maxlive", "max_live"]),
        ('[limits]\n\nfile_bytes = "tall"\n', ["carrel.toml:3", "limits.file_bytes", "integer"]),
        ('[walls]\nisolation = "none"\n', ["carrel.toml:2", "'strict' or 'folder'"]),
        ("[engine\n", ["carrel.toml", "not TOML"]),
        ('[engine]\nname = "clod"\n', ["clod", "claude"]),
    ],
)
def test_a_bad_setting_is_named_and_nothing_is_started(gateway, text, said) -> None:
    gateway.home.mkdir(exist_ok=True)
    (gateway.home / "carrel.toml").write_text(text)
    ended = run_up(gateway)
    assert ended.returncode == EX_CONFIG
    for part in said:
        assert part in ended.stderr
    assert "Traceback" not in ended.stderr


@alone
def test_a_second_gateway_is_refused_and_named_and_touches_nothing(gateway) -> None:
    gateway.start()
    gateway.process.send_signal(signal.SIGSTOP)
    try:
        before = tree(gateway.home)
        ended = run_up(gateway)
        assert tree(gateway.home) == before
    finally:
        gateway.process.send_signal(signal.SIGCONT)
    assert ended.returncode == EX_CONFIG
    assert str(gateway.process.pid) in ended.stderr
    assert "carrel stop" in ended.stderr
    assert carrel(gateway, "status").returncode == 0


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything below a folder: when it was changed, and what is in it."""
    found = [path for path in folder.rglob("*") if not path.is_socket()]
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in found
    }


@alone
@pytest.mark.parametrize("count", [3, pytest.param(20, marks=thorough)])
def test_of_gateways_that_start_at_once_one_runs(gateway, tmp_path, count: int) -> None:
    gateway.home.mkdir()
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CARREL_HOME": str(gateway.home)}
    env |= {"CARREL_CONSOLE__PORT": "0", "ANTHROPIC_API_KEY": "x", "PYTHONUNBUFFERED": "1"}
    said = [tmp_path / f"{number}.txt" for number in range(count)]
    with ExitStack() as stack:
        started = [stack.enter_context(gateway_at(env, file)) for file in said]
        wait_for(lambda: sum(one.poll() is not None for one in started) >= count - 1, 60)
        (winner,) = (number for number, one in enumerate(started) if one.poll() is None)
        wait_for(lambda: "Ctrl+C" in said[winner].read_text())
        others = [number for number in range(count) if number != winner]
        assert {started[number].returncode for number in others} == {EX_CONFIG}
        assert all("Another gateway (process" in said[number].read_text() for number in others)
        started[winner].terminate()
        assert started[winner].wait(60) == 0


@contextmanager
def gateway_at(env: dict[str, str], file: Path) -> Iterator[subprocess.Popen[str]]:
    """One that says everything to a file, ended afterwards."""
    command = [sys.executable, "-m", "carrel", "up"]
    with file.open("w") as said, subprocess.Popen(command, env=env, stdout=said, stderr=said) as it:
        try:
            yield it
        finally:
            it.kill()


@alone
def test_a_damaged_store_is_set_aside_and_the_newest_backup_restored(gateway) -> None:
    gateway.start()
    gateway.say("SAY remembered", "a", "m1")
    wait_for(lambda: gateway.answers() == ["remembered"])
    gateway.terminate()
    gateway.start()  # a start makes the backup
    gateway.terminate()
    store = gateway.home / "carrel.db"
    content = bytearray(store.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    store.write_bytes(content)
    gateway.start()
    status = carrel(gateway, "status").stdout
    assert "set aside" in status or "restored" in status, status
    assert gateway.answers() == ["remembered"]


def test_sigterm_ends_in_good_order_and_the_turn_goes_on_after(gateway) -> None:
    """spec: 9.1 9.2"""
    gateway.extra["CARREL_GATEWAY__GRACE_SECONDS"] = "0.5"
    gateway.start()
    gateway.say("SLOW 100 600", "a", "m1")
    wait_for(lambda: any(b["kind"] == "progress" for b in gateway.shown()))
    began = time.monotonic()
    assert gateway.terminate() == 0
    assert time.monotonic() - began < 10
    wait_for(lambda: not gateway.survivors(), 5)
    gateway.start()
    wait_for(lambda: any(b["kind"] == "progress" for b in gateway.shown()))
    gateway.say("/stop", "a", "s1")
    wait_for(lambda: [b for b in gateway.shown() if b["kind"] in {"answer", "notice"}])
    assert not [b for b in gateway.shown() if b["kind"] == "progress"]


def test_a_second_sigterm_is_obeyed_at_once(gateway) -> None:
    """spec: 9.1"""
    gateway.extra["CARREL_GATEWAY__GRACE_SECONDS"] = "60"
    gateway.start()
    gateway.say("HANG", "a", "m1")
    wait_for(lambda: any(b["kind"] == "progress" for b in gateway.shown()))
    gateway.process.send_signal(signal.SIGTERM)
    wait_for(lambda: "stopping" in (gateway.home / "logs" / "carrel.log").read_text())
    began = time.monotonic()
    assert gateway.terminate() == 0
    assert time.monotonic() - began < 20
    wait_for(lambda: not gateway.survivors(), 5)


def test_commands_without_a_gateway_say_how_to_start_one(gateway) -> None:
    for command in (("status",), ("sessions",), ("stop",), ("send", "hello"), ("chat",)):
        ended = carrel(gateway, *command)
        assert ended.returncode == 1
        assert "carrel up" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_send_status_sessions_and_stop_from_the_command_line(gateway) -> None:
    gateway.start()
    assert "accepted" in carrel(gateway, "send", "SAY well", "--to", "a", "--id", "x1").stdout
    assert "duplicate" in carrel(gateway, "send", "SAY well", "--to", "a", "--id", "x1").stdout
    wait_for(lambda: gateway.answers() == ["well"])
    assert "console:a" in carrel(gateway, "sessions").stdout
    rows = json.loads(carrel(gateway, "sessions", "--json").stdout)
    assert rows[0]["turns"] == 1
    status = json.loads(carrel(gateway, "status", "--json").stdout)
    assert status["live"] == 1
    line = carrel(gateway, "statusline").stdout
    assert "0 running · 0 waiting · console up" in line
    assert "in 1 turn " in line
    assert "ready" in carrel(gateway, "logs").stdout
    assert carrel(gateway, "status", "--link").stdout.count("http://carrel.localhost") == 1
    assert "Stopped." in carrel(gateway, "stop").stdout
    assert gateway.ended() == 0


def test_chat_is_the_console_in_a_terminal(gateway) -> None:
    gateway.start()
    env = {"PATH": os.environ["PATH"], "CARREL_HOME": str(gateway.home)}
    chat = subprocess.Popen(
        [sys.executable, "-m", "carrel", "chat", "a"], env=env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    chat.stdin.write("TOOL Bash: echo from the shell\n")
    chat.stdin.flush()
    seen = []
    for line in chat.stdout:
        seen.append(line)
        if "done:" in line:
            break
    chat.stdin.close()
    assert chat.wait(10) == 0
    chat.stdout.close()
    assert "▸ Bash" in "".join(seen)


def test_up_without_a_login_says_so_and_opens_the_demo(gateway, tmp_path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CARREL_HOME": str(gateway.home)}
    env |= {"CARREL_CONSOLE__PORT": "0", "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    demo = subprocess.Popen(
        [sys.executable, "-m", "carrel", "up"], env=env, text=True, stdout=subprocess.PIPE
    )
    said = ""
    for line in demo.stdout:
        said += line
        if "Ctrl+C" in line:
            break
    demo.send_signal(signal.SIGTERM)
    assert demo.wait(20) == 0
    demo.stdout.close()
    assert "ANTHROPIC_API_KEY" in said
    assert "demo is up" in said
    assert "http://carrel.localhost:" in said
    assert not list(tmp_path.glob("carrel-demo-*")), "the demo leaves nothing behind"


def test_check_says_what_is_there_and_starts_nothing(gateway) -> None:
    gateway.home.mkdir(exist_ok=True)
    before = list(gateway.home.iterdir())
    ended = carrel(gateway, "check")
    assert ended.returncode == 0, ended.stderr
    assert "settings  ok" in ended.stdout
    assert "login     none" in ended.stdout
    assert list(gateway.home.iterdir()) == before


def test_no_secret_reaches_logs_store_argv_or_the_sessions_environment(gateway) -> None:
    """spec: 11.1 11.2 11.3"""
    key = "sk-test-the-real-key-0123456789"
    gateway.extra["DISCORD_TOKEN"] = "discord-canary-0123456789"
    gateway.extra["CARREL_DEFAULTS__MODE"] = "auto"
    gateway.start()
    gateway.say("TOOL Bash: env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'", "a", "m1")
    wait_for(gateway.answers)
    everything = "".join(gateway.answers()) + "".join(gateway.survivors())
    for file in gateway.home.rglob("*"):
        if file.is_file():
            everything += file.read_bytes().decode("latin-1")
    assert "PATH=" in everything
    assert key not in everything
    assert "discord-canary" not in everything


def test_the_store_passes_its_own_check_after_all_that(gateway) -> None:
    gateway.start()
    gateway.say("SAY well", "a", "m1")
    wait_for(gateway.answers)
    gateway.kill()
    with sqlite3.connect(gateway.home / "carrel.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()

"""The gateway under a service manager: a real one where it can be had, else one that notes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.acceptance.gateway_process import wait_for
from tests.acceptance.spread import alone

pytestmark = alone

MANAGER = Path("/usr/lib/systemd/systemd")
STUB = """#!/bin/sh
echo "$(basename "$0") $*" >> "$NOTED"
case "$*" in show-user*) echo "Linger=no";; esac
"""


def carrel(env, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "carrel", *arguments],
        env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def env(tmp_path, gateway):
    """A machine whose systemctl, loginctl and journalctl only note what they are asked."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("systemctl", "loginctl", "journalctl"):
        (tools / name).write_text(STUB)
        (tools / name).chmod(0o755)
    gateway.home.mkdir(exist_ok=True)
    return {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "CARREL_HOME": str(gateway.home),
        "NOTED": str(tmp_path / "noted"),
    }


def noted(env) -> list[str]:
    file = Path(env["NOTED"])
    lines = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


def test_install_status_logs_and_uninstall(env, gateway) -> None:
    unit = Path(env["HOME"]) / ".config/systemd/user/carrel.service"
    shell = {"ANTHROPIC_API_KEY": "sk-test-0123", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}
    ended = carrel({**env, **shell}, "service", "install")
    assert ended.returncode == 0, ended.stderr
    for name in shell:
        assert f"{name} is set in this shell only" in ended.stdout
    assert "sudo loginctl enable-linger" in ended.stdout
    assert "sk-test" not in unit.read_text() + ended.stdout
    assert f'"CARREL_HOME={gateway.home}"' in unit.read_text()
    assert [line.split(" ", 1)[0] for line in noted(env)] == ["systemctl"] * 4 + ["loginctl"]
    assert carrel(env, "service", "install", "--linger").returncode == 0
    assert any(line.startswith("loginctl enable-linger") for line in noted(env))
    carrel(env, "service", "status")
    carrel(env, "service", "logs", "--follow")
    status, logs = noted(env)
    assert status == "systemctl --user --no-pager status carrel.service"
    assert logs == "journalctl --user --unit carrel.service --lines 200 --follow"
    assert carrel(env, "service", "uninstall").returncode == 0
    assert noted(env)[0] == "systemctl --user disable --now carrel.service"
    assert not unit.exists()
    assert "no service" in carrel(env, "service", "uninstall").stdout


def test_what_is_somebody_elses_is_left_alone(env, gateway, tmp_path) -> None:
    unit = Path(env["HOME"]) / ".config/systemd/user/carrel.service"
    assert carrel(env, "service", "install").returncode == 0
    other = carrel({**env, "CARREL_HOME": str(tmp_path / "other")}, "service", "install")
    assert (other.returncode, "another home" in other.stderr) == (78, True)
    unit.write_text("[Service]\nExecStart=/bin/mine\n")
    for what in ("install", "uninstall"):
        ended = carrel(env, "service", what)
        assert (ended.returncode, "not made by Carrel" in ended.stderr) == (78, True)
    assert "mine" in unit.read_text()


def test_a_manager_that_refuses_and_a_bad_setting_are_said(env, gateway) -> None:
    tool = Path(env["PATH"].split(":")[0]) / "systemctl"
    tool.write_text("#!/bin/sh\necho Failed to connect to bus\nexit 1\n")
    ended = carrel(env, "service", "install")
    assert ended.returncode == 1
    assert "Failed to connect to bus" in ended.stderr
    (gateway.home / "carrel.toml").write_text("[engine]\nmaxlive = 3\n")
    assert carrel(env, "service", "install").returncode == 78


def test_without_a_login_a_service_does_not_become_a_demo(env) -> None:
    ended = carrel(env, "up", "--no-demo")
    assert ended.returncode == 78
    assert "ANTHROPIC_API_KEY" in ended.stderr


def test_the_gateway_says_that_it_is_ready_that_it_lives_and_that_it_stops(
    gateway, tmp_path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(30)
        gateway.extra |= {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "300000"}
        gateway.extra["CARREL_DEFAULTS__MODE"] = "auto"
        gateway.start()
        heard = [listener.recv(100) for _ in range(6)]
        assert b"READY=1" in heard
        assert heard.count(b"WATCHDOG=1") >= 4
        gateway.say("TOOL Bash: env", "a")
        wait_for(gateway.answers)
        assert "NOTIFY_SOCKET" not in gateway.answers()[0]
        gateway.process.send_signal(signal.SIGSTOP)
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):  # noqa: PT012 - what was sent before is heard first
            while True:
                listener.recv(100)
        gateway.process.send_signal(signal.SIGCONT)
        listener.settimeout(30)
        gateway.process.send_signal(signal.SIGTERM)
        while listener.recv(100) != b"STOPPING=1":
            pass
        assert gateway.ended() == 0


REAL = """
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user/0 && chmod 700 /run/user/0
export XDG_RUNTIME_DIR=/run/user/0
SYSTEMD_LOG_LEVEL=warning {manager} --user --log-target=console &
manager=$!
for n in $(seq 100); do systemctl --user is-system-running >/dev/null 2>&1 && break; sleep 0.1; done
carrel="{python} -m carrel"
show() {{ systemctl --user show carrel.service --property="$1" --value; }}
$carrel service install --no-linger || exit 3
echo "state $(show ActiveState) type $(show Type) watchdog $(show WatchdogUSec)"
before=$(show MainPID)
$carrel send 'TOOL Bash: echo from within; cat /proc/self/status | grep NoNewPrivs' --to a
for n in $(seq 50); do
  $carrel sessions --json | grep -q '"turns": 1' && echo answered && break
done
kill -9 "$before"
for n in $(seq 200); do [ "$(show MainPID)" != "$before" ] && [ "$(show ActiveState)" = active ] \
  && break; sleep 0.1; done
echo "again $(show NRestarts) $(show ActiveState)"
$carrel stop
for n in $(seq 100); do [ "$(show ActiveState)" = inactive ] && break; sleep 0.1; done
echo "stopped $(show ActiveState) $(show ExecMainStatus)"
printf '[engine]\\nmaxlive = 3\\n' > "$CARREL_HOME/carrel.toml"
systemctl --user start carrel.service
for n in $(seq 100); do [ "$(show ActiveState)" = failed ] && break; sleep 0.1; done
echo "config $(show ActiveState) $(show ExecMainStatus) restarts $(show NRestarts)"
rm "$CARREL_HOME/carrel.toml"
$carrel service uninstall
kill $manager
wait $manager
"""


def _can_manage() -> bool:
    tools = shutil.which("unshare") and shutil.which("systemctl")
    return bool(tools) and MANAGER.exists() and os.getuid() == 0


@pytest.mark.skipif(not _can_manage(), reason="no user manager can be started here")
def test_a_real_user_manager_starts_watches_and_restarts_it(gateway, tmp_path) -> None:
    """In a mount namespace, so that nothing of the machine's own manager is touched."""
    gateway.home.mkdir(exist_ok=True)
    file = gateway.home / "environment"
    file.write_text(
        f"ANTHROPIC_API_KEY=sk-test-0123456789\nANTHROPIC_BASE_URL={gateway.api_url}\n"
        "CARREL_CONSOLE__PORT=0\nCARREL_DEFAULTS__MODE=auto\n"
    )
    file.chmod(0o600)
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CARREL_HOME": str(gateway.home)}
    script = REAL.format(manager=MANAGER, python=sys.executable)
    ended = subprocess.run(
        ["unshare", "--mount", "--fork", "bash", "-c", script],
        env=env, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    if ended.returncode == 3 and "bus" in ended.stderr:
        pytest.skip("the user manager did not start")
    said = ended.stdout
    assert "state active type notify watchdog 1min" in said, said + ended.stderr
    assert "answered" in said, said
    assert "again 1 active" in said, said
    assert "stopped inactive 0" in said, said
    assert "config failed 78 restarts 0" in said, said
    assert "The service is gone." in said
    gateway.start()
    assert "from within" in gateway.answers()[0], "the walls hold inside the unit's own"
    log = (gateway.home / "logs" / "carrel.log").read_text()
    assert log.count('"event": "ready"') == 3

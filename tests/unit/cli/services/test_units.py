"""The files that systemd and launchd are given."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from carrel.cli.services.units import MARK, Spec, assignment, launchd, systemd

BREAKS_THE_WALLS = (
    *("RestrictNamespaces", "SystemCallFilter", "PrivateUsers", "DynamicUser", "ProcSubset"),
    *("ProtectKernelTunables", "ProtectKernelLogs", "ProtectHome", "ProtectSystem", "PrivateTmp"),
    "MemoryDenyWriteExecute",
)
"""See docs/how-to/run-as-a-service.md."""


def spec(**more) -> Spec:
    command = ("/usr/bin/env", "python", "-m", "carrel", "up", "--no-demo")
    told = {"command": command, "home": Path("/srv/a b"), "environ": {"PATH": "/bin"}, "grace": 20}
    return Spec(**{**told, **more})


def test_a_unit_says_what_the_gateway_needs() -> None:
    lines = systemd(spec()).splitlines()
    assert MARK in lines[0]
    for line in (
        "Type=notify", "WatchdogSec=60", "Restart=on-failure", "RestartPreventExitStatus=78",
        "KillMode=mixed", "TimeoutStopSec=60", "WantedBy=default.target", 'Environment="PATH=/bin"',
        'ExecStart="/usr/bin/env" "python" "-m" "carrel" "up" "--no-demo"',
    ):  # fmt: skip
        assert line in lines
    assert not [line for line in lines if line.startswith(BREAKS_THE_WALLS)]
    assert not [line for line in lines if line.startswith("User=")]


def test_the_systems_unit_has_a_user_and_waits_for_the_network() -> None:
    lines = systemd(spec(user="ada")).splitlines()
    assert {"User=ada", "After=network-online.target", "WantedBy=multi-user.target"} <= set(lines)


def test_words_arrive_as_they_are() -> None:
    assert assignment("A", '50% "x" \\ $y') == 'Environment="A=50%% \\"x\\" \\\\ $y"'
    assert 'ExecStart="/a/$$b%%"' in systemd(spec(command=("/a/$b%",)))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
@pytest.mark.parametrize("user", [None, "root"])
def test_systemd_accepts_it_without_a_complaint(tmp_path, user) -> None:
    file = tmp_path / "carrel.service"
    odd = {"CARREL_HOME": '/srv/50% "x" $y \\', "PATH": os.environ["PATH"]}
    file.write_text(systemd(spec(environ=odd, user=user)))
    scope = ["--system"] if user else ["--user"]
    run = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    ended = subprocess.run(
        ["systemd-analyze", *scope, "--man=no", "verify", str(file)],
        env=run, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    file.write_text(systemd(spec()).replace("Type=notify", "Type=notified"))
    ended = subprocess.run(
        ["systemd-analyze", *scope, "--man=no", "verify", str(file)],
        env=run, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "notified" in ended.stderr


def test_an_agent_of_launchd_starts_again_after_failures_only() -> None:
    told = plistlib.loads(launchd(spec(), Path("/srv/logs")))
    assert told["ProgramArguments"][-2:] == ["up", "--no-demo"]
    assert told["KeepAlive"] == {"SuccessfulExit": False}
    assert told["EnvironmentVariables"] == {"PATH": "/bin"}
    assert told["StandardErrorPath"] == "/srv/logs/service.log"

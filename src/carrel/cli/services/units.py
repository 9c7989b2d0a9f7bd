"""What systemd and launchd are told. Pure."""

from __future__ import annotations

import plistlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from carrel.cli import EXIT_CONFIG

MARK = "Made by `carrel service install`"
NAME = "carrel.service"
LABEL = "carrel"

SYSTEMD = """\
# {mark}; made anew by it. Changes belong into: systemctl {scope}edit {name}
[Unit]
Description=Carrel, coding agents behind a chat
{order}StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=notify
NotifyAccess=main
{user}ExecStart={command}
{environment}
# `carrel stop` ends it, a failure starts it again, a fault in carrel.toml waits for its mend.
Restart=on-failure
RestartSec=2
RestartPreventExitStatus={config}
TimeoutStartSec=300
TimeoutStopSec={stop}
WatchdogSec=60
# Only the gateway is told to stop: it ends its agents itself, in good order.
KillMode=mixed

# Whatever needs a mount or user namespace of systemd's own is left out: the walls of the
# sessions are made of the same, and the kernel refuses them inside such a one.
UMask=0077
NoNewPrivileges=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

[Install]
WantedBy={target}
"""


@dataclass(frozen=True, slots=True)
class Spec:
    """What is to run, for which home. `grace` in seconds; `user`: whose the system's unit is."""

    command: tuple[str, ...]
    home: Path
    environ: Mapping[str, str]
    grace: float
    user: str | None = None


def systemd(spec: Spec) -> str:
    """The unit file: a user's own, or the system's where a user is named."""
    system = spec.user is not None
    lines = (assignment(name, value) for name, value in spec.environ.items())
    return SYSTEMD.format(
        mark=MARK,
        name=NAME,
        scope="" if system else "--user ",
        order="Wants=network-online.target\nAfter=network-online.target\n" if system else "",
        user=f"User={spec.user}\n" if system else "",
        command=" ".join(_quoted(word).replace("$", "$$") for word in spec.command),
        environment="\n".join(lines),
        config=EXIT_CONFIG,
        stop=round(spec.grace) + 40,
        target="multi-user.target" if system else "default.target",
    )


def assignment(name: str, value: str) -> str:
    """A variable as a unit sets it."""
    return f"Environment={_quoted(f'{name}={value}')}"


def _quoted(word: str) -> str:
    inner = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{inner}"'


def launchd(spec: Spec, logs: Path) -> bytes:
    """The property list of a launch agent. It starts again after a failure, once a minute."""
    told = {
        "Label": LABEL,
        "ProgramArguments": list(spec.command),
        "EnvironmentVariables": dict(spec.environ),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 60,
        "ExitTimeOut": round(spec.grace) + 40,
        "Umask": 0o077,
        "ProcessType": "Background",
        "StandardOutPath": str(logs / "service.log"),
        "StandardErrorPath": str(logs / "service.log"),
        "Comment": MARK,
    }
    return plistlib.dumps(told)


def entry(name: str, value: str) -> str:
    """A variable as a property list has it."""
    return f"<key>{escape(name)}</key>\n\t\t<string>{escape(value)}</string>"

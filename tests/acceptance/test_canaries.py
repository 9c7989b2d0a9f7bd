"""Secrets planted where secrets lie, and looked for wherever a person or a machine could look."""

from __future__ import annotations

import json
import shlex
import signal
import sys
import tarfile
from pathlib import Path

import pytest
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.test_lifecycle import carrel
from tests.acceptance.test_operations import asked

PLANTED = {
    "ANTHROPIC_API_KEY": "canary-of-the-key-0123456789",
    "DISCORD_TOKEN": "canary-of-the-variable-0123456789",
    "command": "canary-of-the-command-0123456789",
}


@pytest.fixture
def planted(gateway: GatewayProcess) -> GatewayProcess:
    """A gateway whose platform cannot be reached, with its token from a command."""
    gateway.home.mkdir(exist_ok=True)
    vault = gateway.home.parent / "vault"
    vault.write_text(PLANTED["command"])
    code = "import sys; print(open(sys.argv[1]).read())"
    command = shlex.join([sys.executable, "-c", code, str(vault)])
    (gateway.home / "carrel.toml").write_text(
        f"[discord]\nrest_url = 'http://127.0.0.1:9'\ntoken_command = {json.dumps(command)}\n"
        f"# {' '.join(PLANTED.values())}\n"
    )
    gateway.extra |= {name: PLANTED[name] for name in PLANTED if name.isupper()}
    gateway.extra["ANTHROPIC_BASE_URL"] = gateway.api_url
    gateway.start()
    return gateway


def held(text: str) -> list[str]:
    """Which of the secrets are in a text."""
    return [name for name, secret in PLANTED.items() if secret in text]


def arguments() -> str:
    """What every process of this machine was started with."""
    lines = []
    for entry in Path("/proc").iterdir():
        try:
            lines.append((entry / "cmdline").read_text(errors="replace"))
        except OSError:
            continue
    return "\n".join(lines)


def bundle(gateway: GatewayProcess) -> dict[str, str]:
    """What `carrel diagnostics` packs, by the names of its files."""
    file = gateway.home.parent / "bundle.tar.gz"
    made = carrel(gateway, "diagnostics", str(file))
    assert made.returncode == 0, made.stderr
    with tarfile.open(file) as packed:
        return {one.name: packed.extractfile(one).read().decode() for one in packed}


@pytest.mark.cli
def test_no_secret_is_found_where_one_could_look(planted: GatewayProcess) -> None:
    """spec: 11.1 11.2 18.6"""
    log, toml = planted.home / "logs" / "carrel.log", planted.home / "carrel.toml"
    sound = toml.read_text()
    toml.write_text("".join(f"{secret} = 1\n" for secret in PLANTED.values()))
    wait_for(lambda: log.read_text().count("[secret]") >= len(PLANTED))
    toml.write_text(sound)
    planted.say("SAY well", "a", "m1")
    wait_for(planted.answers)
    started = arguments()
    assert "claude" in started
    assert held(started) == []
    figures = asked(planted, "/metrics", (planted.home / "metrics.key").read_text())[1]
    audit = carrel(planted, "audit", "--json").stdout
    assert '"event": "token command run"' in audit
    assert held(figures + audit + log.read_text()) == []
    found = bundle(planted)
    for name, text in found.items():
        assert held(text) == [], name
    toml_of_bundle = found["carrel-diagnostics/carrel.toml"]
    assert "# [secret] [secret] [secret]" in toml_of_bundle


@pytest.mark.cli
def test_neither_the_gateway_nor_an_agent_leaves_its_memory_behind(planted: GatewayProcess) -> None:
    """spec: 11.1"""
    planted.say("SAY well", "a", "m1")
    wait_for(planted.answers)
    limits = [file.read_text() for file in own_limits(planted)]
    assert len(limits) > 1, "an agent runs"
    for text in limits:
        (core,) = [line for line in text.splitlines() if line.startswith("Max core file size")]
        assert core.split()[4:6] == ["0", "0"]
    planted.process.send_signal(signal.SIGABRT)
    assert planted.ended() == -signal.SIGABRT
    assert held((planted.home / "stderr.txt").read_text()) == []
    assert not [one for one in planted.home.rglob("core*") if one.is_file()]


def own_limits(gateway: GatewayProcess) -> list[Path]:
    """The limits of the gateway and of all that it has started."""
    parents = {}
    for entry in Path("/proc").iterdir():
        try:
            parents[entry.name] = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        except (OSError, IndexError):
            continue
    own = {str(one.process.pid) for one in (gateway, *gateway.engines)}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    return [Path("/proc") / pid / "limits" for pid in own]

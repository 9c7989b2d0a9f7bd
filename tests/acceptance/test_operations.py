"""What a monitor and an auditor see of a real gateway, and what they must not."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from tests.acceptance.gateway_process import wait_for
from tests.acceptance.test_lifecycle import carrel

KEY = "sk-test-the-real-key-0123456789"


def asked(gateway, path: str, key: str = "") -> tuple[int, str]:
    url = f"http://127.0.0.1:{urlsplit(gateway.link).port}{path}"
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_health_figures_and_the_audit_log_tell_nothing_of_what_was_said(gateway) -> None:
    """spec: 18.6 18.8 11.1"""
    gateway.start()
    assert asked(gateway, "/healthz") == (200, "ok\n")
    assert asked(gateway, "/readyz") == (200, "ready\n")
    assert asked(gateway, "/metrics")[0] == 401
    gateway.say(f"TOOL Write canary.txt {KEY}\nSAY canary", "canaryplace", "m1")
    card = lambda: [b for b in gateway.shown("canaryplace") if b["kind"] == "approval"]  # noqa: E731 - read again each time
    wait_for(card)
    gateway.say(f"/allow {card()[0]['approval']}", "canaryplace", "c1")
    wait_for(lambda: gateway.answers("canaryplace"))
    status, figures = asked(gateway, "/metrics", (gateway.home / "metrics.key").read_text())
    assert status == 200
    assert 'carrel_messages{state="done"} 2' in figures
    assert "canary" not in figures
    assert KEY not in figures
    carrel(gateway, "status", "--link")
    lines = [json.loads(one) for one in carrel(gateway, "audit", "--json").stdout.splitlines()]
    events = [one["event"] for one in lines]
    assert events[0] == "gateway started"
    assert [e for e in events if e != "gateway started"] == [
        "heard",
        "command",
        "request answered",
        "console link made",
    ]
    text = json.dumps(lines)
    assert "canary.txt" not in text
    assert KEY not in text
    assert "login?code" not in text


def test_a_crash_would_leave_no_memory_behind(gateway) -> None:
    """spec: 11.1"""
    gateway.start()
    limits = Path(f"/proc/{gateway.process.pid}/limits").read_text()
    (core,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core.split()[4:6] == ["0", "0"]


def test_the_doctor_looks_for_what_was_left_open(gateway) -> None:
    """spec: 18.9"""
    gateway.start()
    gateway.home.chmod(0o755)
    looked = carrel(gateway, "doctor", "--security")
    assert looked.returncode == 1
    assert f"chmod 700 {gateway.home}" in looked.stdout

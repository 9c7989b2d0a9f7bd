"""What an operator does when something broke, by the command line, as a person does it."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.spread import alone
from tests.acceptance.test_lifecycle import EX_CONFIG, carrel, run_up

AT_ONCE = 20


@alone
def test_a_copy_is_made_and_gone_back_to(gateway) -> None:
    """spec: 18.1"""
    gateway.start()
    gateway.say("SAY before", "a", "m1")
    wait_for(lambda: gateway.answers() == ["before"])
    made = carrel(gateway, "backup")
    assert made.returncode == 0, made.stderr
    name = made.stdout.strip().rpartition("/")[2]
    gateway.say("SAY after", "a", "m2")
    wait_for(lambda: gateway.answers() == ["before", "after"])
    refused = carrel(gateway, "restore", name)
    assert refused.returncode == EX_CONFIG
    assert str(gateway.process.pid) in refused.stderr
    gateway.terminate()
    assert name in carrel(gateway, "restore").stdout
    back = carrel(gateway, "restore", name)
    assert back.returncode == 0, back.stderr
    assert "replaced" in back.stdout
    gateway.start()
    assert gateway.answers() == ["before"]
    gateway.say("SAY anew", "a", "m3")
    wait_for(lambda: gateway.answers() == ["before", "anew"])


def test_what_failed_is_listed_tried_again_and_let_go_of(gateway) -> None:
    """spec: 18.2"""
    gateway.start()
    assert "No message has failed" in carrel(gateway, "dead-letters").stdout
    gateway.say("ERR 400", "a", "m1")
    wait_for(lambda: words(gateway))
    listed = carrel(gateway, "dead-letters").stdout
    assert "console/m1" in listed
    assert "ERR 400" in listed
    assert carrel(gateway, "dead-letters", "retry", "console/nothing").returncode == 1
    again = carrel(gateway, "dead-letters", "retry", "console/m1")
    assert again.returncode == 0, again.stderr
    wait_for(lambda: len(words(gateway)) == 2)
    wait_for(lambda: "console/m1" in carrel(gateway, "dead-letters").stdout)
    assert carrel(gateway, "dead-letters", "drop", "console/m1").returncode == 0
    wait_for(lambda: "No message has failed" in carrel(gateway, "dead-letters").stdout)


@alone
def test_a_disk_that_became_read_only_is_said_and_nothing_is_lost(gateway) -> None:
    gateway.start()
    gateway.say("SAY before", "a", "m1")
    wait_for(lambda: gateway.answers() == ["before"])
    gateway.terminate()
    kept = (gateway.home / "carrel.db").read_bytes()
    home = str(gateway.home)
    walled = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", home, home]
    env = {"PATH": os.environ["PATH"], "HOME": str(gateway.home.parent), "CARREL_HOME": home}
    env |= {"CARREL_CONSOLE__PORT": "0", "ANTHROPIC_API_KEY": "sk-test"}
    ended = subprocess.run(
        [*walled, sys.executable, "-m", "carrel", "up"],
        env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    assert f"{home} cannot be written: Read-only file system." in ended.stderr
    assert (gateway.home / "carrel.db").read_bytes() == kept
    gateway.start()
    assert gateway.answers() == ["before"]
    assert "set aside" not in carrel(gateway, "status").stdout


def words(gateway: GatewayProcess) -> list[str]:
    """What was said in place of an answer."""
    return [b["text"] for b in gateway.shown() if b["kind"] == "notice"]


def test_of_twenty_gateways_at_once_one_starts_and_the_others_say_who(gateway) -> None:
    """spec: 1.4"""
    gateway.home.mkdir(exist_ok=True)
    env = {"PATH": os.environ["PATH"], "HOME": str(gateway.home.parent)}
    env |= {"CARREL_HOME": str(gateway.home), "CARREL_CONSOLE__PORT": "0"}
    env |= {"ANTHROPIC_API_KEY": "sk-test", "ANTHROPIC_BASE_URL": gateway.api_url}
    crowd = [
        subprocess.Popen(
            [sys.executable, "-m", "carrel", "up"], env=env, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        for _ in range(AT_ONCE)
    ]  # fmt: skip
    try:
        lost = lambda: [one for one in crowd if one.poll() is not None]  # noqa: E731 - read again
        wait_for(lambda: len(lost()) == AT_ONCE - 1, 90)
        (winner,) = set(crowd) - set(lost())
        for one in lost():
            assert one.returncode == EX_CONFIG
            assert f"process {winner.pid})" in one.stderr.read()
        assert winner.poll() is None
    finally:
        for one in crowd:
            one.kill()
            one.wait(10)
            one.stderr.close()


def test_a_gateway_that_cannot_start_is_not_tried_as_fast_as_it_can_be(gateway) -> None:
    """spec: 18.5"""
    failing = GatewayProcess(gateway.home, gateway.api_url)
    failing.home.mkdir(exist_ok=True)
    (failing.home / "carrel.db").mkdir()  # nobody's fault that a person could be told to mend
    for _ in range(3):
        assert run_up(failing).returncode == 1
    (failing.home / "carrel.db").rmdir()
    began = time.monotonic()
    failing.start()
    assert time.monotonic() - began > 9
    assert "failed 3 times in a row" in carrel(failing, "status").stdout
    assert not (failing.home / "starts").exists()
    failing.terminate()

"""Jobs as people have them: files in the home of a gateway that is killed with -9.

spec: 13.3 13.6 13.8 13.9 13.11 13.14
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.acceptance.discord_process import DiscordProcess, discord_process
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.seats import DiscordSeat, answered, sees
from tests.acceptance.spread import SPREAD
from tests.acceptance.thorough import spared

SOON = timedelta(seconds=12 if SPREAD else 4)


@pytest.fixture
def discord(tmp_path: Path) -> Iterator[DiscordProcess]:
    with discord_process(tmp_path, "one", "two") as one:
        yield one


def write_job(gateway: GatewayProcess, name: str, head: str, prompt: str) -> None:
    folder = gateway.home / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(f"---\n{head}\n---\n{prompt}\n")


def once(at: datetime) -> str:
    return f"at: {at:%Y-%m-%d %H:%M:%S}"


def states(gateway: GatewayProcess, job: str) -> list[str]:
    return [row["fire"]["state"] for row in gateway.control().get(f"/schedules/{job}")]


@pytest.mark.cli
def test_a_job_answers_once_into_a_channel_across_a_kill(
    gateway: GatewayProcess, discord: DiscordProcess
) -> None:
    """One fires before the kill and is at work; the time of the other passes while all is down."""
    discord.furnish(gateway)
    begins = datetime.now(UTC) + SOON
    one, two = (f"notify_to: discord:{discord.channel(name)}" for name in ("one", "two"))
    write_job(gateway, "slow", f"{once(begins)}\n{one}", "SLOW 3000 1\nSAY m1")
    write_job(gateway, "missed", f"{once(begins + timedelta(seconds=4))}\n{two}", "SAY m2")
    gateway.start()
    wait_for(lambda: states(gateway, "slow") == ["given"])
    gateway.kill()
    wait_for(lambda: not gateway.survivors(), 10)
    wait_for(lambda: datetime.now(UTC) > begins + timedelta(seconds=5), 10)
    gateway.start()
    for channel, answer in (("one", "m1"), ("two", "m2")):
        wait_for(lambda c=channel: discord.answers(c))
        assert discord.answers(channel) == [answer]
    for job in ("slow", "missed"):
        wait_for(lambda j=job: states(gateway, j) == ["done"])
    gateway.kill()
    gateway.start()
    time.sleep(1)
    assert gateway.terminate() == 0
    shown = Counter(line["content"] for line in discord.shown())
    assert sum(shown.values()) == 2, "each is said once, and nothing else is"


STEPS = {
    "its fires are about to be decided": "before#2 carrel.stores.sqlite:SqliteStore.decide",
    "its fires are decided": "after#2 carrel.stores.sqlite:SqliteStore.decide",
    "it is about to be taken in": "before carrel.runtime.intake:Intake.accept",
    "it is taken in": "after carrel.runtime.intake:Intake.accept",
    "that it was taken in is noted": "after#3 carrel.stores.sqlite:SqliteStore.decide",
    "its answer is about to be told": "before carrel.stores.sqlite:SqliteStore.say",
    "its answer is told": "after carrel.stores.sqlite:SqliteStore.say",
}

ALIKE = {"its fires are decided", "that it was taken in is noted", "its answer is about to be told"}
"""A kill there finds the store as one a step away does."""


@pytest.mark.parametrize("place", spared(STEPS, STEPS.keys() - ALIKE))
def test_killed_there_a_job_answers_once_after_a_restart(
    gateway: GatewayProcess, place: str
) -> None:
    gateway.extra["CARREL_ENGINE__NAME"] = "scripted"
    write_job(gateway, "report", f"{once(datetime.now(UTC) + SOON)}\nnotify_to: console:a", "hello")
    gateway.start(kill_at=place)
    assert gateway.ended() == -9
    gateway.start()
    wait_for(lambda: states(gateway, "report") == ["done"])
    wait_for(lambda: gateway.answers("a"))
    assert gateway.terminate() == 0
    gateway.start()
    assert gateway.answers("a") == ["echo: hello"]
    assert states(gateway, "report") == ["done"]
    assert gateway.terminate() == 0


def test_a_file_is_a_job_while_the_gateway_runs_and_a_bad_one_is_a_notice(
    gateway: GatewayProcess,
) -> None:
    gateway.extra["CARREL_ENGINE__NAME"] = "scripted"
    gateway.start()
    write_job(gateway, "report", "every: 1h\nnotify_to: console:a", "hello")
    write_job(gateway, "bad", "every: never", "hello")
    listed = gateway.control().get
    (job,) = wait_for(lambda: listed("/schedules"), 40)
    assert (job["name"], job["notify_to"]) == ("report", "console:a")
    (notice,) = [text for text in listed("/status")["notices"] if "bad.md" in text]
    assert notice.startswith(f"{gateway.home / 'jobs' / 'bad.md'}:2: every: write a length")
    gateway.control().post("/schedules/report/run")
    wait_for(lambda: gateway.answers("a") == ["echo: hello"])
    assert json.dumps(listed("/schedules/report")).count("echo: hello") == 1
    assert gateway.terminate() == 0


REMINDED = {
    "it is about to be taken in": "before#2 carrel.runtime.intake:Intake.accept",
    "it is taken in": "after#2 carrel.runtime.intake:Intake.accept",
    "its end is about to be noted": "before carrel.stores.sqlite:SqliteStore.settle_reminder",
    "its end is noted": "after carrel.stores.sqlite:SqliteStore.settle_reminder",
}


@pytest.mark.parametrize("place", spared(REMINDED, ("it is taken in", "its end is noted")))
def test_killed_there_a_reminder_is_said_once_after_a_restart(
    gateway: GatewayProcess, place: str
) -> None:
    gateway.extra["CARREL_ENGINE__NAME"] = "scripted"
    gateway.start(kill_at=place)
    gateway.say("/schedule in 3s the oven")
    assert gateway.ended() == -9
    gateway.start()
    wait_for(lambda: gateway.answers("a"))
    assert gateway.terminate() == 0
    gateway.start()
    time.sleep(1)
    (said,) = gateway.answers("a")
    assert said.endswith("asked for: the oven")
    assert gateway.terminate() == 0


def run(gateway: GatewayProcess, job: str, ends: list[str]) -> None:
    """Fire it by hand and wait for how its fires ended, the last one first."""
    gateway.control().post(f"/schedules/{job}/run")
    wait_for(lambda: states(gateway, job) == ends, 30)
    time.sleep(1)  # two fires by hand in one second are one


@pytest.mark.cli
def test_a_job_s_troubles_requests_and_silence_are_where_it_notifies(
    gateway: GatewayProcess, discord: DiscordProcess
) -> None:
    """What fails three times is paused, a card is answered, silence is silent."""
    discord.furnish(gateway)
    one, two = (f"every: 1h\nnotify_to: discord:{discord.channel(name)}" for name in ("one", "two"))
    write_job(gateway, "broken", one, "ERR 400 9")
    write_job(gateway, "writes", two, "TOOL Write note.txt words\nSAY written")
    write_job(gateway, "heartbeat", two, "TOOL mcp__carrel__nothing_to_report {}\nSAY quiet")
    gateway.start()
    wait_for(lambda: len(gateway.control().get("/schedules")) == 3)
    for count in (1, 2, 3):
        run(gateway, "broken", ["failed"] * count)
    seat = DiscordSeat(gateway, discord, discord.channel("one"))
    text = sees(seat, "Paused. It failed 3 times in a row.")
    assert text.count("broken: ") == 4, "each failure is said, and the pause"
    rows = {row["name"]: row for row in gateway.control().get("/schedules")}
    assert rows["broken"]["paused"] == "It failed 3 times in a row."
    other = DiscordSeat(gateway, discord, discord.channel("two"))
    run(gateway, "heartbeat", ["done"])
    gateway.control().post("/schedules/writes/run")
    other.press("Allow")
    assert answered(other, 1) == ["written"], "and nothing of the heartbeat"
    (note,) = gateway.home.glob("sessions/schedule-writes*/work/note.txt")
    assert note.read_text() == "words"
    wait_for(lambda: gateway.control().get("/schedules/writes")[0]["fire"]["cost"] > 0)
    assert gateway.terminate() == 0

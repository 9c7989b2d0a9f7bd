from __future__ import annotations

import json

import pytest

from carrel.importers.claudeclaw.jobs import Habits, read
from carrel.importers.claudeclaw.prompts import front_matter

DATA = ".claude/claudeclaw"
NEWS = f"{DATA}/jobs/news.md"


def made(files, *, forked=False, sessions=(), timezone=""):
    jobs, findings = read(files, Habits(timezone, forked, sessions))
    return {job.file: front_matter(job.text) for job in jobs}, findings


def job(*lines: str, prompt: str = "What is new?", name: str = NEWS) -> dict[str, bytes]:
    return {name: "\n".join(["---", *lines, "---", prompt]).encode()}


def test_every_field_that_means_something_is_kept() -> None:
    held = job(
        'schedule: "0 9 * * 1-5"', "recurring: true", "notify: error", "model: haiku",
        "timeout: 600", "retry: 2", "retry_delay: 300", "label: x",
    )  # fmt: skip
    jobs, findings = made(held, timezone="Europe/Lisbon")
    fields, prompt = jobs["news.md"]
    assert prompt == "What is new?"
    assert fields == {
        "schedule": "0 9 * * 1-5", "timezone": "Europe/Lisbon", "session": "own",
        "notify": "on-error", "model": "haiku", "timeout": "600", "retries": "2",
        "catch_up": "none", "enabled": "true",
    }  # fmt: skip
    assert [one.what for one in findings] == ["job news: retry_delay"]


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("notify: false", "notify", "never"),
        ("notify: true", "notify", "always"),
        ("enabled: false", "enabled", "false"),
        ("timeout: soon", "timeout", None),
        ("timeout: " + "9" * 5000, "timeout", None),
        ("daily: yes", "enabled", "true"),
    ],
)
def test_fields_in_other_words(line, key, value) -> None:
    jobs, _ = made(job('schedule: "0 9 * * *"', "recurring: 1", line))
    assert jobs["news.md"][0].get(key) == value


@pytest.mark.parametrize(
    ("lines", "standing"),
    [
        (["recurring: true"], "left"),
        (["schedule: every day", "recurring: true"], "failed"),
        (["schedule: 0 9 1 6 *"], "next"),
    ],
)
def test_what_would_run_at_a_wrong_time_is_switched_off(lines, standing) -> None:
    jobs, findings = made(job(*lines))
    assert jobs["news.md"][0]["enabled"] == "false"
    assert [one.standing for one in findings] == [standing]


def test_day_and_weekday_together_mean_something_else() -> None:
    _, findings = made(job("schedule: 0 9 1 * 1", "recurring: true"))
    assert [one.standing for one in findings] == ["next"]


def test_whose_session_a_job_speaks_in() -> None:
    plain = job("schedule: 0 9 * * *", "recurring: true")
    agent = job("schedule: 0 9 * * *", "recurring: true", name="agents/mike/jobs/tea.md")
    assert made(plain, forked=True)[0]["news.md"][0]["session"] == "default"
    own = made(plain, sessions={"console:job-news"})[0]["news.md"][0]
    assert own["session"] == "console:job-news"
    mike = made(agent, sessions={"console:agent-mike"})[0]["mike-tea.md"][0]
    assert mike["session"] == "console:agent-mike"
    old = job("schedule: 0 9 * * *", "recurring: true", "agent: mike")
    assert "mike-news.md" in made(old)[0]


def test_a_prompt_in_a_file_of_its_own_is_read() -> None:
    held = job("schedule: 0 9 * * *", "recurring: true", prompt="prompts/a.md")
    assert made({**held, "prompts/a.md": b"Read on."})[0]["news.md"][1] == "Read on."
    _, findings = made(held)
    assert [one.standing for one in findings] == ["failed"]


@pytest.mark.parametrize("data", [b"", b"What?", b"---\nschedule: *\n---\n", b"\xff\xfe"])
def test_what_is_no_job_is_named(data) -> None:
    jobs, findings = made({NEWS: data})
    assert not jobs
    assert [one.standing for one in findings] == ["failed"]


def beat(**more) -> dict[str, bytes]:
    heartbeat = {"enabled": True, "interval": 30, "prompt": "All well?", **more}
    return {f"{DATA}/settings.json": json.dumps({"heartbeat": heartbeat}).encode()}


def test_the_heartbeat_is_a_job() -> None:
    jobs, _ = made(beat(excludeWindows=[{"days": [], "start": "22:00", "end": "07:30"}]))
    fields, prompt = jobs["heartbeat.md"]
    assert prompt == "All well?"
    assert (fields["every"], fields["active"], fields["session"]) == (
        "30m",
        "07:30-22:00",
        "default",
    )
    assert fields["enabled"] == "true"


def test_a_mark_in_the_prompt_is_said() -> None:
    _, findings = made(beat(prompt="Say HEARTBEAT_OK if all is well."))
    assert [one.what for one in findings] == ["heartbeat"]
    assert made(beat())[1] == ()


def test_its_template_comes_first() -> None:
    jobs, _ = made({**beat(), f"{DATA}/prompts/HEARTBEAT.md": b"Look round.\n"})
    assert jobs["heartbeat.md"][1] == "Look round.\n\nAll well?"


@pytest.mark.parametrize(
    "windows",
    [
        [{"days": [1], "start": "22:00", "end": "07:00"}],
        [{"start": "22:00", "end": "07:00"}, {"start": "12:00", "end": "13:00"}],
        [{"start": "25:00", "end": "07:00"}],
        [{"start": "07:00", "end": "07:00"}],
        [7],
    ],
)
def test_quiet_hours_that_are_no_single_window_are_said(windows) -> None:
    jobs, findings = made(beat(excludeWindows=windows))
    assert "active" not in jobs["heartbeat.md"][0]
    assert "heartbeat.excludeWindows" in {one.what for one in findings}


@pytest.mark.parametrize("interval", [None, "x", -5, 10**400, 0.2])
def test_a_strange_interval_is_a_plain_one(interval) -> None:
    assert made(beat(interval=interval))[0]["heartbeat.md"][0]["every"] in {"15m", "1m"}


def test_a_heartbeat_without_a_prompt_is_none() -> None:
    jobs, findings = made(beat(prompt=""))
    assert not jobs
    assert [one.what for one in findings] == ["heartbeat"]
    assert made({}) == ({}, ())

"""spec: 13.7"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carrel.core.firing import At, Cron, Every, described
from carrel.core.model import Conversation
from carrel.core.schedules import wakes
from carrel.ports.schedules import Found
from carrel.settings.cron import next_match
from carrel.settings.job_table import JobTable
from carrel.settings.jobs import TEMPLATE, JobFolder, Surroundings, changed, read
from carrel.testing.clock import ManualClock

AROUND = Surroundings(("console", "discord"), None, 1.8e9)


def found(folder: Path, text: str, name: str = "report", around: Surroundings = AROUND) -> Found:
    (folder / f"{name}.md").write_text(text)
    return read(folder, around)


def test_a_file_is_a_job(tmp_path: Path) -> None:
    text = """---
schedule: 0 9 * * mon-fri
timezone: Europe/Berlin
notify_to: discord:12
model: haiku
mode: auto
timeout: 10m
retries: 2
overlap: queue
catch_up: 5
active: [08:00-22:00, sat 10:00-12:00]
enabled: no
---
What is new?
"""
    (job,) = found(tmp_path, text).jobs
    assert isinstance(job.when, Cron)
    assert (job.name, job.prompt, job.when.line) == ("report", "What is new?", "0 9 * * mon-fri")
    assert str(job.zone) == "Europe/Berlin"
    assert job.notify_to == Conversation("discord", "12")
    assert (job.model, job.mode, job.timeout, job.retries) == ("haiku", "auto", 600, 2)
    assert (job.overlap, job.catch_up, len(job.active), job.enabled) == ("queue", 5, 2, False)


def test_intervals_and_times_are_jobs_too(tmp_path: Path) -> None:
    found(tmp_path, "---\nevery: 15m\n---\nx", "a")
    jobs = found(tmp_path, "---\nat: 2027-07-01 12:00\ntimezone: Europe/Berlin\n---\nx", "b").jobs
    assert [job.when for job in jobs] == [Every(900), At(1_814_436_000.0)]


def test_a_folder_of_a_home_is_read_as_the_clock_says(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path, ("console",), "discord:1", ManualClock())
    before = folder.changed()
    assert folder.read() == Found((), {})
    (tmp_path / "report.md").write_text("---\nevery: 1h\n---\nx")
    assert folder.changed() != before
    assert "no platform 'discord' is set up" in folder.read().faults["report"]


@pytest.mark.parametrize(
    ("more", "default", "place"),
    [
        ("", None, None),
        ("", "console:main", "console:main"),
        ("session: discord:5", "console:main", "discord:5"),
        ("session: discord:5\nnotify_to: discord:6", None, "discord:6"),
        ("session: default", "console:main", "console:main"),
        ("notify: never\nnotify_to: discord:6", "console:main", None),
    ],
)
def test_where_it_answers(tmp_path: Path, more: str, default: str | None, place: str) -> None:
    around = replace(AROUND, notify_to=default)
    (job,) = found(tmp_path, f"---\nevery: 1h\n{more}\n---\nx", around=around).jobs
    assert (job.notify_to.address if job.notify_to else None) == place


def test_the_heartbeat_needs_no_prompt(tmp_path: Path) -> None:
    (job,) = found(tmp_path, "---\nevery: 1h\n---\n", "heartbeat").jobs
    assert job.prompt == TEMPLATE
    (job,) = found(tmp_path, "---\nevery: 1h\n---\nLook round.", "heartbeat").jobs
    assert job.prompt == "Look round."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\nevery: 1h\n---\n", "1: its prompt must follow"),
        ("---\nevery: 1h\nretrys: 2\n---\nx", "3: retrys: unknown key. Did you mean 'retries'?"),
        ("---\nschedule: 0 0 30 2 *\n---\nx", "2: schedule: it never fires"),
        ("---\nschedule: '* * */20 * 1L'\n---\nx", "2: schedule: it never fires"),
        (
            "---\nschedule: 0 0 * * *\nactive: 08:00-22:00\n---\nx",
            "2: schedule: it never fires within its active hours",
        ),
        (
            "---\nactive: 08:30-08:40\nevery: 2h\n---\nx",
            "3: every: it never fires within its active hours",
        ),
        (
            "---\nevery: 1h\nretries: many\n---\nx",
            "3: retries: write a whole number; given: 'many'",
        ),
        ("---\nevery: 1h\nnotify: x\n---\nx", "3: notify: input should be 'always', 'on-error' or"),
        (
            "---\nevery: 1h\nnotify_to: telegram:1\n---\nx",
            "3: notify_to: no platform 'telegram' is set up; there are: console, discord",
        ),
        (
            "---\nevery: 1h\nsession: telegram:1\n---\nx",
            "3: session: no platform 'telegram' is set up",
        ),
        ("---\n---\nx", "1: say when: with one of schedule, every, at"),
        ("x", "1: it must begin"),
    ],
)
def test_a_bad_file_is_one_fault_and_the_others_go_on(tmp_path: Path, text: str, said: str) -> None:
    found(tmp_path, "---\nevery: 1h\n---\nx", "good")
    both = found(tmp_path, text)
    assert [job.name for job in both.jobs] == ["good"]
    fault = both.faults["report"]
    assert len(both.faults) == 1
    assert fault.startswith(f"{tmp_path / 'report.md'}:{said}")


def test_a_file_that_is_no_text_or_has_no_name_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff\xfe")
    (tmp_path / "A B.md").write_text("---\nevery: 1h\n---\nx")
    faults = read(tmp_path, AROUND).faults
    assert set(faults) == {"a", "A B"}
    assert "letters, digits" in faults["A B"]


def test_links_that_lead_nowhere_are_faults_and_what_editors_hide_is_nothing(tmp_path) -> None:
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere")
    (tmp_path / ".#report.md").symlink_to("me@host.1:2")
    (both, before) = read(tmp_path, AROUND), changed(tmp_path)
    assert set(both.faults) == {"gone"}
    (tmp_path / "nowhere").write_text("---\nevery: 1h\n---\nx")
    assert changed(tmp_path) != before
    assert [job.name for job in read(tmp_path, AROUND).jobs] == ["gone"]


def test_a_folder_that_is_not_there_holds_no_jobs(tmp_path: Path) -> None:
    assert read(tmp_path / "none", AROUND) == Found((), {})
    assert changed(tmp_path / "none") == ()


def test_a_change_is_seen(tmp_path: Path) -> None:
    before = changed(tmp_path)
    found(tmp_path, "---\nevery: 1h\n---\nx")
    between = changed(tmp_path)
    found(tmp_path, "---\nevery: 1h\n---\nanother")
    assert len({before, between, changed(tmp_path)}) == 3


NASTY = st.sampled_from(
    (
        *(
            "",
            "*",
            "&a",
            "*a",
            "!!int x",
            "{",
            "[" * 700,
            "a: b",
            "\x85",
            "\u2028",
            "- x",
            "|",
            ">",
        ),
        *("999999w", "0s", "0001-01-01 00:00", "9999-12-31 23:59", "2999-12-31 23:59", "²"),
        *("* * * * *", "0 0 29 2 *", "0 0 * 2 mon#5", "@yearly", "1-5/0 * * * *", "L L L L L"),
        *("00:00-24:00", "sat 23:59-00:00", "own", "default", "discord:1:2:3", "console:%00"),
        *("America/Havana", "Etc/GMT+14", "localtime", "posixrules", ".", "/etc/passwd"),
    )
)
LINES = st.builds("{}: {}".format, st.sampled_from([*JobTable.model_fields, "x", "<<"]), NASTY)
WHENS = st.sampled_from(("every: 1h", "schedule: 0 9 * * *", "# nothing"))
FILES = st.builds(
    lambda when, lines: "\n".join(["---", when, *lines, "---", "x"]),
    WHENS,
    st.lists(LINES | NASTY, max_size=3),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=FILES | st.text(max_size=50))
def test_whatever_a_file_says_it_is_a_job_or_a_fault(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.md").write_text(text, "utf-8", errors="replace")
    both = read(tmp_path, AROUND)
    assert [job.name for job in both.jobs] + list(both.faults) == ["report"]
    for job in both.jobs:
        wakes(job, None, AROUND.now, next_match)
        described(job.when)


def test_a_job_that_names_no_zone_has_the_houses(tmp_path) -> None:
    (tmp_path / "a.md").write_text("---\nschedule: 0 9 * * *\n---\nx")
    (tmp_path / "b.md").write_text("---\nschedule: 0 9 * * *\ntimezone: UTC\n---\nx")
    jobs = JobFolder(tmp_path, ("console",), None, ManualClock(), "Asia/Tokyo").read().jobs
    assert [str(job.zone) for job in jobs] == ["Asia/Tokyo", "UTC"]

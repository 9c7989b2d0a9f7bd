"""Jobs and the heartbeat, as the files of Carrel's schedules. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from carrel.core.model import SessionKey
from carrel.importers.claudeclaw.prompts import (
    DATA,
    SETTINGS,
    front_matter,
    is_job,
    reference,
    resolved,
)
from carrel.importers.claudeclaw.states import key_of, plain
from carrel.importers.findings import Finding
from carrel.importers.tolerant import clean, number, parsed, prose, table, word

NEVER_MIND = "0 0 1 1 *"
"""For a job that ran once and is switched off: a file needs some time to be read at all."""

NOTIFY = {"error": "on-error", "false": "never", "no": "never", "0": "never"}
TRUE = frozenset({"true", "yes", "1"})
LONGEST_MINUTES = 60 * 24 * 366
MOST = 10**7

_CRON = re.compile(r"[0-9*/,-]+( [0-9*/,-]+){4}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_KNOWN = frozenset(
    {"schedule", "recurring", "daily", "notify", "model", "timeout", "agent", "label", "enabled"}
    | {"retry", "retry_delay"}
)
ONCE = "it was to run once: put the time into `at:`, then `enabled: true`"


@dataclass(frozen=True, slots=True)
class Job:
    """A file of Carrel's schedules. `file`: its name below `jobs`. `origin`: where it came from."""

    file: str
    text: str
    origin: str


@dataclass(frozen=True, slots=True)
class Habits:
    """What holds for all jobs: the time zone, whose ClaudeClaw, and sessions that go on."""

    timezone: str
    forked: bool
    sessions: Collection[SessionKey]


def read(files: Mapping[str, bytes], habits: Habits) -> tuple[tuple[Job, ...], tuple[Finding, ...]]:
    """Every job that has a prompt, the heartbeat last, and what is to be said of them."""
    findings: list[Finding] = []
    jobs = {job.file: job for job in _jobs(files, habits, findings)}
    for job in _heartbeat(files, habits, findings):
        jobs.setdefault(job.file, job)
    return tuple(jobs.values()), tuple(findings)


def _jobs(files: Mapping[str, bytes], habits: Habits, findings: list[Finding]) -> Iterator[Job]:
    for file in sorted(filter(is_job, files)):
        found = front_matter(prose(files[file]))
        prompt = resolved(found[1], files) if found else ""
        if found is None or not prompt:
            why = "it has no prompt" if found else "it does not begin with settings between ---"
            findings.append(Finding("failed", file, f"{why}; it is no job"))
            continue
        if (path := reference(found[1])) and path not in files:
            findings.append(Finding("failed", file, f"its prompt's file {path} cannot be read"))
        name = _name(file, found[0])
        fields = _fields(name, file, found[0], habits, findings)
        yield Job(f"{plain(name)}.md", _written(fields, prompt), file)


def _name(file: str, fields: Mapping[str, str]) -> str:
    """`agent-job` for an agent's, wherever it lies."""
    path = PurePosixPath(file)
    agent = path.parts[1] if path.parts[0] == "agents" else fields.get("agent", "")
    name = clean(path.stem)
    return f"{clean(agent)}-{name}" if agent else name


def _fields(
    name: str, file: str, held: Mapping[str, str], habits: Habits, findings: list[Finding]
) -> dict[str, str]:
    what = f"job {name}"
    cron = " ".join(held.get("schedule", "").split())
    once = not TRUE & {held.get("recurring", "").lower(), held.get("daily", "").lower()}
    findings += _faults(what, cron, held, once=once)
    notify = held.get("notify", "true").lower()
    session, model = _session(file, held, habits), word(held.get("model", ""))
    if model and session != "own":
        said = f"its model {model} is not carried: it shares a session, which has one model"
        findings.append(Finding("left", what, said))
        model = ""
    fields = {
        "schedule": cron or NEVER_MIND,
        "timezone": habits.timezone or "UTC",
        "session": session,
        "notify": NOTIFY.get(notify, "always"),
        "model": model,
        "timeout": _whole(held.get("timeout")),
        "retries": _whole(held.get("retry")),
        "catch_up": "once" if habits.forked else "none",
    }
    enabled = held.get("enabled", "true").lower() in TRUE and not once and _CRON.fullmatch(cron)
    return {**fields, "enabled": "true" if enabled else "false"}


def _session(file: str, held: Mapping[str, str], habits: Habits) -> str:
    """The fork's jobs spoke in the main conversation; upstream's had each their own."""
    path = PurePosixPath(file)
    agent = path.parts[1] if path.parts[0] == "agents" else held.get("agent", "")
    name = f"{agent}/{path.stem}" if agent else path.stem
    wanted = [key_of(name), *([key_of(f"agent:{agent}")] if agent else [])]
    going_on = [key for key in wanted if key in habits.sessions]
    return going_on[0] if going_on else "default" if habits.forked else "own"


def _faults(what: str, cron: str, held: Mapping[str, str], *, once: bool) -> Iterator[Finding]:
    if not cron:
        yield Finding("left", what, "it has no schedule any more: it ran once, and is switched off")
    elif not _CRON.fullmatch(cron):
        yield Finding("failed", what, f"{clean(cron)[:60]!r} is no schedule; it is switched off")
    elif once:
        yield Finding("next", what, ONCE)
    elif "*" not in {cron.split()[2], cron.split()[4]}:
        said = "ClaudeClaw ran it where day and weekday both fit, cron runs it where one does"
        yield Finding("next", what, said)
    if held.get("retry_delay"):
        yield Finding("left", f"{what}: retry_delay", "Carrel waits longer with every try")
    for key in sorted(held.keys() - _KNOWN):
        yield Finding("left", f"{what}: {clean(key)[:60]}", "it means nothing here")


def _whole(text: str | None) -> str:
    """A whole number as it is written; "" for anything else."""
    bare = text or ""
    return bare if bare.isascii() and bare.isdigit() and len(bare) <= len(str(MOST)) else ""


def _heartbeat(
    files: Mapping[str, bytes], habits: Habits, findings: list[Finding]
) -> Iterator[Job]:
    held = table(table(parsed(files.get(SETTINGS, b"")).value).get("heartbeat"))
    own = files.get(f"{DATA}/prompts/HEARTBEAT.md")
    told = held.get("prompt")
    prompt = resolved(told, files) if isinstance(told, str) else ""
    prompt = "\n\n".join(
        part for part in (prose(own).strip() if own else "", _text(prompt)) if part
    )
    enabled = held.get("enabled") is True
    if not prompt:
        if enabled:
            said = "it had no prompt of its own; write one into jobs/heartbeat.md"
            findings.append(Finding("next", "heartbeat", said))
        return
    minutes = number(held.get("interval"), LONGEST_MINUTES) or 15
    if "HEARTBEAT_OK" in prompt:
        said = "Carrel matches no words: take HEARTBEAT_OK out of the prompt in jobs/heartbeat.md"
        findings.append(Finding("next", "heartbeat", said))
    fields = {
        "every": f"{max(1, int(minutes))}m",
        "timezone": habits.timezone or "UTC",
        "session": "default",
        "notify": "always",
        "active": _active(held.get("excludeWindows"), findings),
        "catch_up": "none",
        "enabled": "true" if enabled else "false",
    }
    yield Job("heartbeat.md", _written(fields, prompt), SETTINGS)


def _text(prompt: str) -> str:
    """Half characters can be in JSON and nowhere else."""
    return prompt.encode("utf-8", "replace").decode()


def _active(windows: object, findings: list[Finding]) -> str:
    """The hours that one daily quiet window leaves; whatever is more must be written by hand."""
    quiet = [table(one) for one in windows] if isinstance(windows, list) else []
    if not quiet:
        return ""
    start, end = (word(quiet[0].get(key)) for key in ("start", "end"))
    days = quiet[0].get("days")
    daily = days is None or (isinstance(days, list) and len({word(day) for day in days}) in {0, 7})
    plain_times = _TIME.fullmatch(start) and _TIME.fullmatch(end) and start != end
    if len(quiet) > 1 or not daily or not plain_times:
        said = "its quiet hours cannot be told in one window; write `active` in jobs/heartbeat.md"
        findings.append(Finding("next", "heartbeat.excludeWindows", said))
        return ""
    return f"{end}-{start}"


def _written(fields: Mapping[str, str], prompt: str) -> str:
    """Front matter and prompt. Words are quoted as JSON, which YAML reads."""
    bare = {"enabled", "timeout", "retries"}
    lines = (
        f"{key}: {value if key in bare else json.dumps(value, ensure_ascii=False)}"
        for key, value in fields.items()
        if value
    )
    return "\n".join(["---", *lines, "---", prompt, ""])

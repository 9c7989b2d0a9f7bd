"""settings.json, key by key: what becomes of it in carrel.toml, or why nothing does. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

from carrel.importers.claudeclaw.prompts import DATA, SETTINGS
from carrel.importers.claudeclaw.toml import Tables, Value
from carrel.importers.findings import Finding
from carrel.importers.tolerant import parsed, table, word, words

PLATFORMS = ("discord", "telegram", "slack")
MODES = MappingProxyType({"plan": "plan", "acceptEdits": "edit"})

_OWN_MODEL = "is a service of its own; set ANTHROPIC_BASE_URL and its key where Carrel starts"
_SWITCH = "Carrel's own limits count; see docs/how-to/change-limits.md"
LEFT: Mapping[str, str] = MappingProxyType(
    {
        "fallback": "`fallback` in Carrel's [engine] names a model of the same service",
        "agentic": "Carrel does not choose a model by the task",
        "timezoneOffsetMinutes": "an offset is wrong for half of the year; `timezone` counts",
        "security.level": "it was a request in a prompt; Carrel has walls, and asks first",
        "security.allowedTools": "it had no effect; what is allowed is asked in the conversation",
        "security.disallowedTools": "Carrel has no such list; walls and approvals stand there",
        "web": "the console is always there, on this machine only; `carrel status --link` opens it",
        "stt.delegateTool": "voice messages become words before the agent sees them",
        "sessionTimeoutMs": f"a long turn is shown and can be stopped; {_SWITCH}",
        "timeouts": f"a long turn is shown and can be stopped; {_SWITCH}",
        "watchdog": "Carrel watches its engines by itself",
        "session": "long conversations are condensed by Claude itself",
        "plugins": "plug-ins run code with no walls; install what you need in a session's folder",
        "telegram.receiveEnabled": "a platform that is set up is listened to",
        "telegram.whisperModel": "set [voice] instead; see docs/reference/settings.md",
        "telegram.listenChats": "in Carrel each chat has a session of its own",
        "discord.channelNames": "Carrel reads the names itself",
        "discord.imageOutputRoots": "an agent sends files out of its own folder only",
        "discord.allowedGuilds": "it only held back a greeting; Carrel greets nobody",
        "heartbeat.forwardToTelegram": "`notify` in the job says who hears of it",
    }
)
"""Keys without a counterpart; a table's name stands for all of its keys."""

_SECRETS: Mapping[str, str] = MappingProxyType(
    {
        "api": "set ANTHROPIC_API_KEY where Carrel starts, or log in: docs/how-to/log-in.md",
        "apiToken": "nothing: `carrel send` needs no token",
        "telegram.token": "set TELEGRAM_TOKEN where Carrel starts",
        "discord.token": "put it into discord.token in the home: docs/how-to/connect-discord.md",
        "slack.botToken": "set SLACK_BOT_TOKEN where Carrel starts",
        "slack.appToken": "set SLACK_APP_TOKEN where Carrel starts",
    }
)
"""Secrets are never copied and never shown."""

_CARRIED = frozenset(
    {"model", "timezone", "jobsDir", "stt.baseUrl", "stt.model"}
    | {f"{name}.allowedUserIds" for name in PLATFORMS}
    | {f"{name}.listenChannels" for name in ("discord", "slack")}
    | {"discord.listenGuilds"}
    | {f"heartbeat.{key}" for key in ("enabled", "interval", "prompt", "excludeWindows")}
)
_TABLES = frozenset({"telegram", "discord", "slack", "security", "stt", "heartbeat"})


@dataclass(frozen=True, slots=True)
class Carried:
    """What carrel.toml shall say. `timezone`: for the jobs; "" is UTC. `job_folder`: as told."""

    tables: Tables
    timezone: str
    findings: tuple[Finding, ...]


def translate(
    files: Mapping[str, bytes], *, forked: bool, reached: frozenset[str], installed: frozenset[str]
) -> Carried:
    """The settings and the fork's permission mode.

    `reached`: platforms that conversations are on. `installed`: those that this Carrel speaks.
    """
    held = parsed(files.get(SETTINGS, b"{}"))
    said = table(held.value)
    findings = (
        [Finding("failed", SETTINGS, f"{held.fault}; no setting is known")] if held.fault else []
    )
    findings += _kept_out(said)
    zone = _zone(word(said.get("timezone")), findings)
    tables: dict[tuple[str, ...], Mapping[str, Value]] = {}
    tables[()] = {"shared": ("console:main", *_shared(said))}
    if model := _model(said, findings):
        tables["engine",] = {"model": model}
    tables |= _defaults(files, said, findings, forked=forked)
    used = {name for name in PLATFORMS if name in reached or _is_used(table(said.get(name)))}
    tables |= _people(said, findings, used)
    tables |= _platforms(findings, used, installed)
    tables |= _voice(said, findings)
    return Carried(tables, zone, tuple(findings))


def _kept_out(said: Mapping[str, object]) -> Iterator[Finding]:
    for name, value in _flat(said):
        top = name.partition(".")[0]
        if value in ("", None, [], {}, False) or name in _CARRIED:
            continue
        if name in _SECRETS:
            yield Finding("next", name, f"a secret is not copied: {_SECRETS[name]}")
        elif name in LEFT or top in LEFT:
            yield Finding("left", name, LEFT.get(name) or LEFT[top])
        else:
            yield Finding(
                "left",
                name or "a key without a name",
                "no version of ClaudeClaw that is known has this key",
            )


def _flat(said: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Keys with the name of their table, two deep at most."""
    for name, value in said.items():
        if name in _TABLES and isinstance(value, dict):
            yield from ((f"{name}.{key}", item) for key, item in table(value).items())
        else:
            yield name[:80], value


def _zone(told: str, findings: list[Finding]) -> str:
    """An IANA name. `UTC+2` has one for whole hours, whose sign is the other way round."""
    if not told or told.upper() in {"UTC", "GMT", "Z"}:
        return ""
    if offset := re.fullmatch(r"(?:UTC|GMT)([+-])0?(\d{1,2})(?::?00)?", told, re.IGNORECASE):
        sign = "-" if offset[1] == "+" else "+"
        told = f"Etc/GMT{sign}{offset[2]}"
    try:
        return ZoneInfo(told).key
    except (ValueError, OSError, KeyError):
        findings.append(Finding("failed", "timezone", f"{told!r} is no time zone; jobs run in UTC"))
        return ""


def _shared(said: Mapping[str, object]) -> Iterator[str]:
    """Places that shared the main conversation: ClaudeClaw answered there without a mention."""
    for name in ("discord", "slack"):
        for channel in words(table(said.get(name)).get("listenChannels")):
            if _is_id(channel):
                yield f"{name}:{channel}"


def _is_id(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _model(said: Mapping[str, object], findings: list[Finding]) -> str:
    model = word(said.get("model"))
    if model.lower().startswith("glm"):
        findings.append(Finding("next", "model", f"{model} {_OWN_MODEL}"))
        return ""
    return model


def _defaults(
    files: Mapping[str, bytes], said: Mapping[str, object], findings: list[Finding], *, forked: bool
) -> Tables:
    """Upstream answered only a mention, save where it listened; the fork answered everything."""
    mode = _mode(files, findings)
    keys: dict[str, Value] = {"mode": mode} if mode else {}
    if forked:
        return {("defaults",): keys} if keys else {}
    discord = table(said.get("discord"))
    heard = [*words(discord.get("listenChannels")), *words(discord.get("listenGuilds"))]
    places: dict[tuple[str, ...], Mapping[str, Value]] = {
        ("conversations", f"discord:{one}"): {"answer": "all"} for one in heard if _is_id(one)
    }
    return {("defaults",): {"answer": "mention", **keys}, **places}


def _mode(files: Mapping[str, bytes], findings: list[Finding]) -> str:
    file = f"{DATA}/permission-mode.json"
    if file not in files:
        return ""
    found = parsed(files[file])
    mode = word(table(found.value).get("mode"))
    if mode == "bypassPermissions":
        said = 'an import allows nothing unasked; if you want that, set mode = "auto" in [defaults]'
        findings.append(Finding("next", "permission mode", said))
    elif mode not in MODES:
        why = found.fault or "it names no mode that is known"
        findings.append(Finding("failed", file, f"{why}; sessions ask first"))
    return MODES.get(mode, "")


def _is_used(held: Mapping[str, object]) -> bool:
    """ClaudeClaw writes a table for every platform, and leaves most of them empty."""
    tokens = word(held.get("token")) or word(held.get("botToken"))
    return bool(tokens or words(held.get("allowedUserIds")) or words(held.get("listenChannels")))


def _people(said: Mapping[str, object], findings: list[Finding], used: set[str]) -> Tables:
    """One person alone is the owner; several had equal rights, so each may approve."""
    owners: list[str] = []
    approvers: list[str] = []
    for name in PLATFORMS:
        listed = words(table(said.get(name)).get("allowedUserIds"))
        people = [f"{name}:{one}" for one in listed if _is_id(one)]
        if len(people) == 1:
            owners += people
        elif people:
            approvers += people
            text = f"{name} has {len(people)} people, all as approvers; make yourself an owner"
            findings.append(Finding("next", f"{name}.allowedUserIds", text))
        elif name in used:
            text = f"nobody is listed: ClaudeClaw heard everybody on {name}, Carrel hears nobody"
            findings.append(Finding("next", f"{name}.allowedUserIds", text))
    lists = {"owners": tuple(owners), "approvers": tuple(approvers)}
    keys: dict[str, Value] = {key: value for key, value in lists.items() if value}
    return {("people",): keys} if keys else {}


def _platforms(findings: list[Finding], used: set[str], installed: frozenset[str]) -> Tables:
    """Discord's table; who needs another platform is told."""
    tables: dict[tuple[str, ...], Mapping[str, Value]] = {}
    for name in (name for name in PLATFORMS if name in used):
        if name == "discord" and name in installed:
            tables["discord",] = {"token_file": "discord.token"}
        elif name in installed:
            findings.append(Finding("next", name, f"set up [{name}] in carrel.toml"))
        else:
            text = f"this version of Carrel does not speak {name}; people and sessions are kept"
            findings.append(Finding("left", name, text))
    return tables


def _voice(said: Mapping[str, object], findings: list[Finding]) -> Tables:
    stt = table(said.get("stt"))
    url, model = word(stt.get("baseUrl")), word(stt.get("model"))
    if "@" in url:
        text = "its address holds a password; write [voice] without it: docs/reference/settings.md"
        findings.append(Finding("next", "stt.baseUrl", text))
        return {}
    if not url:
        return {}
    keys: dict[str, Value] = {"engine": "endpoint", "url": url}
    return {("voice",): {**keys, "model": model} if model else keys}

"""State files of every age, as the conversations they name. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from carrel.core.model import DEFAULT_KEY, Conversation, SessionKey
from carrel.importers.claudeclaw.prompts import DATA
from carrel.importers.findings import Finding
from carrel.importers.tolerant import clean, parsed, table, word

CONSOLE = "console"
MAP = f"{DATA}/sessions.json"
_AGENT = "agent:"
_SLACK = "slk:"
_FOLDER = re.compile(r"[A-Za-z0-9_-]{1,64}")
FALLBACK = "the conversation with the fallback model; the first one's goes on"


@dataclass(frozen=True, slots=True)
class Old:
    """A conversation of Claude's, as a state file names it.

    `name`: its key there. `file`: where it stood. `id`: Claude's own id. `used`: the last use as
    it is written, in UTC, so that it sorts. `folder`: where it ran, below the project.
    """

    name: str
    key: SessionKey
    file: str
    id: str
    used: str
    folder: str


@dataclass(frozen=True, slots=True)
class States:
    """What the state files hold. `forked`: they are the fork's."""

    conversations: tuple[Old, ...]
    findings: tuple[Finding, ...]
    forked: bool


def read(files: Mapping[str, bytes], folders: Collection[str] = ()) -> States:
    """The newest conversation of every place; older ones and damaged files are findings."""
    findings: list[Finding] = []
    forked = _is_forked(files, folders)
    found = [*_mapped(files, findings, forked=forked), *_single(files, findings)]
    findings += _others(files)
    return States(tuple(_newest(found, findings)), tuple(findings), forked)


def key_of(name: str) -> SessionKey:
    """The session that goes on with what ClaudeClaw kept under `name`.

    Agents and jobs were no places where people talk: the console has a conversation for each.
    """
    if name == DEFAULT_KEY:
        return DEFAULT_KEY
    if name.isascii() and name.isdigit():
        return SessionKey(Conversation("discord", name).address)
    if name.startswith(_SLACK):
        channel, _, thread = name.removeprefix(_SLACK).partition(":")
        return SessionKey(Conversation("slack", channel or "-", thread or None).address)
    kind = "agent" if name.startswith(_AGENT) else "job"
    return SessionKey(Conversation(CONSOLE, f"{kind}-{plain(name.removeprefix(_AGENT))}").address)


def plain(name: str) -> str:
    """`name` as a part of a console conversation's name or of a file's; no two names share one."""
    short = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:40]
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return short if short == name and short.strip(".") else f"{short.strip('.')}-{mark}"


def _is_forked(files: Mapping[str, bytes], folders: Collection[str]) -> bool:
    """Only the fork has these; the change that began it kept `default` among the threads."""
    held = table(parsed(files.get(MAP, b"")).value)
    own = any(f"{DATA}/{name}.json" in files for name in ("jobs-state", "permission-mode"))
    return bool(own or folders or "sessions" in held or DEFAULT_KEY in table(held.get("threads")))


def _mapped(files: Mapping[str, bytes], findings: list[Finding], *, forked: bool) -> Iterator[Old]:
    """Both maps where both are there: the fork forgot the older one."""
    if MAP not in files:
        return
    read_map = parsed(files[MAP])
    if read_map.fault or not isinstance(read_map.value, dict):
        why = read_map.fault or "it holds no sessions"
        findings.append(Finding("failed", MAP, f"{why}; its conversations cannot be told"))
        return
    held = table(read_map.value)
    for part in ("sessions", "threads"):
        if part in held and not isinstance(held[part], dict):
            findings.append(Finding("failed", MAP, f"its {part!r} is no table"))
        for name, entry in table(held.get(part)).items():
            folder = f"{DATA}/sessions/{name}" if forked and _FOLDER.fullmatch(name) else ""
            where = _agent_folder(name) or folder
            yield from _entry(name, MAP, entry, where, findings)


def _agent_folder(name: str) -> str:
    agent = name.removeprefix(_AGENT)
    return f"agents/{agent}" if agent != name and _FOLDER.fullmatch(agent) else ""


def _single(files: Mapping[str, bytes], findings: list[Finding]) -> Iterator[Old]:
    """`session.json`: the main conversation, and each agent's."""
    for file in sorted(name for name in files if name.endswith("/session.json")):
        folder = PurePosixPath(file).parent
        main = folder.as_posix() == DATA
        name = DEFAULT_KEY if main else f"{_AGENT}{clean(folder.name)}"
        found = parsed(files[file])
        if found.fault:
            findings.append(Finding("failed", file, f"{found.fault}; its conversation is lost"))
            continue
        yield from _entry(name, file, found.value, "" if main else folder.as_posix(), findings)


def _entry(
    name: str, file: str, entry: object, folder: str, findings: list[Finding]
) -> Iterator[Old]:
    held = table(entry)
    if not held and isinstance(entry, dict):
        return
    identity = word(held.get("sessionId"))
    try:
        identity = str(UUID(identity))
    except ValueError:
        what = f"conversation {name}" if file == MAP else file
        findings.append(Finding("failed", what, f"{file} names no conversation of Claude's for it"))
        return
    used = word(held.get("lastUsedAt")) or word(held.get("createdAt"))
    yield Old(name, key_of(name), file, identity, used, folder)


def _newest(found: list[Old], findings: list[Finding]) -> Iterator[Old]:
    """One conversation a session, and one session a conversation: the one used last."""
    keys: set[SessionKey] = set()
    ids: set[str] = set()
    for old in sorted(found, key=lambda one: one.used, reverse=True):
        if old.key in keys and old.id in ids:
            continue
        if old.key in keys:
            said = f"an older conversation of the same place, {old.id}, in {old.file}"
            findings.append(Finding("left", f"conversation {old.name}", said))
        elif old.id in ids:
            said = f"another place holds the same conversation {old.id}, and goes on with it"
            findings.append(Finding("left", f"conversation {old.name}", said))
        else:
            keys.add(old.key)
            ids.add(old.id)
            yield old


def _others(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """State that is named, and not carried."""
    for file in sorted(files):
        path = PurePosixPath(file)
        if path.name == "session_fallback.json" or path.parent.name == "fallback-sessions":
            yield Finding("left", file, f"{FALLBACK}{_id_in(files[file])}")
        elif path.suffix == ".backup":
            said = f"a conversation that was begun anew{_id_in(files[file])}; it stays where it is"
            yield Finding("left", file, said)
        elif file in _LEFT:
            yield Finding("left", file, _LEFT[file])
        elif file in _NEXT:
            yield Finding("next", file, _NEXT[file])
    if _has_status_line(files):
        said = "its statusLine is ClaudeClaw's; take it out when you no longer use ClaudeClaw"
        yield Finding("next", ".claude/settings.json", said)


def _id_in(data: bytes) -> str:
    found = word(table(parsed(data).value).get("sessionId"))
    return f" ({found})" if found else ""


def _has_status_line(files: Mapping[str, bytes]) -> bool:
    line = table(parsed(files.get(".claude/settings.json", b"")).value).get("statusLine")
    return "statusline.cjs" in word(table(line).get("command"))


_LEFT = {
    f"{DATA}/state.json": "what ran when it was written; nothing in it outlives ClaudeClaw",
    f"{DATA}/jobs-state.json": "when jobs last ran; Carrel keeps its own account from now on",
}
_NEXT = {
    f"{DATA}/daemon.pid": "ClaudeClaw may still run; stop it first, or both answer every message",
    ".claude/statusline.cjs": "ClaudeClaw's status line; delete it when you no longer use it",
}

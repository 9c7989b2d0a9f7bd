"""What an import would do, as a value: files to write, conversations to continue.

Nothing is written here. The home is only looked at, so that a second import finds nothing to do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from carrel.core.model import DEFAULT_KEY, SessionKey
from carrel.core.names import folder_name
from carrel.importers.claudeclaw import jobs, prompts, settings, states, toml, transcripts
from carrel.importers.claudeclaw.source import Source
from carrel.importers.claudeclaw.states import Old, States
from carrel.importers.findings import Finding

TOML = "carrel.toml"
SHOWN_ID = 8


@dataclass(frozen=True, slots=True)
class Places:
    """Where things go and where transcripts are: the home, and Claude's own folder."""

    home: Path
    claude: Path
    installed: frozenset[str]

    def engine(self, key: SessionKey) -> Path:
        """The engine folder of a session."""
        return self.home / "sessions" / folder_name(key) / "engine"


@dataclass(frozen=True, slots=True)
class Write:
    """A file of the home; `old` is what stands there now, None for nothing. `what` is in it."""

    what: str
    file: str
    text: str
    old: str | None = None


@dataclass(frozen=True, slots=True)
class Continue:
    """A conversation of Claude's that a session goes on with."""

    key: SessionKey
    name: str
    id: str
    transcript: Path


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be done; `findings` say of each thing what becomes of it."""

    writes: tuple[Write, ...]
    conversations: tuple[Continue, ...]
    findings: tuple[Finding, ...]


def make(source: Source, places: Places) -> Plan:
    """The plan for a source and a home."""
    found = states.read(source.files, source.folders)
    findings = [
        Finding("failed", name, f"{why}; nothing of it is known")
        for name, why in source.unread.items()
    ]
    findings += found.findings
    conversations = tuple(_conversations(source, found, places, findings))
    writes = tuple(_writes(source, found, places, findings))
    findings += _by_hand(source, found, places)
    return Plan(writes, conversations, tuple(findings))


def _conversations(
    source: Source, found: States, places: Places, findings: list[Finding]
) -> Iterator[Continue]:
    for old in found.conversations:
        what = f"conversation {old.name}"
        engine = places.engine(old.key) / "projects"
        standing = sorted(path.stem for path in engine.glob("*/*.jsonl"))
        if old.id in standing:
            findings.append(Finding("there", what, f"goes on as {old.key}"))
        elif standing:
            said = f"{old.key} has a conversation of its own by now; {old.id} stays where it is"
            findings.append(Finding("failed", what, said))
        elif transcript := _transcript(source, old, places, findings):
            findings.append(Finding("carried", what, f"goes on as {old.key}"))
            yield Continue(old.key, old.name, old.id, transcript)


def _transcript(source: Source, old: Old, places: Places, findings: list[Finding]) -> Path | None:
    what = f"conversation {old.name}"
    projects = places.claude / "projects"
    path = transcripts.find(projects, source.root / old.folder, old.id)
    if path is None:
        why = f"there is no transcript {old.id} below {projects}"
    else:
        try:
            if transcripts.talks(path):
                return path
            why = f"nothing is said in its transcript {path}"
        except OSError as error:
            why = f"its transcript {path} cannot be read: {error.strerror or error}"
    findings.append(Finding("failed", what, f"{why}, so {old.key} begins afresh"))
    return None


def _writes(
    source: Source, found: States, places: Places, findings: list[Finding]
) -> Iterator[Write]:
    reached = frozenset(old.key.partition(":")[0] for old in found.conversations)
    said = settings.translate(
        source.files, forked=found.forked, reached=reached, installed=places.installed
    )
    findings += said.findings
    yield from _settings(said.tables, places.home, findings)
    habits = jobs.Habits(said.timezone, found.forked, {old.key for old in found.conversations})
    made, more = jobs.read(source.files, habits)
    for job in made:
        yield from _file(f"jobs/{job.file}", job.text, job.origin, places.home, findings)
    findings += more
    text, more = prompts.instructions(source.files)
    if text:
        yield from _file("CLAUDE.md", text, "instructions", places.home, findings)
    findings += more


def _settings(tables: toml.Tables, home: Path, findings: list[Finding]) -> Iterator[Write]:
    try:
        old = _text(home / TOML)
        made = toml.merged(old or "", tables)
    except (OSError, ValueError) as error:
        kind = "is no TOML" if isinstance(error, tomllib.TOMLDecodeError) else "cannot be read"
        findings.append(
            Finding("failed", TOML, f"{home / TOML} {kind}; mend it, then import again")
        )
        return
    findings += [Finding("carried", TOML, _line(part)) for part in made.added]
    findings += [Finding("there", TOML, _line(part)) for part in made.there]
    for part in made.clashes:
        said = f"it says something else there; if you want it, write: {_line(part)}"
        findings.append(Finding("next", TOML, said))
    if made.added:
        yield Write(TOML, TOML, made.text, old)


def _line(part: str) -> str:
    return ", ".join(line for line in part.splitlines() if line).replace("], ", "] ", 1)


def _file(
    name: str, text: str, origin: str, home: Path, findings: list[Finding]
) -> Iterator[Write]:
    """A new file; one that stands there is never written over."""
    try:
        old = _text(home / name)
    except (OSError, ValueError):
        old = ""
    if old is None:
        findings.append(Finding("carried", origin, f"becomes {name}"))
        yield Write(origin, name, text)
    elif old == text:
        findings.append(Finding("there", origin, f"became {name}"))
    else:
        findings.append(
            Finding("next", origin, f"{name} stands there already, and is kept; compare them")
        )


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None


def _by_hand(source: Source, found: States, places: Places) -> Iterator[Finding]:
    """What people carry over themselves, because only they know what it is worth."""
    keys = {states.key_of(name) for name in source.folders}
    for name in source.folders:
        folder = source.root / prompts.DATA / "sessions" / name
        target = places.engine(states.key_of(name)).with_name("work")
        said = f"its files stay; to give them to the session: cp -rn {folder}/. {target}/"
        yield Finding("next", f"files of {name}", said)
    memory = places.claude / "projects" / transcripts.slug(source.root) / "memory"
    if memory.is_dir() and DEFAULT_KEY not in keys:
        target = places.engine(DEFAULT_KEY).with_name("memory")
        said = f"it stays; to give it to the session default: cp -rn {memory}/. {target}/"
        yield Finding("next", "memory", said)
    if any(old.key == DEFAULT_KEY for old in found.conversations):
        said = (
            "the main conversation goes on in `carrel chat` and where `shared` names the place; "
            "write to the bot once, then add the address that `carrel sessions` shows"
        )
        yield Finding("next", "direct messages", said)

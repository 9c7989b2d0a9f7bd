"""Texts that people wrote: prompts in files of their own, and CLAUDE.md. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from carrel.importers.findings import Finding
from carrel.importers.tolerant import parsed, prose, table

DATA = ".claude/claudeclaw"
SETTINGS = f"{DATA}/settings.json"
INSTRUCTIONS = ("CLAUDE.md", ".claude/CLAUDE.md")
ENDINGS = (".md", ".txt", ".prompt")
LONGEST_PATH = 300

_OPENING, _CLOSING = (f"<!-- claudeclaw:managed:{edge} -->" for edge in ("start", "end"))
_MANAGED = re.compile(f"{_OPENING}.*?{_CLOSING}", re.DOTALL)
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$\n?(.*)\Z", re.DOTALL | re.MULTILINE)


def front_matter(text: str) -> tuple[Mapping[str, str], str] | None:
    """The `key: value` lines at the top of a file, and what follows; None where there are none."""
    found = _FRONT.match(text)
    if found is None:
        return None
    lines = (line.partition(":") for line in found[1].splitlines())
    fields = {key.strip(): _unquoted(value) for key, colon, value in lines if colon}
    return fields, found[2].strip()


def _unquoted(value: str) -> str:
    bare = value.strip()
    if quoted := re.match(r"(['\"])(.*?)\1\s*(#.*)?$", bare):
        return quoted[2]
    return re.sub(r"(^|\s)#.*$", "", bare).strip()


def reference(prompt: str) -> str | None:
    """The file of the project that holds the prompt, where only its path was written."""
    bare = prompt.strip()
    if not bare.isprintable() or len(bare) > LONGEST_PATH or not bare.endswith(ENDINGS):
        return None
    path = PurePosixPath(bare)
    return None if path.is_absolute() or ".." in path.parts else path.as_posix()


def references(files: Mapping[str, bytes]) -> Iterator[str]:
    """The files that prompts of jobs and of the heartbeat stand in, and jobs of another folder."""
    for name, data in files.items():
        found = front_matter(prose(data)) if is_job(name) else None
        if found and (path := reference(found[1])):
            yield path
    heartbeat = table(table(parsed(files.get(SETTINGS, b"")).value).get("heartbeat"))
    prompt = heartbeat.get("prompt")
    if isinstance(prompt, str) and (path := reference(prompt)):
        yield path


def is_job(name: str) -> bool:
    """Whether a file of the project is a job."""
    return name.endswith(".md") and PurePosixPath(name).parent.name == "jobs"


def resolved(prompt: str, files: Mapping[str, bytes]) -> str:
    """The prompt itself, read from its file where it is one."""
    path = reference(prompt)
    return prose(files[path]).strip() if path and path in files else prompt.strip()


def instructions(files: Mapping[str, bytes]) -> tuple[str, tuple[Finding, ...]]:
    """What people wrote into CLAUDE.md themselves, without what ClaudeClaw wrote into it."""
    texts: list[str] = []
    findings: list[Finding] = []
    for name in (name for name in INSTRUCTIONS if name in files):
        text = prose(files[name])
        own = _MANAGED.sub("", text)
        if own != text:
            said = "ClaudeClaw's own block is left out; Carrel says such things itself"
            findings.append(Finding("left", name, said))
        if _OPENING in own:
            said = "ClaudeClaw's block has no end, so nothing was left out; look through it"
            findings.append(Finding("next", name, said))
        if own.strip() and own.strip() not in texts:
            texts.append(own.strip())
    return "".join(f"{text}\n" for text in texts), tuple(findings)

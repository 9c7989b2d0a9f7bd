"""Carries a plan out, in a home on which no gateway runs. What is done is not done again."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from carrel.core.effects import Remember
from carrel.core.model import ResumeToken
from carrel.importers.claudeclaw import transcripts
from carrel.importers.claudeclaw.plan import Continue, Plan, Write
from carrel.importers.findings import Finding
from carrel.ports.store import Store
from carrel.ports.workspace import Workspaces

ENGINE = "claude"


def write_files(plan: Plan, home: Path) -> tuple[Finding, ...]:
    """Write the plan's files, each whole or not at all; what went wrong is returned."""
    return tuple(fault for write in plan.writes for fault in _write(write, home))


def _write(write: Write, home: Path) -> Iterator[Finding]:
    target = home / write.file
    draft = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as out:
            out.write(write.text)
            out.flush()
            os.fsync(out.fileno())
        _place(draft, target, write.old)
    except OSError as error:
        yield Finding(
            "failed", write.what, f"{write.file} could not be written: {error.strerror or error}"
        )
    finally:
        draft.unlink(missing_ok=True)


def _place(draft: Path, target: Path, old: str | None) -> None:
    """In place of exactly what the plan saw there: nothing that came since is written over."""
    if old is None:
        os.link(draft, target)
    elif target.read_text("utf-8") == old:
        draft.chmod(target.stat().st_mode & 0o777)
        draft.replace(target)
    else:
        raise OSError("somebody changed it meanwhile; import again")


async def continue_all(
    plan: Plan, store: Store, workspaces: Workspaces, at: float
) -> tuple[Finding, ...]:
    """Let each session go on with its conversation. The store is open, and nobody else has it."""
    found = [await _continue(one, store, workspaces, at) for one in plan.conversations]
    return tuple(fault for fault in found if fault is not None)


async def _continue(
    one: Continue, store: Store, workspaces: Workspaces, at: float
) -> Finding | None:
    """The row first, the transcript last: where it is, all is done, and a crash is made good."""
    loaded = await store.claim(one.key, store.host)
    if loaded.session.turns or loaded.session.turn:
        said = f"{one.key} has work of its own by now; {one.id} stays where it is"
        return Finding("failed", f"conversation {one.name}", said)
    space = await workspaces.prepare(one.key)
    token = ResumeToken(ENGINE, one.id, str(space.work))
    await store.save(loaded.fence, (Remember(token),), at)
    target = space.engine / "projects" / transcripts.slug(space.work) / f"{one.id}.jsonl"
    try:
        transcripts.carry(one.transcript, target)
    except OSError as error:
        said = f"its transcript cannot be copied: {error.strerror or error}"
        return Finding("failed", f"conversation {one.name}", said)
    return None

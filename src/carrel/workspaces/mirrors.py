"""Mirrors of sessions' folders: kept in a store that every host sees, and laid out anew from it."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from carrel.core.errors import Refused, Unavailable
from carrel.core.model import SessionKey
from carrel.core.names import folder_name
from carrel.ports.clock import Clock
from carrel.ports.mirrors import MirrorStore, Standing
from carrel.ports.store import Fence
from carrel.workspaces import surveys
from carrel.workspaces.drafts import Draft, told_place
from carrel.workspaces.surveys import Known, Survey

ROOM: Final = 8 << 20
"""Bytes that go over at once; what is more is sent ahead."""

PASSING: Final = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE),
        *(errno.EMFILE, errno.ENFILE, errno.ENOMEM),
    }
)
"""What a host may have no more tomorrow; everything else is as it is there."""

TRIES: Final = 3
NS: Final = 1_000_000_000
TOO_MUCH: Final = "Its files cannot be mirrored: {}."
UNFIT: Final = "Its files cannot be mirrored: the database does not take them."
UNREADABLE: Final = "Its files cannot be mirrored: they cannot be read ({})."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FolderMirror:
    """Implements `carrel.ports.mirrors.Mirror`; one caller at a time for each session.

    `sessions` holds a folder for each session; the trash lies beside it.
    """

    sessions: Path
    store: MirrorStore
    clock: Clock

    async def keep(self, fence: Fence) -> str:
        """The session's files are safe as they are now; or why not, the first time."""
        root = self.sessions / folder_name(fence.key)
        if not await asyncio.to_thread(root.is_dir):
            return ""
        try:
            return await self._kept_or_looked_again(fence, root)
        except Refused as refused:
            why = TOO_MUCH.format(refused)
        except PermissionError as error:
            why = UNREADABLE.format(error.strerror)
        except ValueError as error:
            log.error("a mirror is not taken", session=fence.key, error=str(error))
            why = UNFIT
        except OSError as error:
            raise Unavailable(f"The files of {fence.key} cannot be read now: {error}") from error
        log.warning("no mirror is kept", session=fence.key, why=why)
        return why if await self.store.give_up(fence, why) else ""

    async def knows(self, key: SessionKey) -> bool:
        """Whether a turn of the session has ever ended with files, mirrored or not."""
        return await self.store.standing(key) != Standing(0)

    async def restore(self, key: SessionKey) -> bool:
        """Lay the session's folder out as its mirror is; False where there is no whole one."""
        standing = await self.store.standing(key)
        if standing.number == 0 or standing.why:
            return False
        entries = await self.store.listing(key)
        try:
            draft = await asyncio.to_thread(Draft, self.sessions, key, standing, entries)
            await self._laid_out(draft)
        except ValueError as damage:
            log.error("a mirror is damaged", session=key, damage=str(damage))
            return False
        except (OSError, Refused) as error:
            if isinstance(error, OSError) and error.errno not in PASSING:
                log.error("a mirror cannot be laid out here", session=key, error=str(error))
                return False
            raise Unavailable(f"The files of {key} cannot be laid out here: {error}") from error
        log.info("laid out from its mirror", session=key, entries=len(entries))
        return True

    async def _laid_out(self, draft: Draft) -> None:
        try:
            await asyncio.to_thread(draft.begin)
            for batch in await asyncio.to_thread(lambda: tuple(draft.wanted(ROOM))):
                names = frozenset(piece.name for _, piece in batch)
                bodies = await self.store.fetch(draft.key, names)
                await asyncio.to_thread(draft.fill, batch, bodies)
            links = await asyncio.to_thread(draft.links)
            targets = await self.store.fetch(draft.key, links)
            await asyncio.to_thread(draft.end, targets)
            await asyncio.to_thread(draft.put)
        finally:
            await asyncio.to_thread(draft.clear)

    async def _kept_or_looked_again(self, fence: Fence, root: Path) -> str:
        """Whoever is refused a file may have met one that was just being made."""
        with suppress(PermissionError):
            return await self._kept(fence, root)
        return await self._kept(fence, root)

    async def _kept(self, fence: Fence, root: Path) -> str:
        """From what this host remembers of the mirror, or else from what there is of it."""
        known, anew = await asyncio.to_thread(surveys.known, root), False
        for _ in range(TRIES):
            survey = await asyncio.to_thread(Survey, root, known, self._now())
            if number := await self._sent(fence, survey, anew=anew):
                with suppress(OSError):  # the disk is full: the store is asked the next time
                    await asyncio.to_thread(survey.remember, number)
                return ""
            standing = await self.store.standing(fence.key)
            known, anew = Known(standing.number, await self.store.listing(fence.key), {}), True
        raise Unavailable(f"The mirror of {fence.key} is changed by somebody else.")

    async def _sent(self, fence: Fence, survey: Survey, *, anew: bool) -> int:
        """The number of the mirror as the survey says; 0 where it is not the one that is known.

        `anew`: nobody knows what else is there.
        """
        pieces: Mapping[str, bytes] = await asyncio.to_thread(survey.read, ROOM)
        ahead = anew
        while not survey.is_read:
            await self.store.send(fence, pieces)
            ahead, pieces = True, await asyncio.to_thread(survey.read, ROOM)
        there = await self.store.pieces(fence.key) if ahead else None
        place = await asyncio.to_thread(told_place, self.sessions, fence.key)
        change = await asyncio.to_thread(survey.change, pieces, there, place)
        if change.was and not (change.ahead or change.entries or change.gone):
            there_is = await self.store.standing(fence.key)
            return change.was if there_is == Standing(change.was, place=place) else 0
        return await self.store.commit(fence, change)

    def _now(self) -> int:
        return int(self.clock.now() * NS)

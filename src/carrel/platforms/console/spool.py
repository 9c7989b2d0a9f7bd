"""Where files lie that a person gave to the console, from before the message is accepted."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from carrel.core.errors import CarrelError, Full, Refused, Unavailable
from carrel.core.model import Attachment
from carrel.core.names import safe_file_name

_CHUNK = 1 << 20
_HOUR = 3600.0
_REF = re.compile(r"[0-9a-f]{32}/[0-9]{1,3}")
_HALF_WRITTEN = ".part-"


@dataclass(frozen=True, slots=True)
class Caps:
    """What one message may carry. `file` in bytes."""

    file: int = 25_000_000
    files: int = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in. `data` is read once, from where it stands."""

    name: str
    media_type: str
    data: BinaryIO


class TooLarge(Refused):
    """One file, or the number of files, is over the cap."""


@dataclass(frozen=True, slots=True)
class Spool:
    """A folder with one folder for each message; file names never come from the sender.

    Its methods block: call them from a thread.
    """

    root: Path
    caps: Caps

    def keep(self, uploads: tuple[Upload, ...]) -> tuple[Attachment, ...]:
        """Write all files and make them appear at once.

        Raises TooLarge over a cap, Full and Unavailable for the disk; then nothing is left.
        """
        if not uploads:
            return ()
        if len(uploads) > self.caps.files:
            raise TooLarge(f"At most {self.caps.files} files fit one message.")
        token = secrets.token_hex(16)
        half = self.root / f"{_HALF_WRITTEN}{token}"
        try:
            return self._write(half, token, uploads)
        except OSError as error:
            shutil.rmtree(half, ignore_errors=True)
            raise _as_ours(error) from error
        except CarrelError:
            shutil.rmtree(half, ignore_errors=True)
            raise

    def drop(self, attachments: tuple[Attachment, ...]) -> None:
        """Remove the files of a message that was not accepted."""
        for folder in {self._path(a).parent for a in attachments}:
            shutil.rmtree(folder, ignore_errors=True)

    def copy(self, attachment: Attachment, into: Path) -> None:
        """Copy a kept file to `into`. Raises Refused when it is not here (any more)."""
        source = self._path(attachment)
        if not source.is_file():
            raise Refused(f"The file {attachment.name} is no longer here; please send it again.")
        try:
            shutil.copyfile(source, into)
        except OSError as error:
            raise _as_ours(error) from error

    def sweep(self, now: float, keep: float) -> None:
        """Remove what was kept for `keep` seconds, and what was left half-written for an hour."""
        if not self.root.is_dir():
            return
        for folder in self.root.iterdir():
            with suppress(FileNotFoundError):
                age = now - folder.stat().st_mtime
                if age > (_HOUR if folder.name.startswith(_HALF_WRITTEN) else keep):
                    shutil.rmtree(folder, ignore_errors=True)

    def _write(self, half: Path, token: str, uploads: tuple[Upload, ...]) -> tuple[Attachment, ...]:
        half.mkdir(parents=True, mode=0o700)
        kept = []
        for n, upload in enumerate(uploads):
            size = self._write_one(half / str(n), upload)
            name = safe_file_name(upload.name)
            kept.append(Attachment(name, upload.media_type, size, f"{token}/{n}"))
        half.rename(self.root / token)
        _sync_folder(self.root)
        return tuple(kept)

    def _write_one(self, path: Path, upload: Upload) -> int:
        size = 0
        with path.open("xb") as file:
            while chunk := upload.data.read(_CHUNK):
                size += len(chunk)
                if size > self.caps.file:
                    raise TooLarge(f"{safe_file_name(upload.name)} is over {megabytes(self.caps)}.")
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return size

    def _path(self, attachment: Attachment) -> Path:
        if not _REF.fullmatch(attachment.ref):
            raise Refused(f"The file {attachment.name} did not come through the console.")
        return self.root / attachment.ref


def megabytes(caps: Caps) -> str:
    """The cap of one file as people read it."""
    return f"{caps.file / 1_000_000:g} MB"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _as_ours(error: OSError) -> Unavailable:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Full("The disk is full, so the files were not taken; make room and send again.")
    return Unavailable(f"The files could not be written ({error.strerror}); please try again.")

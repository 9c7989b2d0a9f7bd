"""Names for files and folders out of what strangers wrote."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from carrel.core.model import SessionKey

_MAX_BYTES = 120
_MAX_ENDING = 16


def folder_name(key: SessionKey) -> str:
    """A readable prefix and a hash: two keys never share a folder, whatever the file system."""
    prefix = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")[:32] or "session"
    return f"{prefix}-{hashlib.sha256(key.encode()).hexdigest()[:20]}"


def safe_file_name(name: str) -> str:
    """`name` without folders, control characters, leading dots or over-length; never empty.

    The ending is kept where there is one; at most 120 bytes in UTF-8.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    clean = "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in last)
    clean = clean.strip().lstrip(". ") or "file"
    return clean if len(clean.encode()) <= _MAX_BYTES else _shortened(clean)


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > _MAX_ENDING:
        stem, dot, ending = name, "", ""
    room = _MAX_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + dot + ending

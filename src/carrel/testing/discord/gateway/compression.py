"""How frames travel: as text, or through one of Discord's three compressions."""

from __future__ import annotations

import zlib
from typing import Protocol


class Codec(Protocol):
    """Turns a payload's JSON into what a WebSocket frame holds."""

    def encode(self, text: str) -> str | bytes:
        """The frame; bytes make a binary one."""


class Plain:
    """Text frames."""

    def encode(self, text: str) -> str:
        """The text itself."""
        return text


class ZlibStream:
    """One zlib stream over the whole connection, flushed at every payload."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj()

    def encode(self, text: str) -> bytes:
        """The next piece of the stream."""
        return self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class ZlibPayload:
    """Each payload compressed alone, as `compress: true` in IDENTIFY asks."""

    def encode(self, text: str) -> bytes:
        """One whole zlib stream."""
        return zlib.compress(text.encode())


class ZstdStream:
    """One zstd stream over the whole connection; needs `zstandard`."""

    def __init__(self) -> None:
        import zstandard

        self._stream = zstandard.ZstdCompressor().compressobj()
        self._flush = zstandard.COMPRESSOBJ_FLUSH_BLOCK

    def encode(self, text: str) -> bytes:
        """The next piece of the stream."""
        return self._stream.compress(text.encode()) + self._stream.flush(self._flush)


def codec(name: str | None) -> Codec:
    """The codec of the gateway URL's `compress`."""
    match name:
        case "zlib-stream":
            return ZlibStream()
        case "zstd-stream":
            return ZstdStream()
        case _:
            return Plain()

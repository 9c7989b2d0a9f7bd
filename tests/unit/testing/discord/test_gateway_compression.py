from __future__ import annotations

import zlib

from carrel.testing.discord.gateway.compression import ZlibPayload, codec


def test_a_zlib_stream_is_one_stream() -> None:
    made, inflate = codec("zlib-stream"), zlib.decompressobj()
    for text in ("one", "two" * 1000):
        frame = made.encode(text)
        assert isinstance(frame, bytes)
        assert frame.endswith(b"\x00\x00\xff\xff")
        assert inflate.decompress(frame) == text.encode()


def test_a_zstd_stream_is_one_stream() -> None:
    import zstandard

    made, inflate = codec("zstd-stream"), zstandard.ZstdDecompressor().decompressobj()
    for text in ("one", "two" * 1000):
        frame = made.encode(text)
        assert isinstance(frame, bytes)
        assert inflate.decompress(frame) == text.encode()


def test_a_payload_is_compressed_alone_and_plain_is_text() -> None:
    assert zlib.decompress(ZlibPayload().encode("one")) == b"one"
    assert codec(None).encode("one") == "one"

"""The line between two hosts: frames over TLS, bounded in size, and who is at the other end.

The host's certificate and a secret stand in its row of the database that both share: who can read
that may do everything anyway. The leader knows the host by the one, the host the leader by the
other.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import ssl
import struct
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime

from carrel.core.errors import Unavailable
from carrel.engines.elsewhere.frames import Frame, read, write

LARGEST = 32 * 1024 * 1024
"""Bytes of a frame: more than any answer has."""

LARGEST_STRANGER = 4096
"""The same, of somebody who has not proved yet who they are."""

_HEAD = struct.Struct(">I")
_BEGAN, _ENDS = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
"""The clocks of the hosts need not agree."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A host's certificate, and what serves it. Made anew with each start."""

    certificate: str
    context: ssl.SSLContext


class Wire:
    """One connection. Whatever is wrong with it is Unavailable, and then it is of no use."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.largest = LARGEST_STRANGER

    async def hear(self) -> Frame:
        """The next frame."""
        try:
            (size,) = _HEAD.unpack(await self._reader.readexactly(_HEAD.size))
            if size > self.largest:
                raise Unavailable(f"a frame of {size} bytes is too large")
            return read(await self._reader.readexactly(size))
        except (OSError, EOFError, ValueError) as error:
            raise Unavailable(f"the line broke: {error or type(error).__name__}") from None

    async def send(self, frame: Frame) -> None:
        """Write a frame; waits while the other end is slow to read."""
        self.put(frame)
        try:
            await self._writer.drain()
        except OSError as error:
            raise Unavailable(f"the line broke: {error}") from None

    def put(self, frame: Frame) -> None:
        """Write a small frame without waiting."""
        data = write(frame)
        if len(data) > self.largest:
            raise Unavailable(f"a frame of {len(data)} bytes is too large")
        if self._writer.is_closing():
            raise Unavailable("the line is closed")
        self._writer.write(_HEAD.pack(len(data)) + data)

    def close(self) -> None:
        """Hang up, at once. Idempotent."""
        self._writer.transport.abort()


async def dial(address: str, certificate: str, seconds: float) -> Wire:
    """Connect to the host that has this certificate; raises Unavailable."""
    host, _, port = address.rpartition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # this very certificate is meant, whatever name it has
    try:
        context.load_verify_locations(cadata=certificate)
        async with asyncio.timeout(seconds):
            ends = await asyncio.open_connection(host.strip("[]"), int(port), ssl=context)
    except (OSError, ValueError) as error:
        raise Unavailable(f"{address} does not answer: {error or 'in time'}") from None
    return Wire(*ends)


def proof(secret: str, nonce: str) -> str:
    """What only who knows the secret can say to the nonce."""
    return hmac.digest(secret.encode(), nonce.encode(), "sha256").hex()


def proves(secret: str, nonce: str, said: str) -> bool:
    """Whether that was said."""
    heard = said.encode(errors="surrogatepass")
    return hmac.compare_digest(proof(secret, nonce).encode(), heard)


def identity() -> Identity:
    """A new key, and a certificate that vouches for itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "carrel")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(_BEGAN).not_valid_after(_ENDS)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    signed = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Identity(signed.decode(), _serving(signed + private))


def _serving(chain: bytes) -> ssl.SSLContext:
    """The library reads keys from files only: this one is nobody else's, and is gone at once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with tempfile.NamedTemporaryFile() as file:
        os.write(file.fileno(), chain)
        context.load_cert_chain(file.name)
    return context

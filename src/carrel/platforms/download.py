"""Fetches the file of a message from a link that a stranger may have written."""

from __future__ import annotations

import asyncio
import errno
import re
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from socket import AF_INET, AddressFamily

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from carrel.core.errors import Full, Refused, Unavailable
from carrel.ports.clock import Clock

TOTAL_S = 60.0
SILENCE_S = 15.0
_PAUSES = (0.5, 2.0)
_LONGEST_PAUSE = 10.0
_REDIRECTS = 3
_CHUNK = 1 << 20

_MOVED = frozenset({301, 302, 303, 307, 308})
_TOO_MANY, _BROKEN = 429, 500
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")

_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
# Public by their numbers, yet answered by the machine's own cloud (Oracle, Azure).
_CLOUD = (ip_network("192.0.0.0/24"), ip_network("168.63.129.16/32"))

_NO_LINK = "The file's link is no web address that may be opened; please attach the file itself."
_NO_TLS = "The file's link does not begin with https; please attach the file itself."
_NOT_PUBLIC = "The file's link leads to a place that is not public; please attach the file itself."
_ROUND = "The file's link leads on and on; please attach the file itself."
_EXPIRED = "The link to the file is no longer valid; please send the file again."
_SILENT = "The file could not be fetched from where it lies; please send it again later."
_NO_ROOM = "The disk is full, so the file was not taken; make room and send it again."


def origins(address: str | None) -> frozenset[str]:
    """The origin of the operator's own server, which may be private and serve files too."""
    return frozenset({str(URL(address).origin())}) if address else frozenset()


class Expired(Refused):
    """The far side no longer honours the link; a fresh link may work. Else say it in the chat."""


class _Failed(Exception):
    """A try that the next one may better, not before `wait` seconds."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


class Downloads:
    """Saves files of at most `most` bytes; `close` it in the loop that used it.

    `trusted` are exact origins (`http://127.0.0.1:8123`) that may be private and without TLS.
    `headers` go to whichever origin `save` is given, and to no other that it leads on to: a caller
    with a secret in them must know the origin first.
    `resolver` looks names up instead of the system's; whoever gives it closes it.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        most: int,
        trusted: frozenset[str] = frozenset(),
        headers: Mapping[str, str] | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._clock = clock
        self._most = most
        self._trusted = frozenset(str(URL(origin).origin()) for origin in trusted)
        self._headers = dict(headers or {})
        self._resolver = resolver
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def close(self) -> None:
        """Close what is open; a later `save` opens it again."""
        while self._sessions:
            await self._sessions.popitem()[1].close()

    async def save(self, url: str, into: Path) -> None:
        """Write what `url` holds to `into`, all or nothing; at most 60 s.

        Raises Expired (a fresh link may help), Refused (nothing will), Unavailable after three
        tries or for the disk, and Full.
        """
        try:
            async with asyncio.timeout(TOTAL_S):
                await self._try_often(url, into)
        except (_Failed, TimeoutError) as error:
            raise Unavailable(_SILENT) from error

    async def _try_often(self, url: str, into: Path) -> None:
        for pause in _PAUSES:
            try:
                return await self._try_once(url, into)
            except _Failed as failed:
                await self._clock.sleep(max(pause, failed.wait))
        return await self._try_once(url, into)

    async def _try_once(self, url: str, into: Path) -> None:
        part = into.with_name(f".part-{secrets.token_hex(16)}")
        try:
            await self._follow(URL(url), part)
            await _on_disk(partial(part.replace, into))
        except ValueError:
            # How a link is malformed: yarl, aiohttp and the encoding of names each say it so.
            raise Refused(_NO_LINK) from None
        except (aiohttp.ClientError, OSError) as error:
            # A link may hold a token, and the errors of aiohttp quote links.
            raise _Failed(type(error).__name__) from None
        finally:
            await _on_disk(partial(part.unlink, missing_ok=True))

    async def _follow(self, url: URL, part: Path) -> None:
        headers = self._headers
        for _ in range(1 + _REDIRECTS):
            session = self._session(trusted=self._checked(url))
            async with session.get(url, headers=headers, allow_redirects=False) as answer:
                onward = _onward(answer)
                if onward is None:
                    return await self._receive(answer, part)
            headers = headers if onward.origin() == url.origin() else {}
            url = onward
        raise Refused(_ROUND)

    async def _receive(self, answer: aiohttp.ClientResponse, part: Path) -> None:
        _judge(answer)
        left = self._most
        self._fits(left - (answer.content_length or 0))
        await _on_disk(partial(_append, part, b""))
        async for piece in answer.content.iter_chunked(_CHUNK):
            left -= len(piece)
            self._fits(left)
            await _on_disk(partial(_append, part, piece))

    def _fits(self, left: int) -> None:
        if left < 0:
            most = f"{self._most / 1_000_000:g} MB"
            raise Refused(f"The file is over {most}, the most that is taken; send a smaller one.")

    def _checked(self, url: URL) -> bool:
        """Whether the origin is trusted; Refused where it may not be asked at all."""
        if url.scheme not in {"http", "https"} or not url.host or url.user or url.password:
            raise Refused(_NO_LINK)
        if str(url.origin()) in self._trusted:
            return True
        if url.scheme != "https":
            raise Refused(_NO_TLS)
        if not _is_name(url.host) and not _is_public(url.host):
            raise Refused(_NOT_PUBLIC)
        return False

    def _session(self, *, trusted: bool) -> aiohttp.ClientSession:
        # Two, so that no link comes by a connection or an address that only trust allowed.
        if trusted not in self._sessions:
            resolver = self._resolver or aiohttp.ThreadedResolver()
            self._sessions[trusted] = _opened(resolver if trusted else _PublicOnly(resolver))
        return self._sessions[trusted]


class _PublicOnly(AbstractResolver):
    """Leaves of a name's addresses the public ones: aiohttp connects to these and asks no more."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        public = [one for one in found if _is_public(one["host"])]
        if not public:
            raise Refused(_NOT_PUBLIC)
        return public

    async def close(self) -> None:
        await self._inner.close()


def _opened(resolver: AbstractResolver) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=resolver),
        headers={"Accept-Encoding": "identity"},
        timeout=aiohttp.ClientTimeout(total=None, connect=SILENCE_S, sock_read=SILENCE_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )


def _onward(answer: aiohttp.ClientResponse) -> URL | None:
    location = answer.headers.get("Location") if answer.status in _MOVED else None
    return None if location is None else answer.url.join(URL(location))


def _judge(answer: aiohttp.ClientResponse) -> None:
    match answer.status:
        case 200:
            return
        case 401 | 403 | 404 | 410:
            raise Expired(_EXPIRED)
        case status if status == _TOO_MANY or status >= _BROKEN:
            raise _Failed(f"answered {status}", _asked_pause(answer.headers.get("Retry-After", "")))
        case status:
            raise Refused(f"Where the file lies, the answer was {status}; please attach it again.")


def _asked_pause(text: str) -> float:
    return min(float(text), _LONGEST_PAUSE) if _SECONDS.fullmatch(text) else 0.0


def _is_name(host: str) -> bool:
    """No top-level domain begins with a digit, but `127.1` and `0x7f.1` mean an address to some."""
    return ":" not in host and host.rstrip(".").rpartition(".")[2][:1].isalpha()


def _is_public(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inner = _embedded(address)
        if inner is None:
            return address.is_global and address in _UNICAST
        address = inner
    known = any(address in network for network in _CLOUD)
    return address.is_global and not address.is_multicast and not known


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a packet to `address` ends at."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


async def _on_disk(work: Callable[[], object]) -> None:
    """Run `work` in a thread, and wait for it even when cancelled: nothing is written later."""
    running = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Full(_NO_ROOM) from error
        raise Unavailable(
            f"The file could not be written ({error.strerror}); try again."
        ) from error

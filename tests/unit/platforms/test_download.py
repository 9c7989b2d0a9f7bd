from __future__ import annotations

import asyncio
import errno
import gzip
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from aiohttp.test_utils import TestServer

from carrel.core.errors import Full, Refused, Unavailable
from carrel.platforms import download as module
from carrel.platforms.download import Downloads, Expired, origins
from carrel.testing.clock import ManualClock
from carrel.testing.network_guard import NetworkDeniedError

MOST = 1_000
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class HastyClock(ManualClock):
    """Whoever sleeps finds that the time has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Names(AbstractResolver):
    """Every name has the same addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(self, host, port=0, *_family, **_named):
        host.encode("idna")  # as the system's own does, with its own error
        common = {"hostname": host, "port": port, "proto": 0, "flags": socket.AI_NUMERICHOST}
        return [{**common, "host": one, "family": socket.AF_INET} for one in self.addresses]

    async def close(self) -> None:
        pass


class Far:
    """The far side: gives its answers one by one, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [whole]
        self.asked: list[web.Request] = []
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self.server = TestServer(app)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        return await self.answers[min(len(self.asked), len(self.answers)) - 1](request)

    def url(self, path: str = "/file", scheme: str = "http") -> str:
        return str(self.server.make_url(path).with_scheme(scheme))

    @property
    def origin(self) -> str:
        return str(self.server.make_url("/").origin())


async def whole(_request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"0123456789")


def sends(raw: bytes) -> Answer:
    """These bytes and no more, then it hangs up."""

    async def answer(request: web.Request) -> web.StreamResponse:
        request.transport.write(raw)
        request.transport.close()
        return web.Response()

    return answer


truncated = sends(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
announced = sends(b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    response.enable_chunked_encoding()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 500)


def says(status: int, body: bytes = b"", **headers: str) -> Answer:
    async def answer(_request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=body, headers=named)

    return answer


def leads_to(url: str, status: int = 302) -> Answer:
    return says(status, Location=url)


async def served() -> AsyncIterator[Far]:
    one = Far()
    async with one.server:
        yield one


far, other = pytest.fixture(served, name="far"), pytest.fixture(served, name="other")


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
async def downloads(far: Far, clock: HastyClock) -> AsyncIterator[Downloads]:
    made = Downloads(
        clock=clock, most=MOST, trusted=frozenset({far.origin}), resolver=Names("10.0.0.1")
    )
    yield made
    await made.close()


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder" / "file"


def left(into: Path) -> list[str]:
    return [path.name for path in into.parent.iterdir()]


async def test_a_file_is_saved(downloads, far, into):
    await downloads.save(far.url(), into)
    assert into.read_bytes() == b"0123456789"
    assert left(into) == ["file"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_three_redirects_are_followed(downloads, far, into, status):
    far.answers = [*(leads_to(to, status) for to in (far.url("/a"), "b", "/c?d")), whole]
    await downloads.save(far.url("/"), into)
    assert [request.path_qs for request in far.asked] == ["/", "/a", "/b", "/c?d"]


async def test_a_redirect_loop_ends(downloads, far, into):
    far.answers = [leads_to("/file")]
    with pytest.raises(Refused, match="on and on"):
        await downloads.save(far.url(), into)
    assert len(far.asked) == 4


IPV4 = ("169.254.169.254", "10.0.0.1", "100.64.0.1", "224.0.0.1", "127.0.0.1.", "127.1")
NUMBERS = ("0", "2130706433", "0x7f.1", "0x7f000001")
IPV6 = ("::1", "::ffff:127.0.0.1", "64:ff9b::169.254.169.254", "2002:a00:1::", "fe80::1%25lo")
NAMES = ("inner.example", "localhost", "localhost.")


@pytest.mark.parametrize("host", [*IPV4, *NUMBERS, *(f"[{one}]" for one in IPV6), *NAMES])
async def test_nothing_private_is_reached(downloads, far, into, host):
    far.answers = [leads_to(f"https://{host}/latest")]
    with pytest.raises(Refused, match="not public") as direct:
        await downloads.save(f"https://{host}/latest", into)
    with pytest.raises(Refused, match="not public") as led:
        await downloads.save(far.url(), into)
    assert "10.0.0.1" not in f"{direct.value}{led.value}"
    assert len(far.asked) == 1


async def test_another_port_of_a_trusted_host_is_not_trusted(downloads, far, other, into):
    far.answers = [leads_to(other.url()), leads_to(other.url(scheme="https"))]
    with pytest.raises(Refused, match="https"):
        await downloads.save(far.url(), into)
    with pytest.raises(Refused, match="not public"):
        await downloads.save(far.url(), into)
    assert not other.asked


async def test_only_the_public_addresses_of_a_name_are_connected_to(clock, into):
    names = Names("10.0.0.1", "1.1.1.1", "127.0.0.1")
    downloads = Downloads(clock=clock, most=MOST, resolver=names)
    with pytest.raises(NetworkDeniedError) as denied:
        await downloads.save("https://rebinding.example/", into)
    await downloads.close()
    assert denied.value.address == ("1.1.1.1", 443)


def test_an_address_is_public_when_it_is_so_wherever_it_leads():
    for address in ("1.1.1.1", "2606:4700::1", "64:ff9b::1.1.1.1", "::ffff:1.1.1.1"):
        assert module._is_public(address), address
    for address in ("192.0.0.192", "168.63.129.16", "fec0::1", "::7f00:1", "ff0e::1", "2001::1"):
        assert not module._is_public(address), address


NO_LINKS = [
    "file:///etc/passwd",
    "ftp://a.example/",
    "https:///x",
    "https://[::1",
    "http://x:99999/",
]


@pytest.mark.parametrize("url", [*NO_LINKS, f"https://{'a' * 64}.example/"])
async def test_what_is_no_web_address_is_refused(downloads, far, into, url):
    far.answers = [leads_to(url)]
    for link in (url, far.url()):
        with pytest.raises(Refused, match="no web address"):
            await downloads.save(link, into)
    assert len(far.asked) == 1


async def test_a_name_before_the_host_is_refused(downloads, far, other, into):
    for disguised in (
        f"{far.origin}@{other.origin.removeprefix('http://')}/",
        f"http://{far.origin.removeprefix('http://').replace(':', '%3A')}@evil.example/",
        f"http://evil.example\\@{far.origin.removeprefix('http://')}/",
        f"http://me@{far.origin.removeprefix('http://')}/",
    ):
        with pytest.raises(Refused, match="no web address"):
            await downloads.save(disguised, into)
    assert not far.asked + other.asked


@pytest.mark.parametrize("answer", [announced, endless])
async def test_too_large_with_and_without_a_header_is_stopped(downloads, far, into, answer):
    far.answers = [answer]
    with pytest.raises(Refused, match=r"over 0\.001 MB"):
        await downloads.save(far.url(), into)
    assert left(into) == []


@pytest.mark.parametrize("size", [0, MOST])
async def test_nothing_and_as_much_as_may_be_is_taken(downloads, far, into, size):
    far.answers = [says(200, b"x" * size)]
    await downloads.save(far.url(), into)
    assert into.stat().st_size == size


async def test_nothing_is_unpacked(downloads, far, into):
    bomb = gzip.compress(b"\0" * (500 * MOST))
    assert len(bomb) < MOST
    far.answers = [says(200, bomb, Content_Encoding="gzip")]
    await downloads.save(far.url(), into)
    assert into.read_bytes() == bomb
    assert far.asked[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("failed", [says(429), says(500), says(503), truncated])
async def test_what_failed_is_tried_again(downloads, far, into, clock, failed):
    far.answers = [failed, failed, whole]
    await downloads.save(far.url(), into)
    assert into.read_bytes() == b"0123456789"
    assert clock.slept == [0.5, 2.0]


@pytest.mark.parametrize(
    ("asked", "waited"), [("7", 7.0), ("1.5", 1.5), ("3600", 10.0), ("0", 0.5), ("-1", 0.5)]
)
async def test_a_pause_is_as_long_as_asked_for(downloads, far, into, clock, asked, waited):
    far.answers = [says(429, Retry_After=asked), whole]
    await downloads.save(far.url(), into)
    assert clock.slept == [waited]


@pytest.mark.parametrize("answer", [says(503), truncated, sends(b""), sends(b"no HTTP\r\n\r\n")])
async def test_after_three_tries_it_is_unavailable(downloads, far, into, clock, answer):
    far.answers, link = [answer], far.url("/with-a-token")
    with pytest.raises(Unavailable, match="again later") as unavailable:
        await downloads.save(link, into)
    assert (clock.slept, left(into)) == ([0.5, 2.0], [])
    assert link not in "".join(traceback.format_exception(unavailable.value))


@pytest.mark.parametrize(
    ("statuses", "kind", "sentence"),
    [
        ((401, 403, 404, 410), Expired, "no longer valid"),
        ((204, 302, 400, 451), Refused, "the answer was"),
    ],
)
async def test_some_answers_are_final(downloads, far, into, statuses, kind, sentence):
    far.answers = [says(status) for status in statuses]
    for tries in range(1, 5):
        with pytest.raises(Refused, match=sentence) as refused:
            await downloads.save(far.url(), into)
        assert (refused.type, len(far.asked)) == (kind, tries)


async def test_headers_go_to_the_first_origin_only(far, other, clock, into):
    trusted = frozenset({far.origin, f"{other.origin}/"})
    downloads = Downloads(
        clock=clock, most=MOST, trusted=trusted, headers={"Authorization": "secret"}
    )
    far.answers = [leads_to("/same"), leads_to(other.url()), whole]
    other.answers = [leads_to(far.url("/back"))]
    await downloads.save(far.url(), into)
    await downloads.close()
    sent = [request.headers.get("Authorization") for request in (*far.asked, *other.asked)]
    assert sent == ["secret", "secret", None, None]


async def test_no_cookie_is_kept_and_no_proxy_asked(far, other, clock, into, monkeypatch):
    for name, value in (("http_proxy", other.origin), ("no_proxy", ""), ("NO_PROXY", "")):
        monkeypatch.setenv(name, value)
    named = far.origin.replace("127.0.0.1", "far.example")  # addresses are given no cookies
    names, trusted = Names("127.0.0.1"), frozenset({named})
    downloads = Downloads(clock=clock, most=MOST, trusted=trusted, resolver=names)
    far.answers = [says(200, Set_Cookie="a=b"), whole]
    await downloads.save(f"{named}/", into)
    await downloads.save(f"{named}/", into)
    await downloads.close()
    assert [request.headers.get("Cookie") for request in far.asked] == [None, None]
    assert not other.asked


async def test_silence_is_given_up(downloads, far, into, clock, monkeypatch):
    monkeypatch.setattr(module, "SILENCE_S", 0.3)
    ended = asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        await ended.wait()
        return await whole(request)

    far.answers = [silent, whole]
    await downloads.save(far.url(), into)
    ended.set()
    assert clock.slept == [0.5]


async def test_all_together_has_an_end(far, into, monkeypatch):
    monkeypatch.setattr(module, "TOTAL_S", 0.2)
    far.answers = [says(503)]
    downloads = Downloads(clock=ManualClock(), most=MOST, trusted=frozenset({far.origin}))
    with pytest.raises(Unavailable):
        await downloads.save(far.url(), into)
    await downloads.close()
    assert left(into) == []


async def test_who_is_cancelled_while_writing_leaves_nothing(downloads, far, into, monkeypatch):
    loop, writing = asyncio.get_running_loop(), asyncio.Event()
    append = module._append

    def slow(path: Path, data: bytes) -> None:
        loop.call_soon_threadsafe(writing.set)
        cancelled.result(timeout=5)
        append(path, data)

    cancelled = asyncio.run_coroutine_threadsafe(writing.wait(), loop)
    monkeypatch.setattr(module, "_append", slow)
    saving = asyncio.create_task(downloads.save(far.url(), into))
    await writing.wait()
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert left(into) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
async def test_a_full_disk_is_said_to_be_full(downloads, far, into, monkeypatch, number):
    def full(_path: Path, _data: bytes) -> None:
        raise OSError(number, "no space")

    into.write_bytes(b"before")
    monkeypatch.setattr(module, "_append", full)
    with pytest.raises(Full, match="disk is full"):
        await downloads.save(far.url(), into)
    assert (into.read_bytes(), left(into), len(far.asked)) == (b"before", ["file"], 1)


async def test_another_fault_of_the_disk_is_unavailable(downloads, far, into):
    with pytest.raises(Unavailable, match="could not be written"):
        await downloads.save(far.url(), into.parent / "missing" / "file")
    assert len(far.asked) == 1


def test_the_operator_s_own_server_is_an_origin() -> None:
    assert origins("http://10.0.0.1:8081/api/v10") == {"http://10.0.0.1:8081"}
    assert origins(None) == frozenset()

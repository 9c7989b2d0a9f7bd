"""The guard denies what leaves the machine and leaves the rest alone."""

from __future__ import annotations

import asyncio
import socket

import pytest

from carrel.testing.network_guard import (
    NetworkDeniedError,
    is_loopback,
    network_guard,
    no_network,
)

__all__ = ["network_guard"]
OUTSIDE = "192.0.2.1"  # reserved for documentation: nobody is there


@pytest.mark.parametrize(
    "host",
    [None, "", "localhost", b"localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"],
)
def test_this_machine_is_loopback(host: object) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", [OUTSIDE, "example.com", "2001:db8::1", "0.0.0.0", b"example.com"])  # noqa: S104 - nothing listens there
def test_everything_else_is_not(host: object) -> None:
    assert not is_loopback(host)


@pytest.mark.usefixtures("network_guard")
@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_connection_outside_is_denied_by_name(method: str) -> None:
    with socket.socket() as outgoing, pytest.raises(NetworkDeniedError, match=OUTSIDE):
        getattr(outgoing, method)((OUTSIDE, 80))


@pytest.mark.usefixtures("network_guard")
def test_ipv6_and_datagrams_are_denied() -> None:
    with socket.socket(socket.AF_INET6) as six, pytest.raises(NetworkDeniedError):
        six.connect(("2001:db8::1", 80))
    with (
        socket.socket(type=socket.SOCK_DGRAM) as datagrams,
        pytest.raises(NetworkDeniedError, match="sendto"),
    ):
        datagrams.sendto(b"x", (OUTSIDE, 53))


@pytest.mark.usefixtures("network_guard")
def test_looking_up_a_name_is_denied() -> None:
    with pytest.raises(NetworkDeniedError, match=r"example\.com"):
        socket.getaddrinfo("example.com", 443)


async def test_asyncio_is_denied_too() -> None:
    with no_network(), pytest.raises(NetworkDeniedError, match=OUTSIDE):
        await asyncio.open_connection(OUTSIDE, 80)


@pytest.mark.usefixtures("network_guard")
def test_loopback_and_unix_sockets_still_work() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"


def test_the_sockets_are_as_before_afterwards() -> None:
    before = (socket.socket.connect, socket.getaddrinfo)
    with no_network():
        assert socket.socket.connect is not before[0]
    assert (socket.socket.connect, socket.getaddrinfo) == before

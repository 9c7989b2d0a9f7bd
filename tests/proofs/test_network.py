"""A host's own network: it has one cable, which can be pulled."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from socket import create_server, socket
from urllib.parse import urlsplit

import pytest
from proofs.network import HUB, Namespace, apart

from proofs import network

pytestmark = pytest.mark.skipif(
    not network.possible(), reason="only root may make networks, where the kernel has bridges"
)

HERE = "import socket, sys; here = (sys.argv[1], int(sys.argv[2])); "
DIAL = HERE + "s = socket.create_connection(here, {within})"
SAY = f"{DIAL}; s.sendall(b'hello')"
HEAR = f"{DIAL}; sys.exit(s.recv(5) != b'hello')"
ECHO = f"{DIAL}; s.sendall(s.recv(5))"
ANSWER = HERE + "s = socket.create_server(here); print(s, flush=True); s.accept()[0].send(b'hello')"


def in_a_thread(act: Callable[[], None]) -> None:
    """A thread that has left the tests' network does not come back."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(act).result(30)


def heard(server: socket) -> bytes:
    """What the next one says."""
    with closing(server.accept()[0]) as far:
        return far.recv(5)


def runs(host: Namespace, script: str, *words: object, within: float = 10) -> int:
    """A script of a host's, to its end: its status."""
    text = script.replace("{within}", str(within))
    command = [*host.entering, sys.executable, "-c", text, *map(str, words)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_a_host_reaches_what_it_has_a_line_to_and_nothing_that_is_not_told() -> None:
    def act() -> None:
        with apart(1) as (host,), closing(create_server(("127.0.0.1", 0))) as there:
            there.settimeout(10)
            port = there.getsockname()[1]
            url = urlsplit(host.url(f"http://127.0.0.1:{port}/"))
            assert runs(host, SAY, url.hostname, url.port) == 0
            assert heard(there) == b"hello"
            assert runs(host, SAY, "127.0.0.1", port) == 1

    in_a_thread(act)


def test_no_connection_is_made_while_the_cable_is_pulled() -> None:
    def act() -> None:
        with apart(1) as (host,), closing(create_server((HUB, 0))) as there:
            there.settimeout(0.2)
            port = there.getsockname()[1]
            host.sever()
            assert host.cut
            assert runs(host, SAY, HUB, port, within=0.2) == 1
            with pytest.raises(TimeoutError):
                there.accept()
            host.mend()
            assert not host.cut
            there.settimeout(10)
            assert runs(host, SAY, HUB, port) == 0
            assert heard(there) == b"hello"

    in_a_thread(act)


def test_a_connection_that_stands_is_silent_while_the_cable_is_pulled_and_goes_on() -> None:
    def act() -> None:
        with apart(1) as (host,), closing(create_server((HUB, 0))) as there:
            there.settimeout(10)
            port = there.getsockname()[1]
            words = [*host.entering, sys.executable, "-c", ECHO.format(within=10), HUB, str(port)]
            with subprocess.Popen(words) as speaking, closing(there.accept()[0]) as far:
                host.sever()
                far.settimeout(0.3)
                far.sendall(b"hello")
                with pytest.raises(TimeoutError):
                    far.recv(5)
                host.mend()
                far.settimeout(10)
                assert far.recv(5) == b"hello"
                speaking.wait(10)

    in_a_thread(act)


def test_hosts_reach_each_other_where_they_are() -> None:
    def act() -> None:
        with apart(2) as (one, other):
            assert one.between([other]) == {}
            where, _, port = other.address.partition(":")
            words = [*other.entering, sys.executable, "-c", ANSWER, where, port]
            with subprocess.Popen(words, stdout=subprocess.PIPE) as answering:
                assert answering.stdout is not None
                answering.stdout.readline()
                try:
                    assert runs(one, HEAR, where, port) == 0
                finally:
                    answering.kill()

    in_a_thread(act)


def test_the_tests_own_network_is_not_touched() -> None:
    def act() -> None:
        with apart(1):
            names.append(network_devices())

    names: list[str] = []
    before = network_devices()
    in_a_thread(act)
    assert "host-1" in names[0]
    assert network_devices() == before


def network_devices() -> str:
    """As this thread sees them."""
    return subprocess.run(
        ["ip", "-brief", "link"], capture_output=True, text=True, check=True
    ).stdout

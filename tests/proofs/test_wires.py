"""A line that is cut is silent, and nothing of it is lost or closed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from proofs.wires import QUIET_PORTS, Wires, wired

SILENCE_S = 0.2


@pytest.fixture
def wires() -> Iterator[Wires]:
    with wired(1) as (one,):
        yield one


@pytest.fixture
def there() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        yield server


def dial(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 10)


def met(server: socket.socket) -> socket.socket:
    """The other end of the next line."""
    return server.accept()[0]


def port_of(server: socket.socket) -> int:
    return server.getsockname()[1]


def test_what_is_said_passes_both_ways_and_so_does_the_end(wires, there) -> None:
    with closing(dial(wires.port(port_of(there)))) as here:
        here.sendall(b"hello")
        far = met(there)
        assert far.recv(9) == b"hello"
        far.sendall(b"you")
        assert here.recv(9) == b"you"
        far.close()
        assert here.recv(9) == b""


def test_what_is_said_while_it_is_cut_arrives_when_it_is_mended(wires, there) -> None:
    port = wires.port(port_of(there))
    with closing(dial(port)) as here:
        far = met(there)
        wires.sever()
        here.sendall(b"lost?")
        far.sendall(b"gone?")
        for end in (here, far):
            end.settimeout(SILENCE_S)
            with pytest.raises(TimeoutError):
                end.recv(9)
        assert wires.cut
        far.close()
        with pytest.raises(TimeoutError):
            here.recv(9)
        wires.mend()
        here.settimeout(10)
        assert here.recv(9) == b"gone?"
        assert here.recv(9) == b""
        assert not wires.cut


def test_who_comes_while_it_is_cut_waits(wires, there) -> None:
    wires.sever()
    with closing(dial(wires.port(port_of(there)))) as here:
        there.settimeout(SILENCE_S)
        with pytest.raises(TimeoutError):
            met(there)
        wires.mend()
        there.settimeout(10)
        far = met(there)
        far.sendall(b"at last")
        assert here.recv(9) == b"at last"
        far.close()


def test_where_nobody_listens_the_line_ends(wires, tmp_path: Path) -> None:
    with closing(dial(wires.port(tmp_path / "nothing"))) as here:
        assert here.recv(9) == b""


def test_an_address_is_the_same_by_a_line(wires, there) -> None:
    url = wires.url(f"http://127.0.0.1:{port_of(there)}/api/v10")
    start, _, rest = url.rpartition(":")
    assert start == "http://127.0.0.1"
    port, _, path = rest.partition("/")
    assert path == "api/v10"
    with closing(dial(int(port))):
        met(there).close()
    with pytest.raises(ValueError, match="names no port"):
        wires.url("http://example.org/")


def test_each_host_has_lines_of_its_own_to_the_others() -> None:
    with wired(3) as lines:
        first, *others = lines
        assert len({one.address for one in lines}) == 3
        assert all(int(one.address.partition(":")[2]) in QUIET_PORTS for one in lines)
        found = first.between(others)
        assert found.keys() == {one.address for one in others}
        assert len({*found.values(), *found.keys()}) == 4

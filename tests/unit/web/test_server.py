from __future__ import annotations

import asyncio
import socket
import stat
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from carrel.core.errors import ConfigError
from carrel.web.server import Doors, WebServer


def server(house, port: int = 0, name: str = "c.sock") -> WebServer:
    web = WebServer(house.pages, house.control, Doors(port, house.folder / name))
    web.bind()
    return web


@asynccontextmanager
async def serving(house) -> AsyncIterator[WebServer]:
    web = server(house)
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(house.hub.run(house))
        group.create_task(web.run())
        yield web
        listening.cancel()
        web.stop()


async def test_both_doors_open(house) -> None:
    async with serving(house) as web:
        control = httpx2.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
        async with httpx2.AsyncClient(transport=control, base_url="http://carrel") as client:
            assert (await client.get("/status")).json()["version"] == "1.2.3"
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{web.port}") as client:
            assert (await client.get("/")).status_code == 401
            await client.get(f"/login?code={house.login.mint()}")
            assert (await client.get("/ping")).status_code == 204
            for host in ("evil.example", "carrel.localhost"):
                got = await client.get("/ping", headers={"Host": f"{host}:{web.port}"})
                assert got.status_code == (403 if host == "evil.example" else 204)
    assert not (house.folder / "c.sock").exists()


def test_it_listens_on_loopback_only(house) -> None:
    """D6."""
    web = server(house)
    assert web._sockets[0].getsockname()[0] == "127.0.0.1"
    assert web.address == f"http://carrel.localhost:{web.port}"
    web.close()


def test_the_socket_file_is_private(house) -> None:
    web = server(house)
    assert stat.S_IMODE((house.folder / "c.sock").stat().st_mode) == 0o600
    web.close()
    web.close()


def test_a_port_in_use_is_said_with_its_mend(house) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} is in use; set .console. port"):
            server(house, port)
    assert not (house.folder / "c.sock").exists()


def test_a_path_too_long_for_a_socket_is_said(house) -> None:
    with pytest.raises(ConfigError, match="too long"):
        server(house, name="x" * 120)


def test_a_left_over_socket_file_is_no_hindrance(house) -> None:
    (house.folder / "c.sock").touch()
    server(house).close()


async def test_it_stops_soon_while_pages_are_open(house) -> None:
    """spec: 9.1."""
    async with serving(house) as web:
        client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{web.port}", timeout=30)
        await client.get(f"/login?code={house.login.mint()}")
        request = client.build_request("GET", "/events?c=desk")
        answer = await client.send(request, stream=True)
        await anext(answer.aiter_bytes())
        began = time.monotonic()
        web.stop()
    assert time.monotonic() - began < 3
    await client.aclose()


async def test_a_websocket_gets_a_clear_no(house) -> None:
    """spec: 8.5."""
    async with serving(house) as web:
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        lines = [
            "GET /events HTTP/1.1",
            f"Host: 127.0.0.1:{web.port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        assert b" 400 " in await reader.readline()
        writer.close()


async def test_rubbish_on_the_wire_harms_nobody(house) -> None:
    """spec: 8.5."""
    async with serving(house) as web:
        for rubbish in (b"\x00\xff\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET", b"\r\n" * 9):
            _, writer = await asyncio.open_connection("127.0.0.1", web.port)
            writer.write(rubbish)
            await writer.drain()
            writer.close()
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{web.port}") as client:
            assert (await client.get("/")).status_code == 401


def test_the_static_files_are_in_the_package() -> None:
    import carrel.web

    static = Path(carrel.web.__file__).with_name("static")
    names = {str(path.relative_to(static)) for path in static.rglob("*") if path.is_file()}
    wanted = {
        "room.css",
        "log.css",
        "jobs.css",
        "jobs.js",
        "setup.css",
        "live.js",
        "composer.js",
        "carrel.svg",
    }
    assert names == wanted | {"vendor/htmx.min.js", "vendor/NOTICE"}


async def test_cut_off_it_leaves_its_doors_to_the_next_one(house) -> None:
    """A host that stood by and leads now opens the same doors anew, in the same process."""
    port = 0
    for _ in range(2):
        web = server(house, port)
        port = web.port
        serving = asyncio.create_task(web.run())
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
            assert (await client.get("/")).status_code == 401
        serving.cancel()
        await asyncio.wait({serving})

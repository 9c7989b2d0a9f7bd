from __future__ import annotations

import shutil

import pytest

from carrel.core.messages import File
from carrel.web.fragments import dom_id


async def offered(house, name: str, media_type: str, content: bytes = b"content") -> str:
    path = house.folder / "outbox"
    path.mkdir(exist_ok=True)
    (path / "1").write_bytes(content)
    await house.show("f1", File(name, media_type, len(content), str(path / "1")))
    return f"/c/desk/files/{dom_id('f1')}"


async def test_a_file_is_downloaded_and_never_opened(opening, house) -> None:
    async with opening() as person:
        got = await person.client.get(await offered(house, "page.html", "text/html") + "?view=1")
    assert got.content == b"content"
    assert got.headers["Content-Disposition"] == 'attachment; filename="page.html"'
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "sandbox"


@pytest.mark.parametrize(
    ("kind", "disposition"), [("image/png", "inline"), ("image/svg+xml", "attachment")]
)
async def test_only_harmless_pictures_are_shown(opening, house, kind, disposition) -> None:
    async with opening() as person:
        got = await person.client.get(await offered(house, "p", kind) + "?view=1")
        plain = await person.client.get(await offered(house, "p", kind))
    assert got.headers["Content-Disposition"].startswith(disposition)
    assert plain.headers["Content-Disposition"].startswith("attachment")


async def test_a_name_cannot_break_the_header(opening, house) -> None:
    """D4. spec: 8.5."""
    async with opening() as person:
        got = await person.client.get(await offered(house, 'a"\r\nSet-Cookie: x=1.txt', "x/y"))
    assert got.status_code == 200
    assert "Set-Cookie" not in got.headers
    assert got.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "path",
    [
        "/c/desk/files/n00",
        "/c/desk/files/..%2F..%2Fetc%2Fpasswd",
        "/c/desk/files/%2Fetc%2Fpasswd",
        "/c/other/files/{}",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
    ],
)
async def test_nothing_else_is_served(opening, house, path: str) -> None:
    """spec: 6.5."""
    async with opening() as person:
        await offered(house, "a.txt", "text/plain")
        got = await person.client.get(path.format(dom_id("f1")))
    assert got.status_code == 404


async def test_a_file_that_went_away_is_said_to_have(opening, house) -> None:
    async with opening() as person:
        address = await offered(house, "a.txt", "text/plain")
        shutil.rmtree(house.folder / "outbox")
        assert (await person.client.get(address)).status_code == 404

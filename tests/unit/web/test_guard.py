from __future__ import annotations

import pytest

ADDRESS = "http://127.0.0.1:4711"
EVERYWHERE = ["/", "/new", "/side", "/events", "/ping", "/c/desk", "/c/desk/files/n1"]


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_without_a_cookie_there_is_only_the_door(opening, path: str) -> None:
    """spec: 5.5."""
    async with opening(known=False) as person:
        answer = await person.client.get(path)
    assert answer.status_code == 401
    assert "carrel status --link" in answer.text


async def test_without_a_cookie_nothing_is_said(opening, house) -> None:
    """spec: 5.5."""
    async with opening(known=False) as person:
        assert (await person.say()).status_code == 401
    assert not house.heard


async def test_the_door_itself_and_its_paint_are_open(opening) -> None:
    async with opening(known=False) as person:
        assert (await person.client.get("/static/room.css")).status_code == 200
        assert (await person.client.get("/login?code=wrong")).status_code == 401


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:4711",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:4712",
        "127.0.0.1.evil.example:4711",
        "127.0.0.1:4711@evil.example",
        "evil.localhost:4711",
        "[::1]x:4711",
        "127.0.0.1:abc",
        "",
    ],
)
async def test_another_host_name_is_refused(opening, host: str) -> None:
    """Against DNS rebinding. spec: 5.5."""
    async with opening() as person:
        answer = await person.client.get("/c/desk", headers={"Host": host})
    assert answer.status_code == 403
    assert "same port" in answer.text


@pytest.mark.parametrize(
    "host", ["localhost:4711", "LOCALHOST:4711", "carrel.localhost:4711", "[::1]:4711"]
)
async def test_every_loopback_name_is_known(opening, host: str) -> None:
    async with opening(known=False) as person:
        assert (await person.client.get("/", headers={"Host": host})).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Origin": "https://127.0.0.1:4711"},
        {"Origin": "http://localhost:4711"},
        {"Origin": ADDRESS, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ADDRESS, "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_origin_changes_nothing(opening, house, headers) -> None:
    """spec: 5.5."""
    async with opening() as person:
        assert (await person.say(headers=headers)).status_code == 403
    assert not house.heard


async def test_our_own_page_may_post(opening) -> None:
    headers = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
    async with opening() as person:
        assert (await person.say(headers=headers)).status_code == 204


@pytest.mark.parametrize("path", ["/c/desk", "/login?code=x", "/static/live.js", "/nothing"])
async def test_every_answer_forbids_what_it_can(opening, path: str) -> None:
    async with opening() as person:
        headers = (await person.client.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


async def test_a_websocket_is_refused_clearly(opening) -> None:
    """spec: 8.5."""
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    async with opening() as person:
        answer = await person.client.get("/events", headers=headers)
    assert answer.status_code == 400
    assert "no WebSocket" in answer.text


async def test_a_websocket_scope_is_closed(house) -> None:
    sent = []

    async def send(message) -> None:
        sent.append(message)

    await house.pages({"type": "websocket", "path": "/", "headers": []}, None, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


@pytest.mark.parametrize("length", ["999999999999", "9" * 5000])
async def test_a_body_that_says_it_is_too_large_is_not_read(opening, length: str) -> None:
    """spec: 8.5."""
    headers = {"Origin": ADDRESS, "Content-Length": length}
    async with opening() as person:
        answer = await person.client.post("/c/desk/messages", headers=headers, content=b"x")
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "x", "1_0"])
async def test_an_unreadable_length_is_refused(opening, length: str) -> None:
    headers = {"Origin": ADDRESS, "Content-Length": length.encode()}
    async with opening() as person:
        answer = await person.client.post("/c/desk/messages", headers=headers, content=b"")
    assert answer.status_code == 400


async def test_a_body_that_grows_too_large_is_cut_off(opening, house) -> None:
    """spec: 8.5."""

    async def endless():
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="x"\r\n\r\n'
        while True:
            yield b"x" * 100_000

    headers = {"Origin": ADDRESS, "Content-Type": "multipart/form-data; boundary=b"}
    async with opening() as person:
        answer = await person.client.post("/c/desk/messages", headers=headers, content=endless())
    assert answer.status_code == 413
    assert not house.heard


async def test_two_gateways_do_not_log_each_other_out(opening) -> None:
    async with opening() as person:
        assert [cookie.name for cookie in person.client.cookies.jar] == ["carrel-4711"]

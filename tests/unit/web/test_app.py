from __future__ import annotations

import re
from dataclasses import replace

import pytest

from carrel.core.messages import Answer, Notice
from carrel.web.desk_names import title
from carrel.web.status import PlatformInfo

ORIGIN = "http://127.0.0.1:4711"


async def test_a_link_lets_in_once(opening, house) -> None:
    """spec: 5.5."""
    link = f"/login?code={house.login.mint()}"
    async with opening(known=False) as person:
        first = await person.client.get(link)
        assert first.status_code == 200
        assert 'http-equiv="refresh"' in first.text
        cookie = first.headers["Set-Cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert (await person.client.get("/c/desk")).status_code == 200
        person.client.cookies.clear()
        assert (await person.client.get(link)).status_code == 401
        assert (await person.client.get("/c/desk")).status_code == 401


async def test_guessing_locks_the_door(opening) -> None:
    """D6."""
    async with opening(known=False) as person:
        got = [(await person.client.get("/login?code=x")).status_code for _ in range(12)]
    assert got == [401] * 10 + [429] * 2


@pytest.mark.parametrize("kind", ["image", "iframe", "empty", "script"])
async def test_another_page_can_neither_use_up_a_link_nor_lock_the_door(
    opening, house, kind: str
) -> None:
    """D6."""
    link = f"/login?code={house.login.mint()}"
    async with opening(known=False) as person:
        hidden = {"Sec-Fetch-Dest": kind}
        for address in (link, *["/login?code=x"] * 12):
            assert (await person.client.get(address, headers=hidden)).status_code == 403
        assert (await person.client.get("/login?code=x")).status_code == 401
        opened = await person.client.get(link, headers={"Sec-Fetch-Dest": "document"})
        assert opened.status_code == 200


async def test_the_first_page_is_a_fresh_desk(opening) -> None:
    async with opening() as person:
        got = await person.client.get("/")
        name = got.headers["Location"].removeprefix("/c/")
        page = await person.client.get(got.headers["Location"])
    assert got.status_code == 303
    assert title(name) in page.text
    assert "Take a seat." in page.text
    assert "A banner." in page.text


async def test_a_home_without_a_network_is_led_to_set_one_up(opening, house, monkeypatch) -> None:
    """The demo is somebody else's home, and is not set up."""
    stands, link, invited = house.status(), 'href="/setup"', "Set up a chat network"
    discord = PlatformInfo("discord", "up")
    seen = []
    for status in (
        stands,
        replace(stands, platforms=(*stands.platforms, discord)),
        replace(stands, demo=True),
    ):
        monkeypatch.setattr(house, "status", lambda status=status: status)
        house.__post_init__()
        async with opening(house.pages) as person:
            page = (await person.client.get("/c/desk")).text
        seen.append((link in page, invited in page))
    assert seen == [(True, True), (True, False), (False, False)]


async def test_later_it_is_the_one_used_last(opening) -> None:
    async with opening() as person:
        await person.say("hello")
        got = await person.client.get("/")
    assert got.headers["Location"] == "/c/desk"


async def test_a_new_one_may_stand_beside(opening) -> None:
    async with opening() as person:
        got = await person.client.get("/new?beside=desk")
        assert re.fullmatch(r"/c/[a-z]+-[a-z]+-[0-9a-f]{2}\?beside=desk", got.headers["Location"])
        evil = await person.client.get("/new?beside=//evil.example/")
        assert evil.status_code == 400


async def test_reload_keeps_what_was_said(opening, house) -> None:
    async with opening() as person:
        await person.say("hello <there>")
        await house.show("n1", Answer("**hi**"))
        page = await person.client.get("/c/desk")
    assert "hello &lt;there&gt;" in page.text
    assert "<strong>hi</strong>" in page.text


async def test_two_stand_side_by_side_and_one_only_once(opening) -> None:
    async with opening() as person:
        two = await person.client.get("/c/desk?beside=other")
        one = await person.client.get("/c/desk?beside=desk")
    assert re.findall(r'<section class="pane" data-c="(\w+)"', two.text) == ["desk", "other"]
    assert one.text.count('<section class="pane"') == 1


async def test_a_long_history_is_cut_and_can_be_unfolded(opening, house) -> None:
    """spec: 12.1."""
    for n in range(120):
        await house.show(f"n{n}", Notice(f"number {n:03}."))
    async with opening() as person:
        page = await person.client.get("/c/desk")
        more = await person.client.get("/c/desk?show=300")
    assert "number 119" in page.text
    assert "number 019" not in page.text
    assert "?show=300" in page.text
    assert "number 000" in more.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/c/..%2Fx", 404),
        ("/c/a%20b", 400),
        ("/c/" + "x" * 65, 400),
        ("/c/desk?beside=%0a", 400),
        ("/c/desk?show=x", 200),
        ("/c/desk?show=99999999999999999999", 200),
        ("/c/desk?show=" + "9" * 5000, 200),
        ("/side?c=a/b", 400),
        ("/events?c=a/b", 400),
        ("/nothing", 404),
        ("/c/desk/messages", 405),
        ("/c/%ff%fe", 400),
        ("/%00", 404),
    ],
)
async def test_rubbish_in_the_address_is_refused_clearly(opening, path: str, status: int) -> None:
    """spec: 8.5."""
    async with opening() as person:
        got = await person.client.get(path)
    assert got.status_code == status


async def test_the_side_lists_what_there_is(opening) -> None:
    async with opening() as person:
        await person.say("find me")
        side = await person.client.get("/side?c=desk")
    assert "find me" in side.text
    assert "2 live" in side.text
    assert 'aria-current="page"' in side.text


async def test_a_page_asks_nothing_of_the_world(opening) -> None:
    async with opening() as person:
        await person.say("hello")
        text = (await person.client.get("/c/desk?beside=other")).text
        for path in ("room.css", "log.css", "live.js", "composer.js", "carrel.svg"):
            text += (await person.client.get(f"/static/{path}")).text
    outside = set(re.findall(r"https?://[^\s\"')]+", text))
    assert outside <= {"http://www.w3.org/2000/svg"}
    assert "@import" not in text


async def test_no_script_and_no_style_stands_in_the_page(opening) -> None:
    async with opening() as person:
        text = (await person.client.get("/c/desk")).text
    assert not re.findall(r"<script(?![^>]*\bsrc=)|\bon\w+=|<style|\sstyle=", text)


async def test_a_fault_of_ours_is_a_page_and_no_riddle(opening, house, monkeypatch) -> None:
    async def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(house.store, "sessions", broken)
    async with opening() as person:
        got = await person.client.get("/c/desk")
    assert got.status_code == 500
    assert "secret" not in got.text
    assert got.headers["X-Frame-Options"] == "DENY"


async def test_a_ping_is_a_pong(opening) -> None:
    async with opening() as person:
        assert (await person.client.get("/ping")).status_code == 204


async def test_the_first_letter_is_told_to_the_gateway(opening, house) -> None:
    async with opening() as person:
        answer = await person.client.post("/c/desk/typing", headers={"Origin": ORIGIN})
        assert answer.status_code == 204
        assert [place.channel for place, _ in house.expected] == ["desk"]
        foreign = await person.client.post("/c/desk/typing", headers={"Origin": "http://evil"})
        assert foreign.status_code == 403
        assert len(house.expected) == 1


async def test_a_look_at_the_link_does_not_use_it_up(opening, house) -> None:
    async with opening(known=False) as person:
        link = f"/login?code={house.login.mint()}"
        assert (await person.client.head(link)).status_code == 204
        assert (await person.client.get(link)).status_code == 200


async def test_a_reload_shows_an_edited_message_once_as_it_is_now(opening, house) -> None:
    """spec: 14.12"""
    async with opening() as person:
        await person.say("hello")
        await person.edit("hallo")
        page = await person.client.get("/c/desk")
        side = await person.client.get("/side?c=desk")
    assert "hallo</div>" in page.text
    assert 'class="bubble edited"' in page.text
    assert page.text.count('data-message="m1"') == 1
    assert "/edited" not in page.text + side.text

"""What goes wrong on the way: lost replies, few lines, files that come late."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from carrel.core.messages import Answer

pytestmark = pytest.mark.browser

LOOK = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
ADD = {"name": "late.txt", "mimeType": "text/plain", "buffer": b"late"}


async def until(true) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - the hub tells nobody of this
            await asyncio.sleep(0.02)


async def test_seven_tabs_are_open_and_the_seventh_sends(visiting) -> None:
    """A browser has six lines to one host: tabs that nobody sees keep none."""
    async with visiting() as visit:
        desk, first = visit.desk, await visit.page()
        url, tabs = first.url, [first]
        for _ in range(6):
            await tabs[-1].evaluate(LOOK, arg=True)
            tabs.append(await first.context.new_page())
            await tabs[-1].goto(url)
        await tabs[-1].locator("#text-desk").fill("from the seventh")
        await tabs[-1].locator("#text-desk").press("Enter")
        assert (await desk.heard.get()).text == "from the seventh"
        await until(lambda: len(desk.hub._subscriptions["desk"]) == 1)
        await expect(first.locator(".bubble")).to_have_count(0)
        await tabs[-1].evaluate(LOOK, arg=True)
        await first.evaluate(LOOK, arg=False)
        await expect(first.locator(".bubble")).to_have_text("from the seventh")
        await expect(first.locator("#side .last")).to_have_text("from the seventh")
        await desk.show("desk", "a1", Answer("seen"))
        await expect(first.locator(".answer")).to_contain_text("seen")
        assert not visit.errors


async def test_a_hidden_tab_asks_for_nothing_while_the_gateway_is_away(visiting) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        await desk.down()
        await expect(page.locator(".away")).to_have_text("reconnecting…")
        await page.evaluate(LOOK, arg=True)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await desk.up()
        await asyncio.sleep(1.5)
        assert not [url for url in asked if re.search("/(ping|events)", url)]
        await page.evaluate(LOOK, arg=False)
        await expect(page.locator(".away")).to_be_hidden()
        await desk.show("desk", "a1", Answer("there again"))
        await expect(page.locator(".answer")).to_contain_text("there again")


async def test_a_lost_reply_and_a_reload_double_nothing(visiting) -> None:
    """spec: 2.2."""
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()

        async def lose(route) -> None:
            await route.fetch()
            await route.abort()

        await page.route("**/messages", lose)
        await page.locator("#text-desk").fill("only once")
        await page.locator("#text-desk").press("Enter")
        assert (await desk.heard.get()).text == "only once"
        await expect(page.locator(".refusal")).to_contain_text("does not answer")
        await page.unroute("**/messages")
        await page.reload()
        await expect(page.locator("#text-desk")).to_have_value("only once")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator("#text-desk")).to_have_value("")
        await expect(page.locator(".bubble")).to_have_text(["only once"])
        assert desk.heard.empty()
        keys = await page.evaluate("Object.keys(sessionStorage)")
        assert not [key for key in keys if "/messages" in key]
        await page.locator("#text-desk").fill("only once")
        await page.locator("#text-desk").press("Enter")
        assert (await desk.heard.get()).text == "only once", "the same words again are new ones"


async def test_what_is_added_during_an_upload_stays_for_the_next(visiting) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        held, go = asyncio.Event(), asyncio.Event()

        async def slow(route) -> None:
            held.set()
            await go.wait()
            await route.continue_()

        await page.route("**/messages", slow)
        await page.set_input_files("input[name=pick]", ADD | {"name": "early.txt"})
        await page.locator("#text-desk").fill("look")
        await page.locator("#text-desk").press("Enter")
        await held.wait()
        await page.set_input_files("input[name=pick]", ADD)
        go.set()
        assert [a.name for a in (await desk.heard.get()).attachments] == ["early.txt"]
        await expect(page.locator("#text-desk")).to_have_value("")
        await expect(page.locator(".composer .chip")).to_have_text([re.compile("late.txt")])
        await page.get_by_role("button", name="Send", exact=True).click()
        assert [a.name for a in (await desk.heard.get()).attachments] == ["late.txt"]
        await expect(page.locator(".composer .chip")).to_have_count(0)

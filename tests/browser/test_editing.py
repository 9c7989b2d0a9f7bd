"""A person edits what they wrote, with the mouse, with keys alone, and with a thumb."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from carrel.core.errors import Unavailable
from carrel.core.messages import Mark
from carrel.ports.platform import Verdict

pytestmark = pytest.mark.browser


def box(page: Page):
    return page.get_by_label("Message to Desk")


async def say(page: Page, text: str) -> None:
    await box(page).fill(text)
    await box(page).press("Enter")
    await expect(box(page)).to_have_value("")
    await expect(page.locator(".said .bubble").last).to_have_text(text)


async def test_an_edit_takes_the_place_of_the_draft_and_gives_it_back(visiting, picture) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        await say(page, "first words")
        await desk.settle(await desk.heard.get())
        await box(page).fill("a draft")
        said = page.locator(".said")
        await said.hover()
        await said.get_by_role("button", name="Edit").click()
        await expect(box(page)).to_be_focused()
        await expect(box(page)).to_have_value("first words")
        await expect(page.locator(".editing p")).to_have_text("Editing “first words”")
        await picture(page, "editing")
        await box(page).fill("other\nwords")
        await page.reload()
        await expect(box(page)).to_have_value("other\nwords")
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(box(page)).to_have_value("a draft")
        for _ in ("at once", "after a reload"):
            await expect(said.locator(".bubble")).to_have_text("other\nwords")
            await expect(said.locator(".changed")).to_be_visible()
            await page.reload()
        await expect(page.locator(".item")).to_have_count(1)
        await expect(box(page)).to_have_value("a draft")
        assert desk.heard.empty(), "the draft was not sent"
        assert not visit.errors


async def test_keys_alone_are_enough(visiting) -> None:
    async with visiting() as visit:
        page = await visit.page()
        await say(page, "one")
        await say(page, "two")
        await box(page).press("ArrowUp")
        await expect(box(page)).to_have_value("two")
        await box(page).press("Escape")
        await expect(box(page)).to_have_value("")
        await box(page).press("ArrowUp")
        await box(page).press("Enter")
        await expect(page.locator(".editing")).to_be_hidden()
        await expect(page.locator(".changed:visible")).to_have_count(0)
        await box(page).press("ArrowUp")
        await box(page).press("End")
        await box(page).press("!")
        await box(page).press("Enter")
        await expect(page.locator(".said .bubble").last).to_have_text("two!")
        await expect(page.locator(".changed:visible")).to_have_count(1)
        assert not visit.errors


async def test_what_could_not_be_saved_stays_in_the_box(visiting) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        await say(page, "one")
        await box(page).press("ArrowUp")
        await box(page).fill("two")
        for verdict, words in (
            (Unavailable("The store is away."), "The store is away."),
            (Verdict("ignored", "the agent has it just now"), "It stays as it is: the agent"),
        ):
            desk.verdict = verdict
            await box(page).press("Enter")
            await expect(page.locator(".refusal")).to_contain_text(words)
            await expect(box(page)).to_have_value("two")
            await expect(page.locator(".said .bubble")).to_have_text("one")
        desk.verdict = Verdict("accepted")
        await box(page).press("Enter")
        await expect(page.locator(".said .bubble")).to_have_text("two")
        await expect(page.locator(".refusal")).to_be_empty()


async def test_an_edit_before_the_reply_to_the_first_words_is_not_dropped(visiting) -> None:
    async with visiting() as visit:
        page, go = await visit.page(), asyncio.Event()

        async def slow(route) -> None:
            reply = await route.fetch()
            await go.wait()
            await route.fulfill(response=reply)

        await page.route("**/messages", slow)
        await box(page).fill("first words")
        await box(page).press("Enter")
        said = page.locator(".said")
        await said.get_by_role("button", name="Edit").click()
        await box(page).fill("other words")
        await box(page).press("Enter")
        go.set()
        await expect(said.locator(".bubble")).to_have_text("other words")
        await expect(box(page)).to_have_value("")
        await expect(page.locator(".editing")).to_be_hidden()


async def test_what_waits_is_taken_back_and_what_is_worked_on_is_left_alone(visiting) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page(has_touch=True, is_mobile=True, viewport=PHONE)
        await box(page).fill("one")
        await page.get_by_role("button", name="Send", exact=True).tap()
        said, inbound = page.locator(".said"), await desk.heard.get()
        edit, back = (said.get_by_role("button", name=name) for name in ("Edit", "Take back"))
        await expect(edit).to_be_visible()
        await expect(back).to_be_hidden()
        await desk.show("desk", "mark", Mark(inbound.message_id, "working"))
        await expect(edit).to_be_hidden()
        await desk.show("desk", "mark", Mark(inbound.message_id, "waiting"))
        assert (await back.bounding_box())["height"] >= 44
        await back.tap()
        assert (await desk.heard.get()).text == f"/waiting drop {inbound.message_id}"


PHONE = {"width": 390, "height": 760}

"""Setting up in the browser: on a desk, on a phone, and with keys only."""

from __future__ import annotations

import tomllib
from functools import partial

import pytest
from playwright.async_api import Page, expect
from tests.browser.test_looks import PHONE
from tests.unit.web.town import EVE, GOOD, KITCHEN, LACKS, Town

from carrel.ports.guide import Named
from carrel.settings import plugins
from carrel.settings.live import LiveSettings
from carrel.settings.loading import load
from carrel.telemetry import Redactor
from carrel.web.setup_pages import setup_routes
from carrel.web.setup_sheet import Ground

pytestmark = pytest.mark.browser

LONG = Named("discord:9", "home #a-very-long-name-of-a-channel-that-somebody-chose-one-evening")


@pytest.fixture
def town(monkeypatch) -> Town:
    made = Town(places=(KITCHEN, Named("discord:8", "home #hall"), LONG))
    kind = made.kind()
    monkeypatch.setattr(plugins, "names", lambda _: ("discord",))
    monkeypatch.setattr(plugins, "platform", lambda _: kind)
    return made


def furnish(tmp_path):
    """What is answered beside the console, and the home that it is about."""
    home = tmp_path / "home"
    home.mkdir()
    environ = {"HOME": str(tmp_path), "TZ": "Europe/Lisbon", "ANTHROPIC_API_KEY": "sk-test-01234"}
    live = LiveSettings(home, environ, load(home, environ))
    ground = Ground(home, environ, live, lambda: None, Redactor(()))
    return home, lambda clock: setup_routes(ground, clock)


async def fits(page: Page) -> None:
    wide = await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide, "nothing is wider than the screen"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "phone"])
async def test_the_pages_are_looked_at(
    visiting, picture, town, tmp_path, scheme: str, width: str
) -> None:
    home, beside = furnish(tmp_path)
    town.findings = (LACKS,)
    async with visiting(beside) as visit:
        options = {"color_scheme": scheme} | (PHONE if width == "phone" else {})
        page = await visit.page("/setup", **options)

        async def seen(name: str) -> None:
            await fits(page)
            await page.evaluate("document.querySelector('.scroll').scrollTo(0, 0)")
            await picture(page, f"setup-{name}-{width}-{scheme}")

        await expect(page.get_by_text("not set up yet")).to_be_visible()
        await seen("start")
        await page.get_by_role("link", name="Discord").click()
        await page.get_by_label("Token", exact=True).fill("another-token")
        await page.get_by_role("button", name="Try it").click()
        await expect(page.locator("#no-token")).to_contain_text("does not accept this token")
        await expect(page.get_by_label("Token", exact=True)).to_have_value("")
        await seen("secrets")
        await page.get_by_label("Token", exact=True).fill(GOOD)
        await page.get_by_role("button", name="Try it").click()
        await expect(page.get_by_text("messages are blank")).to_be_visible()
        await page.get_by_label("Your time zone").fill("Mars")
        await page.get_by_role("button", name="Show what will be written").click()
        await expect(page.locator("#no-timezone")).to_contain_text("no time zone")
        await seen("form")
        await page.evaluate("document.querySelector('.scroll').scrollTo(0, 1e6)")
        await picture(page, f"setup-form-end-{width}-{scheme}")
        await page.get_by_label("Your time zone").fill("Europe/Lisbon")
        await page.get_by_role("button", name="Show what will be written").click()
        await expect(page.get_by_role("heading", name="What will be written")).to_be_visible()
        assert not (home / "carrel.toml").exists()
        await seen("review")
        await page.get_by_role("button", name="Write it").click()
        await expect(page.get_by_text("Start it anew")).to_be_visible()
        await seen("done")
    assert (home / "discord.token").read_text() == f"{GOOD}\n"


async def tab(page: Page, text: str) -> None:
    """Tab until what has the focus says so."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if text in await page.evaluate(FOCUSED):
            return
    raise AssertionError(f"no key leads to {text!r}")


async def test_keys_alone_lead_from_the_console_to_a_hello(visiting, town, tmp_path) -> None:
    """No page needs a mouse, and Enter in a field goes on instead of leading aside."""
    home, beside = furnish(tmp_path)
    async with visiting(beside) as visit:
        page = await visit.page("/c/desk")
        press, to = page.keyboard.press, partial(tab, page)
        await to("Set up")
        await press("Enter")
        await page.wait_for_url("**/setup")
        await to("Discord")
        await press("Enter")
        await expect(page.get_by_label("Token", exact=True)).to_be_focused()
        await page.keyboard.type(GOOD)
        await press("Enter")
        await expect(page.get_by_text("the bot is")).to_be_visible()
        await to("beginning of the name")
        await page.keyboard.type("eve")
        await press("Enter")
        await expect(page.get_by_text(EVE.name, exact=True)).to_be_visible()
        await to(f"{EVE.name} is member")
        await press("Space")
        await to("every message is answered")
        await press("ArrowDown")
        await to(f"In {KITCHEN.name}")
        await page.keyboard.type("all")
        await to(f"the session: {KITCHEN.name}")
        await press("Space")
        await to("US dollars")
        await page.keyboard.type("7.50")
        await press("Enter")
        await expect(page.get_by_role("heading", name="What will be written")).to_be_visible()
        await press("Enter")
        await expect(page.get_by_role("heading", name="Written")).to_be_visible()
        await to("Say hello")
        await press("Enter")
        await expect(page.get_by_text("said hello in")).to_be_visible()
        assert visit.errors == []
    said = tomllib.loads((home / "carrel.toml").read_text())
    assert said["people"]["members"] == [EVE.address]
    assert said["defaults"]["answer"] == "mention"
    assert said["conversations"] == {KITCHEN.address: {"answer": "all"}}
    assert said["shared"] == [KITCHEN.address]
    assert said["budget"] == {"day": 7.5}
    assert [where for where, _ in town.said] == [KITCHEN.address]


FOCUSED = """() => {
  const one = document.activeElement;
  if (one === document.body) return "";
  const words = [one.textContent, ...[...(one.labels ?? [])].map((label) => label.textContent)];
  return words.join(" ").replace(/\\s+/g, " ").trim();
}"""

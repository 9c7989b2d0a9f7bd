"""From a clean home to an answer on Discord by the console's pages alone, and by keys alone."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from tests.acceptance.discord_process import discord_process
from tests.acceptance.gateway_process import wait_for
from tests.acceptance.test_console import FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.cli]

FOCUSED = """() => {
  const one = document.activeElement;
  if (one === document.body) return "";
  const words = [one.textContent, ...[...(one.labels ?? [])].map((label) => label.textContent)];
  return words.join(" ").replace(/\\s+/g, " ").trim();
}"""


@pytest.fixture
def discord(tmp_path):
    with discord_process(tmp_path, "general", "random") as running:
        yield running


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        opened = browser.new_page()
        opened.set_default_timeout(20_000)
        yield opened
        browser.close()


def to(page: Page, words: str) -> None:
    """Tab until what has the focus says so."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if words in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"no key leads to {words!r}")


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", name=words, exact=True)).to_be_visible(timeout=20_000)


def goes_through(page: Page, gateway, token: str) -> None:
    """From the console's first page to a hello; nothing is written on the way."""
    press, types = page.keyboard.press, page.keyboard.type
    to(page, "Set up")
    press("Enter")
    heading(page, "Set up")
    to(page, "Discord")
    press("Enter")
    heading(page, "Make a bot")
    types("not-a-token")
    press("Enter")
    expect(page.get_by_text("does not accept this token")).to_be_visible()
    types(token)
    press("Enter")
    expect(page.get_by_text("the bot is")).to_be_visible()
    to(page, "beginning of the name")
    types("ad")
    press("Enter")
    expect(page.get_by_text("found; tick them below")).to_be_visible()
    to(page, "Ada")
    assert "is owner" in page.evaluate(FOCUSED)
    press("Space")
    to(page, "US dollars")
    types("7.50")
    press("Enter")
    heading(page, "What will be written")
    assert not (gateway.home / "carrel.toml").exists()
    press("Enter")
    heading(page, "Written")
    expect(page.get_by_text("carrel service install")).to_be_visible()
    to(page, "Say hello")
    press("Enter")
    expect(page.get_by_text("said hello in home #general")).to_be_visible()


def test_a_network_is_set_up_by_keys_and_answers_after_a_restart(gateway, discord, page) -> None:
    """spec: 11.1"""
    token, ada = discord.told["token"], discord.person("ada")
    gateway.extra = {
        "CARREL_DISCORD__REST_URL": discord.told["rest_url"],
        "CARREL_DISCORD__GATEWAY_URL": discord.told["gateway_url"],
    }
    gateway.start()
    page.goto(gateway.link)
    page.wait_for_url("**/c/**")
    goes_through(page, gateway, token)
    (hello,) = discord.messages("general")
    assert "/help" in hello["content"]
    assert token not in page.content()

    said = tomllib.loads((gateway.home / "carrel.toml").read_text())
    assert said["discord"] == {"token_file": "discord.token"}
    assert f"discord:{ada}" in said["people"]["owners"]
    assert said["budget"] == {"day": 7.5}
    file = gateway.home / "discord.token"
    assert (file.read_text().strip(), stat.S_IMODE(file.stat().st_mode)) == (token, 0o600)

    assert gateway.terminate() == 0
    gateway.start()
    wait_for(lambda: is_up(gateway))
    discord.says("general", "SAY welcome")
    wait_for(lambda: discord.answers("general") == ["welcome"])
    assert gateway.terminate() == 0
    noted = [json.loads(one) for one in (gateway.home / "logs/audit.log").read_text().splitlines()]
    assert [one["platform"] for one in noted if one["event"] == "settings written"] == ["discord"]
    for log in (*gateway.home.glob("logs/*"), gateway.home / "stderr.txt"):
        assert token not in log.read_text(), log


def is_up(gateway) -> bool:
    rows = gateway.control().get("/status")["platforms"]
    return any(one["name"] == "discord" and one["state"] == "up" for one in rows)


def test_the_demo_is_not_set_up(gateway, page) -> None:
    """Its home is not the person's."""
    gateway.start_demo()
    page.goto(gateway.link)
    page.wait_for_url("**/c/**")
    expect(page.get_by_role("link", name="Schedules")).to_be_visible()
    assert page.get_by_role("link", name=re.compile("^Set up")).count() == 0
    got = page.goto(f"http://{urlsplit(page.url).netloc}/setup")
    assert got.status == 404

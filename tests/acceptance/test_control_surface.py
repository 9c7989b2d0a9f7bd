"""Every scenario on every platform: the console in Chromium and the fake Discord.

The gateway is a process, the CLI is the real one. spec: 5.3 8.7 8.8
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright
from tests.acceptance.discord_process import discord_process
from tests.acceptance.gateway_process import GatewayProcess
from tests.acceptance.seats import ConsoleSeat, DiscordSeat, Seat
from tests.acceptance.spending_scenarios import SCENARIOS
from tests.acceptance.test_console import FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.cli]

Seats = Callable[[str], Seat]
PROJECT = "a_worktree_is_shown_merged_and_let_go"
NAMES = {name: f"s{number}" for number, name in enumerate(SCENARIOS)}


def bind(gateway: GatewayProcess, conversation: str) -> None:
    """Give the scenario about a project its conversation: a repository with one commit."""
    shop = gateway.home.parent / "shop"
    shop.mkdir()
    (shop / "prices.txt").write_text("bread 3\n")
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=shop, check=True)
    table = f'[projects.shop]\npath = "{shop}"\n[conversations."{conversation}"]\n'
    gateway.home.mkdir(exist_ok=True)
    with (gateway.home / "carrel.toml").open("a") as file:
        file.write(f'{table}project = "shop"\n[budget]\nsession = 10.0\n')


def on_discord(folder: Path, gateway: GatewayProcess) -> Iterator[Seats]:
    with discord_process(folder, *NAMES.values()) as discord:
        discord.furnish(gateway)
        bind(gateway, f"discord:{discord.channel(NAMES[PROJECT])}")
        gateway.start()
        # the folder of a session has the channel's number in its name, and no other name
        yield lambda name: DiscordSeat(gateway, discord, discord.channel(name))
        gateway.kill()


def on_the_console(gateway: GatewayProcess) -> Iterator[Seats]:
    bind(gateway, f"console:{NAMES[PROJECT]}")
    gateway.start()
    gateway.extra["CARREL_CONSOLE__PORT"] = str(urlsplit(gateway.link).port)
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": 1000, "height": 900})
        page.set_default_timeout(20_000)
        page.goto(gateway.link)
        page.wait_for_url("**/c/**")
        yield lambda name: ConsoleSeat(gateway, page, name)
        browser.close()
    gateway.kill()


@pytest.fixture(scope="module", params=["discord", "console"])
def seats(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, api_url: str
) -> Iterator[Seats]:
    """Seats at one platform."""
    folder = tmp_path_factory.mktemp(request.param)
    gateway = GatewayProcess(folder / "home", api_url)
    yield from (
        on_discord(folder, gateway) if request.param == "discord" else on_the_console(gateway)
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(seats: Seats, name: str) -> None:
    """The scenario by this name."""
    SCENARIOS[name](seats(NAMES[name]))

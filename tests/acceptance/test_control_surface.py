"""Every scenario on the console in Chromium and on the fakes on the wire, but for what is exempt.

The gateway is a process, the CLI is the real one. spec: 5.3 8.7 8.8
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright
from tests.acceptance import (  # noqa: F401 - their scenarios are in the table
    engine_scenarios,
    fallback_scenarios,
    going_back,
    handoff_scenarios,
    schedule_scenarios,
    spending_scenarios,
)
from tests.acceptance.discord_process import discord_process
from tests.acceptance.fake_process import SlackProcess, TelegramProcess
from tests.acceptance.gateway_process import GatewayProcess
from tests.acceptance.network_seats import SlackSeat, TelegramSeat
from tests.acceptance.scenarios import SCENARIOS
from tests.acceptance.seats import (
    ConsoleSeat,
    DiscordSeat,
    Seat,
    answered,
    offered,
    sees,
)
from tests.acceptance.spread import SPREAD, gateway_at
from tests.acceptance.test_console import FLAGS
from tests.acceptance.thorough import THOROUGH

pytestmark = [pytest.mark.browser, pytest.mark.cli]

Seats = Callable[[str], Seat]
PROJECT = "a_worktree_is_shown_merged_and_let_go"
LIMITED = "another_model_goes_on_by_itself_and_hands_over"
SHOP = ("shop1", "shop2")
"""Two more conversations of one project."""

NAMES = {name: f"s{number}" for number, name in enumerate(SCENARIOS)}
MINE = (NAMES[LIMITED], NAMES[PROJECT], *SHOP)


def bind(gateway: GatewayProcess, limited: str, *conversations: str) -> None:
    """Give what is about a project its conversations, and what is about a limit its model."""
    shop = gateway.home.parent / "shop"
    shop.mkdir()
    (shop / "prices.txt").write_text("bread 3\n")
    commands = shop / ".claude" / "commands"
    commands.mkdir(parents=True)
    (commands / "greet.md").write_text("---\ndescription: Greets\n---\nSAY hello $ARGUMENTS\n")
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=shop, check=True)
    bound = (f'[conversations."{one}"]\nproject = "shop"\n' for one in conversations)
    table = f'[projects.shop]\npath = "{shop}"\n'
    gateway.home.mkdir(exist_ok=True)
    with (gateway.home / "carrel.toml").open("a") as file:
        model = f'[conversations."{limited}"]\nfallback = "haiku"\n'
        file.write("".join([table, *bound, model, "[budget]\nsession = 10.0\n"]))


def on_discord(folder: Path, gateway: GatewayProcess) -> Iterator[Seats]:
    with discord_process(folder, *NAMES.values(), *SHOP) as discord:
        discord.furnish(gateway)
        bind(gateway, *(f"discord:{discord.channel(name)}" for name in MINE))
        gateway.start()
        # the folder of a session has the channel's number in its name, and no other name
        yield lambda name: DiscordSeat(gateway, discord, discord.channel(name))
        gateway.kill()


def on_telegram(folder: Path, gateway: GatewayProcess) -> Iterator[Seats]:
    with TelegramProcess.run(folder, *NAMES.values(), *SHOP) as telegram:
        telegram.furnish(gateway)
        groups = telegram.told["channels"]
        bind(gateway, *(f"telegram:{groups[name]}" for name in MINE))
        gateway.start()
        yield lambda name: TelegramSeat(gateway, telegram, groups[name])
        gateway.kill()


def on_slack(folder: Path, gateway: GatewayProcess) -> Iterator[Seats]:
    with SlackProcess.run(folder, *NAMES.values(), *SHOP) as slack:
        slack.furnish(gateway)
        channels = slack.told["channels"]
        bind(gateway, *(f"slack:{channels[name]}" for name in MINE))
        gateway.start()
        yield lambda name: SlackSeat(gateway, slack, channels[name])
        gateway.kill()


def on_the_console(folder: Path, gateway: GatewayProcess) -> Iterator[Seats]:
    bind(gateway, *(f"console:{name}" for name in MINE))
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


NETWORK = {
    "a_command_is_allowed_and_another_denied_with_a_reason": "buttons, and words for one",
    "an_open_request_outlives_a_kill_and_is_answered_afterwards": "a button from before",
    "questions_are_answered_step_by_step": "a card that changes",
    "what_waits_can_be_steered_or_taken_back": "cards that come and go",
    "a_side_thread_has_the_whole_context_and_leaves_the_other_alone": "a thread",
}
"""The scenarios in which the network has a part of its own, and which."""

DELETED = "what_waits_says_what_it_is_edited_to_and_is_gone_when_it_is_deleted"
TYPED = "what_may_follow_a_command_is_offered"
PAGE = frozenset({"", DELETED, TYPED, "an_edited_message_can_be_run_again_from_where_it_stood"})
"""Where the console's page has a part of its own; without a name: what is no scenario."""

EXEMPT = {
    ("telegram", DELETED): "Telegram tells no bot of a deletion",
    ("telegram", TYPED): "Telegram offers no words to come",
    ("slack", TYPED): "Slack offers no words to come",
}
"""What a network has no means for. docs/reference/platforms.md says so too."""

LOGS_IN = frozenset(
    {
        "another_model_goes_on_by_itself_and_hands_over",
        "a_person_switches_the_model_while_a_limit_holds",
    }
)
"""Scenarios that give the gateway another log-in; the one that counts is where the agent runs."""

PLATFORMS = {
    "discord": on_discord,
    "console": on_the_console,
    "telegram": on_telegram,
    "slack": on_slack,
}


@pytest.fixture(scope="module", params=PLATFORMS)
def seats(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, api_url: str
) -> Iterator[Seats]:
    """Seats at one platform."""
    folder = tmp_path_factory.mktemp(request.param)
    gateway = gateway_at(request, folder / "home", api_url)
    try:
        yield from PLATFORMS[request.param](folder, gateway)
    finally:
        gateway.close()


@pytest.fixture(autouse=True)
def spare_time(request: pytest.FixtureRequest) -> None:
    """On Discord all is run; elsewhere what the network has a part in, the rest with THOROUGH=1."""
    chosen = request.node.callspec.params
    where, name = chosen["seats"], chosen.get("name", "")
    if why := EXEMPT.get((where, name)):
        pytest.skip(why)
    if SPREAD and name in LOGS_IN:
        pytest.skip("the log-in that counts is another host's")
    of_its_own = name in NETWORK or (where == "console" and name in PAGE)
    if not (where == "discord" or of_its_own or os.environ.get(THOROUGH)):
        pytest.skip(f"the network has no part in it; {THOROUGH}=1 runs it")


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(seats: Seats, name: str) -> None:
    """The scenario by this name."""
    SCENARIOS[name](seats(NAMES[name]))


def test_what_is_allowed_for_a_project_holds_in_its_other_sessions(seats: Seats) -> None:
    """spec: 16.7"""
    first = seats("shop1")
    first.say("TOOL Bash: mkdir one\nSAY m1")
    first.press("In all of project shop")
    assert answered(first, 1) == ["m1"]
    first.gateway.kill()
    first.gateway.start()
    second = seats("shop2")
    second.say("TOOL Bash: mkdir two\nSAY m2")
    assert answered(second, 1) == ["m2"], "it is not asked, in another session, after a restart"
    outside = seats(NAMES["what_it_cost_is_told"])
    outside.say("TOOL Bash: mkdir three\nSAY m3")
    assert "In all of project shop" not in offered(outside, "Always: mkdir *")
    outside.press("Deny")
    second = seats("shop2")
    second.say("/grants")
    sees(second, "in every session of project shop")
    second.press("Revoke mkdir *")
    sees(second, "it is asked again")
    first = seats("shop1")
    first.say("TOOL Bash: mkdir four\nSAY m4")
    offered(first, "In all of project shop")
    first.press("Deny")
    answered(first, 2)

"""The whole product in a real browser: real gateway, real CLI, real walls, a played model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from tests.acceptance.gateway_process import GatewayProcess, wait_for

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--force-prefers-reduced-motion",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [pytest.mark.browser, pytest.mark.cli]


@pytest.fixture
def page(gateway: GatewayProcess) -> Iterator[Page]:
    """Two conversations side by side, opened with the one-time link."""
    gateway.home.mkdir(exist_ok=True)
    (gateway.home / "carrel.toml").write_text('[conversations."console:blue"]\nmode = "auto"\n')
    gateway.start()
    gateway.extra["CARREL_CONSOLE__PORT"] = str(urlsplit(gateway.link).port)
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(20_000)
        page.goto(gateway.link)
        page.wait_for_url("**/c/**")
        page.goto(f"{_origin(gateway)}/c/red?beside=blue")
        yield page
        browser.close()


def _origin(gateway: GatewayProcess) -> str:
    return f"http://{urlsplit(gateway.link).netloc}"


def _write(page: Page, desk: str, text: str) -> None:
    box = page.locator(f"#text-{desk}")
    box.fill(text)
    box.press("Enter")


def _pane(page: Page, desk: str):
    return page.locator(f'.pane[data-c="{desk}"]')


def _shot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"real-{name}.png")


def test_a_day_at_two_desks(page: Page, gateway: GatewayProcess, tmp_path: Path) -> None:
    approve_and_deny(page)
    secret = next((gateway.home / "sessions").glob("*red*/work/plans.txt"))
    assert not secret.with_name("worse.txt").exists()
    look_over_the_shoulder(page, secret)
    send_files(page, secret.parents[1] / "inbox" / "list.txt", tmp_path)
    stop_a_stream(page)
    restart(page, gateway)


def approve_and_deny(page: Page) -> None:
    red = _pane(page, "red")
    _write(page, "red", "TOOL Write plans.txt meet at the old oak\nSAY The plan is written.")
    expect(red.locator(".approval.open")).to_contain_text("meet at the old oak")
    _shot(page, "approval")
    red.get_by_role("button", name="Allow", exact=True).click()
    expect(red.locator(".approval.allowed")).to_contain_text("you")
    expect(red.locator(".answer")).to_contain_text("The plan is written.")

    _write(page, "red", "TOOL Write worse.txt no\nSAY Understood.")
    red.get_by_placeholder("Why? The agent is told.").fill("not that one")
    red.get_by_role("button", name="Deny", exact=True).click()
    expect(red.locator(".answer")).to_have_count(2)


def look_over_the_shoulder(page: Page, secret: Path) -> None:
    blue = _pane(page, "blue")
    _write(page, "blue", f"TOOL Bash: ls; cat {secret}; true")
    expect(blue.locator(".answer")).to_have_count(1)
    _write(page, "blue", f"TOOL Read {secret}")
    expect(blue.locator(".answer")).to_have_count(2)
    expect(blue).not_to_contain_text("old oak")


def send_files(page: Page, inbox: Path, folder: Path) -> None:
    red = _pane(page, "red")
    (folder / "list.txt").write_text("apples and pears")
    red.locator('input[name="pick"]').set_input_files(folder / "list.txt")
    _write(page, "red", f"TOOL Read {inbox}")
    expect(red.locator(".answer").last).to_contain_text("apples and pears")
    _write(page, "red", 'TOOL mcp__carrel__send_file {"path": "plans.txt", "caption": "plans"}')
    with page.expect_download() as download:
        red.get_by_role("link", name="Download plans.txt").click()
    assert Path(download.value.path()).read_text() == "meet at the old oak"


def stop_a_stream(page: Page) -> None:
    blue = _pane(page, "blue")
    _write(page, "blue", "SLOW 100 400")
    expect(blue.locator(".progress .partial")).not_to_be_empty()
    _shot(page, "streaming")
    blue.get_by_role("button", name="Stop").click()
    expect(blue.locator(".progress")).to_have_count(0)
    expect(blue.locator(".answer").last).to_contain_text("stopped")


def restart(page: Page, gateway: GatewayProcess) -> None:
    """What was said is there after a reload, and after a kill and a restart of the gateway."""
    red = _pane(page, "red")
    expect(red.locator(".progress")).to_have_count(0)
    count = red.locator(".item").count()
    page.reload()
    expect(red.locator(".item")).to_have_count(count)
    gateway.kill()
    wait_for(lambda: not gateway.survivors(), 5)
    gateway.start()
    expect(red.locator(".away")).to_be_hidden()
    expect(red.locator(".item")).to_have_count(count)
    _write(page, "red", "TOOL Bash: cat plans.txt")
    expect(red.locator(".answer").last).to_contain_text("meet at the old oak")
    page.reload()
    expect(red.locator(".answer").last).to_contain_text("meet at the old oak")
    _shot(page, "after-restart")


def test_an_edit_that_was_taken_outlives_a_kill(page: Page, gateway: GatewayProcess) -> None:
    """spec: 2.8"""
    blue = _pane(page, "blue")
    _write(page, "blue", "/queue queue")
    expect(blue).to_contain_text("The waiting mode is queue")
    _write(page, "blue", "TOOL Bash: touch begun; until [ -e go ]; do sleep 0.05; done\nSAY m1")
    wait_for(lambda: [*gateway.home.glob("sessions/*blue*/work/begun")])
    _write(page, "blue", "SAY first words")
    said = blue.locator(".said").last
    expect(said.locator(".bubble")).to_have_text("SAY first words")
    said.get_by_role("button", name="Edit").click()
    _write(page, "blue", "SAY other words")
    expect(page.locator("#text-blue")).to_have_value("")
    gateway.kill()
    wait_for(lambda: not gateway.survivors(), 10)
    gateway.start()
    next(gateway.home.glob("sessions/*blue*/work")).joinpath("go").touch()
    expect(blue.locator(".answer").last).to_contain_text("other words", timeout=60_000)
    page.reload()
    expect(said.locator(".bubble")).to_have_text("SAY other words")
    expect(said.locator(".changed")).to_have_text("edited")
    _shot(page, "edited")


def test_the_second_use_of_the_link_is_refused(page: Page, gateway: GatewayProcess) -> None:
    fresh = page.context.browser.new_context().new_page()
    answer = fresh.goto(gateway.link)
    assert answer.status == 401
    expect(fresh.locator("body")).to_contain_text("carrel status --link")
    fresh.context.close()


def test_the_demo_shows_isolation_by_itself(tmp_path: Path) -> None:
    demo = GatewayProcess(tmp_path / "home", "")
    demo.start_demo()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(20_000)
            page.goto(demo.link)
            page.wait_for_url("**/c/**")
            page.goto(f"{_origin(demo)}/c/red-desk?beside=blue-desk")
            expect(_pane(page, "red-desk").locator(".answer")).to_have_count(2)
            expect(_pane(page, "blue-desk").locator(".answer")).to_have_count(2)
            expect(_pane(page, "red-desk")).to_contain_text("lantern")
            expect(_pane(page, "blue-desk")).not_to_contain_text("lantern")
            expect(_pane(page, "blue-desk")).not_to_contain_text("plans.txt")
            expect(page.locator("body")).to_contain_text("This is the demo")
            _shot(page, "demo")
            browser.close()
    finally:
        assert demo.terminate() == 0

"""Takes the pictures of the documents: the demo, driven in Chromium, and the cards on Discord.

`make pictures` runs it. It writes to docs/images and prints what it wrote.
"""
# ruff: noqa: INP001 - a script, no part of a package

from __future__ import annotations

import os
import re
import shutil
import subprocess  # noqa: TID251 - the demo is a process, as a person would start it
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cards

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs/images"
CARREL = Path(sys.executable).parent / "carrel"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
LINK = re.compile(r"https?://\S+/login\S*")
WIDE = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 760}, "color_scheme": "dark"}
QUESTION = "write a file notes.txt with buy tea"
PATIENCE_MS = 60_000


@contextmanager
def demo() -> Iterator[str]:
    """The demo on a free port; gives the one-time link."""
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [CARREL, "demo", "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "HOME": home},  # noqa: TID251 - no login, by design
        )
        try:
            yield _link(process)
        finally:
            process.terminate()
            process.wait(30)


def _link(process: subprocess.Popen[str]) -> str:
    said = []
    for line in process.stdout or ():
        said.append(line)
        if found := LINK.search(line):
            return found.group()
    raise SystemExit("".join(["the demo gave no link:\n", *said]))


class Photographer:
    """Takes one picture after another of a console that it is let into once."""

    def __init__(self, browser: Browser, link: str) -> None:
        self._browser = browser
        entry = browser.new_context()
        page = entry.new_page()
        page.goto(link)
        self._origin = "/".join(page.url.split("/")[:3])
        self._cookies = entry.cookies()

    def page(self, path: str, look: dict[str, Any]) -> Page:
        """A page of the console in a window of its own."""
        context = self._browser.new_context(device_scale_factor=2, reduced_motion="reduce", **look)
        context.add_cookies(self._cookies)
        page = context.new_page()
        page.goto(f"{self._origin}{path}")
        return page

    def shoot(self, page: Page, what: str, count: int, name: str) -> None:
        """The picture, once `count` of the things it is about stand there."""
        page.locator(what).nth(count - 1).wait_for(timeout=PATIENCE_MS)
        page.wait_for_timeout(500)  # for fonts and scrolling
        path = IMAGES / f"{name}.png"
        page.screenshot(path=path)
        page.context.close()
        _tell(path)


def _tell(path: Path) -> None:
    sys.stdout.write(f"· {path.relative_to(ROOT)}\n")


def take_all(photographer: Photographer) -> None:
    """The pictures that the documents show."""
    desks = photographer.page("/c/red-desk?beside=blue-desk", WIDE)
    photographer.shoot(desks, "article.answer", 4, "console")
    asking = photographer.page("/c/green-desk", PHONE)
    asking.locator("textarea").first.fill(QUESTION)
    asking.keyboard.press("Enter")
    photographer.shoot(asking, "article.approval.open", 1, "approval")


def main() -> None:
    """Start the demo and Chromium, take the pictures, end both."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("make pictures needs Chromium; run: sudo apt-get install chromium")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with demo() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        take_all(Photographer(browser, link))
        cards.shoot(browser, IMAGES / "discord-cards.png")
        _tell(IMAGES / "discord-cards.png")
        browser.close()


if __name__ == "__main__":
    main()

"""The page about schedules, on a desk and on a phone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import expect
from tests.browser.conftest import NEXT
from tests.browser.test_looks import PHONE

from carrel.core.schedules import Fire
from carrel.runtime.job_desk import FireInfo, JobInfo

pytestmark = pytest.mark.browser

DONE = Fire("report", NEXT - 86_400, "done", since=NEXT - 86_400, cost=0.04)
REPORT = JobInfo(
    "report", "0 9 * * mon-fri (Europe/Berlin)", "own", "always", "discord:1234567890", True, "",
    0, NEXT, DONE, "report", 0.04, 0.5,
)  # fmt: skip
NOTE = "It took longer than 1 h 0 min, and was stopped."
NIGHTLY = replace(
    REPORT, name="nightly", title="nightly", when="0 3 * * * (Europe/Berlin)", budget=None,
    paused="It failed 3 times in a row.", next_at=None,
    last=replace(DONE, job="nightly", state="failed", note=NOTE),
)  # fmt: skip
SAID = replace(
    REPORT, name="8f2a11c0de42", title="Is anything due in the kitchen today?", when="every 2 h",
    notify_to="console:quiet-heron-3f", budget=None, last=None, today=0.0,
)  # fmt: skip


def furnish(visit) -> None:
    jobs = visit.desk.jobs
    jobs.infos = {one.name: one for one in (REPORT, NIGHTLY, SAID)}
    jobs.fires = (
        FireInfo(DONE, "Two requests wait for you,\nand one for Ada.", "8 s · $0.04"),
        FireInfo(replace(DONE, at=NEXT - 172_800, state="failed", note=NOTE, tries=2), "", ""),
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "phone"])
async def test_jobs_are_looked_at(visiting, picture, scheme: str, width: str) -> None:
    async with visiting() as visit:
        furnish(visit)
        options = {"color_scheme": scheme} | (PHONE if width == "phone" else {})
        page = await visit.page("/schedules", **options)
        await expect(page.locator(".job")).to_have_count(3)
        for word in ("$0.04 of $0.50", "It failed 3 times in a row.", "not yet", NOTE):
            await expect(page.locator("#jobs")).to_contain_text(word)
        wide = await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert wide, "nothing is wider than the screen"
        await picture(page, f"schedules-{width}-{scheme}")
        await page.get_by_role("link", name="report").click()
        await expect(page.locator(".fires li")).to_have_count(2)
        await expect(page.locator(".fires")).to_contain_text("and one for Ada.")
        await picture(page, f"schedules-job-{width}-{scheme}")
        assert visit.errors == []


async def test_a_job_is_paused_and_resumed_and_a_refusal_is_said(visiting) -> None:
    async with visiting() as visit:
        furnish(visit)
        page = await visit.page("/schedules")
        card = page.get_by_role("article", name="report")
        await card.get_by_role("button", name="Pause").click()
        await expect(card).to_contain_text("paused: A person paused it.")
        await card.get_by_role("button", name="Resume").click()
        await expect(card.get_by_role("button", name="Pause")).to_be_visible()
        assert visit.errors == []
        await card.get_by_role("button", name="Run now").click()
        await expect(page.get_by_role("alert")).to_contain_text("try it again")

"""How the console looks and reads: small screens, dark rooms, keys only, a screen reader."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from carrel.core.messages import Action, Answer, ApprovalCard, File, Mark, Notice, Progress
from carrel.core.model import TurnId

pytestmark = pytest.mark.browser

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
TEXT = """Done. The tests pass; the cause was a clock in **local time**.

## What changed
- `api/session.py` compares in UTC, see [session.py](src/session.py) and [why](https://a.b/c)

```python
def expired(self, now: datetime) -> bool:
    \"\"\"Whether it is over.\"\"\"
    return now >= self.until  # a line that is much too long for a phone and for most panes as well
```

| test | before | after |
|---|---:|---:|
| login | 12.1 s | 0.8 s |

> Nothing else was touched.
"""
COMMAND = (
    "git push --force-with-lease origin HEAD:refs/heads/fix && gh pr create --fill --base main"
)


async def furnish(desk, name: str = "quiet-heron-3f") -> None:
    """One of everything."""
    report = desk.home / "report"
    report.write_text("x")
    await desk.hub.post(name, "m1", "The login tests fail since Sunday. Can you mend them?")
    inbound = await desk.heard.get()
    await desk.show(name, "n1", Notice("Restarted 14:02; the turn was resumed."))
    await desk.show(name, "n2", Notice("The context is 80 % full; /new begins afresh.", "warning"))
    await desk.show(name, "n3", Notice("The engine stopped: out of credit.", "error"))
    await desk.show(name, "a1", Answer(TEXT, "2 min 30 s · 71 % context · sonnet · $0.04"))
    await desk.settle(inbound)
    await desk.show(name, "f1", File("report.html", "text/html", 4200, str(report), "coverage"))
    diff = "@@ -1,2 +1,2 @@\n-return now() > until\n+return utcnow() >= until\n"
    edit = ApprovalCard("ask0", "Edit", "Change api/session.py", diff, "/work", "allowed", "ada")
    await desk.show(name, "ask0", edit)
    await desk.hub.post(name, "m2", "Good. Now push it, please.")
    inbound = await desk.heard.get()
    await desk.show(name, "mark", Mark(inbound.message_id, "working"))
    await desk.show(name, "ask1", ApprovalCard("ask1", "Bash", "Run a command", COMMAND, "/work"))
    actions = (
        Action("1", "Bash", "pytest tests/login -x -q", "failed"),
        Action("2", "Edit", "api/session.py", "done"),
        Action("3", "Bash", "pytest tests/login -x -q --durations=5 and a long summary of it"),
    )
    began = desk.clock.now() - 128
    card = Progress(TurnId("t"), "working", 3, actions, "The expiry was compared in", "", began)
    await desk.show(name, "card", card)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "phone"])
async def test_every_word_can_be_read(visiting, picture, scheme: str, width: str) -> None:
    """Contrast of at least 4.5 everywhere, and nothing that is wider than the screen."""
    async with visiting() as visit:
        await furnish(visit.desk)
        options = {"color_scheme": scheme} | (PHONE if width == "phone" else {})
        page = await visit.page("/c/quiet-heron-3f", **options)
        await expect(page.locator(".progress")).to_be_visible()
        await picture(page, f"{width}-{scheme}-end")
        assert await page.evaluate(FAINT) == []
        overflow = "document.documentElement.scrollWidth - innerWidth"
        assert await page.evaluate(overflow) <= 0
        assert await page.evaluate(OVERFLOWING) == []
        await page.locator(".scroll").evaluate("(e) => { e.scrollTop = 0; }")
        await picture(page, f"{width}-{scheme}-top")
        assert not visit.errors


FAINT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] / 255 + under[i] * (1 - top[3] / 255));
  const ground = (e) => {
    if (!e) return [255, 255, 255];
    const color = rgba(getComputedStyle(e).backgroundColor);
    return color[3] === 255 ? color.slice(0, 3) : over(color, ground(e.parentElement));
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest("script, .lamp, kbd")) continue;
    const under = ground(e), a = light(over(rgba(getComputedStyle(e).color), under)), b = light(under);
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${e.className} ${walk.currentNode.data.trim()}`);
  }
  return faint;
}"""  # noqa: E501 - a formula reads best in one piece

OVERFLOWING = """() => [...document.querySelectorAll(".log *, .foot *")]
  .filter((e) => !e.closest("pre, .table, .unseen, svg") && e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => `${e.tagName}.${e.className}`)"""  # noqa: E501 - as above


async def test_on_a_phone_the_list_slides_in(visiting, picture) -> None:
    async with visiting() as visit:
        await furnish(visit.desk)
        page = await visit.page("/c/desk", **PHONE)
        side, menu = page.locator("#side"), page.get_by_role("button", name="Conversations")
        await expect(side).not_to_be_in_viewport()
        await menu.click()
        await expect(menu).to_have_attribute("aria-expanded", "true")
        await expect(side.get_by_role("link", name="New conversation")).to_be_focused()
        await side.evaluate("(e) => Promise.all(e.getAnimations().map((a) => a.finished))")
        await picture(page, "phone-list")
        await page.keyboard.press("Escape")
        await expect(side).not_to_be_in_viewport()
        await menu.click()
        await side.get_by_role("link", name="Quiet heron", exact=False).first.click()
        await page.wait_for_url("**/c/quiet-heron-3f")


async def test_on_a_phone_two_stand_one_above_the_other(visiting, picture) -> None:
    async with visiting() as visit:
        page = await visit.page("/c/left?beside=right", **PHONE)
        upper, lower = [await pane.bounding_box() for pane in await page.locator(".pane").all()]
        assert lower["y"] >= upper["y"] + upper["height"]
        assert lower["width"] == upper["width"] == 390
        await page.locator("#text-right").fill("hello")
        await page.locator(".pane").nth(1).get_by_role("button", name="Send").tap()
        assert (await visit.desk.heard.get()).conversation.channel == "right"
        await picture(page, "phone-two")


async def test_on_a_phone_enter_is_a_new_line(visiting) -> None:
    async with visiting() as visit:
        page = await visit.page("/c/desk", **PHONE)
        await page.locator("textarea").press_sequentially("one\ntwo")
        await expect(page.locator("textarea")).to_have_value("one\ntwo")


async def test_on_a_phone_a_thumb_finds_the_buttons(visiting) -> None:
    async with visiting() as visit:
        await furnish(visit.desk)
        page = await visit.page("/c/quiet-heron-3f", **PHONE)
        for name in ("Allow", "Deny", "Stop", "Copy"):
            button = page.get_by_role("button", name=name).first
            assert (await button.bounding_box())["height"] >= 44, name


async def test_everything_has_a_name(visiting) -> None:
    async with visiting() as visit:
        await furnish(visit.desk)
        page = await visit.page("/c/quiet-heron-3f?beside=other")
        await expect(page.locator(".progress")).to_be_visible()
        tree = await page.locator("body").aria_snapshot()
    for role in ("button", "link", "textbox", "img"):
        nameless = re.findall(rf"^\s*- {role}:?$", tree, re.MULTILINE)
        assert not nameless, f"{role} without a name in\n{tree}"
    for words in ("log", "navigation", "status", "alert", 'article "Answer"', 'heading "Other"'):
        assert words.lower() in tree.lower(), words


async def test_everything_is_reached_by_tab_and_seen(visiting, picture) -> None:
    async with visiting() as visit:
        await furnish(visit.desk)
        page = await visit.page("/c/quiet-heron-3f")
        await expect(page.locator(".progress")).to_be_visible()
        wanted = await page.evaluate(
            """() => [...document.querySelectorAll("a, button, textarea, summary, input")]
            .filter((e) => e.checkVisibility() && !["hidden", "file"].includes(e.type)).length"""
        )
        await page.locator("body").evaluate("() => document.activeElement.blur()")
        reached, unseen = set(), []
        for _ in range(wanted + 12):
            await page.keyboard.press("Tab")
            here = await page.evaluate(FOCUS)
            if here and here["n"] not in reached:
                reached.add(here["n"])
                unseen += [] if here["seen"] else [here["name"]]
        await picture(page, "focus")
        assert len(reached) >= wanted
        assert not unseen


FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  window.met ??= [];
  if (!met.includes(e)) met.push(e);
  const style = getComputedStyle(e);
  const frame = e.closest(".composer") && getComputedStyle(e.closest(".composer")).borderColor;
  const seen = style.outlineStyle !== "none" || (e.matches("textarea") && frame !== "");
  return { n: met.indexOf(e), name: e.outerHTML.slice(0, 80), seen };
}"""


async def test_the_message_box_is_one_key_away(visiting) -> None:
    async with visiting() as visit:
        page = await visit.page("/c/desk")
        await page.get_by_role("link", name="Skip to the message box").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("textarea")).to_be_focused()
        await page.locator("body").evaluate("() => document.activeElement.blur()")
        await page.keyboard.press("/")
        await expect(page.locator("textarea")).to_be_focused()
        await expect(page.locator("textarea")).to_have_value("/")


async def test_the_focus_stays_when_a_card_changes(visiting) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page("/c/desk")
        await desk.show("desk", "card", Progress(TurnId("t"), "thinking"))
        await page.get_by_role("button", name="Stop").focus()
        await desk.show("desk", "card", Progress(TurnId("t"), "working", 1))
        await expect(page.locator(".progress")).to_contain_text("step 1")
        await expect(page.get_by_role("button", name="Stop")).to_be_focused()


async def test_the_door_is_plain(visiting, picture) -> None:
    async with visiting() as visit:
        page = await (await visit.browser.new_context()).new_page()
        await page.goto(f"http://127.0.0.1:{visit.desk.port}/")
        await expect(page.get_by_role("heading")).to_have_text("The door is closed")
        await expect(page.get_by_text("carrel status --link")).to_be_visible()
        await picture(page, "door")
        await page.goto(visit.desk.link("carrel.localhost"))
        await page.wait_for_url(f"http://carrel.localhost:{visit.desk.port}/c/**")
        await expect(page.get_by_text("Take a seat.")).to_be_visible()
        await picture(page, "empty")

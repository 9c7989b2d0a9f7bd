"""What a person does at the console, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from carrel.core.errors import Full, Unavailable
from carrel.core.messages import (
    Action,
    Answer,
    ApprovalCard,
    File,
    Gone,
    Mark,
    Notice,
    Progress,
)
from carrel.core.model import TurnId
from carrel.ports.platform import Verdict

pytestmark = pytest.mark.browser

CARD = ApprovalCard("ask1", "Bash", "Run a command", "git push --force origin main", "/work")
TURN = TurnId("t#1")


def box(page, name: str = "desk"):
    return page.locator(f"#text-{name}")


async def say(page, text: str, name: str = "desk") -> None:
    await box(page, name).fill(text)
    await box(page, name).press("Enter")


async def test_a_message_is_sent_marked_and_answered(visiting, picture) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        await expect(page.get_by_text("Take a seat.")).to_be_visible()
        await box(page).press_sequentially("one")
        await box(page).press("Shift+Enter")
        await box(page).press_sequentially("two")
        await box(page).press("Enter")
        inbound = await desk.heard.get()
        assert inbound.text == "one\ntwo"
        await expect(page.locator(".bubble")).to_have_text("one\ntwo")
        await expect(page.locator(".receipt")).to_contain_text("stored")
        await expect(box(page)).to_have_value("")
        await expect(page.get_by_text("Take a seat.")).to_be_hidden()
        await desk.show("desk", "mark", Mark(inbound.message_id, "working"))
        await expect(page.locator(".receipt")).to_contain_text("working")
        await desk.show("desk", "a1", Answer("It is **done**.", "8 s · sonnet"))
        await desk.settle(inbound)
        await expect(page.locator(".receipt")).to_contain_text("answered")
        await expect(page.locator(".answer strong")).to_have_text("done")
        await expect(page.locator("#announcer")).to_have_text("Answer: It is done.")
        await expect(page.locator("#side .last")).to_have_text("It is **done**.")
        await picture(page, "answered")
        assert not visit.errors


async def test_work_is_seen_while_it_goes_on(visiting, picture) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        tool = Action("1", "Bash", "pytest -x")
        await desk.show("desk", "card", Progress(TURN, "thinking", started_at=desk.clock.now()))
        card = page.locator(".item.progress")
        await expect(card).to_contain_text("thinking")
        running = Progress(TURN, "working", 1, (tool,), started_at=desk.clock.now() - 75)
        await desk.show("desk", "card", running)
        await expect(card.locator(".running")).to_contain_text("Bash pytest -x")
        await expect(card).to_contain_text(re.compile(r"working\W+1 min 1\d s\W+step 1"))
        done = (Action("1", "Bash", "pytest -x", "done"), Action("2", "Edit", "a.py", "failed"))
        for text in ("It", "It is", "It is <b>nearly</b>"):
            await desk.show("desk", "card", Progress(TURN, "working", 2, done, text))
            await card.evaluate("(card) => { card.seen = true; }")
        await expect(card.locator(".partial")).to_have_text("It is <b>nearly</b>")
        assert await card.evaluate("(card) => card.seen"), "the card was replaced for a few words"
        await expect(card.locator(".failed")).to_contain_text("✗")
        await picture(page, "working")
        await desk.show("desk", "card", Gone())
        await desk.show("desk", "a1", Answer("It is done."))
        await expect(card).to_have_count(0)
        await expect(page.locator(".item")).to_have_count(1)
        assert not visit.errors


async def test_a_late_reader_sees_the_card_too(visiting) -> None:
    async with visiting() as visit:
        await visit.desk.show("desk", "card", Progress(TURN, "working", 3, text="so far"))
        page = await visit.page()
        await expect(page.locator(".progress .partial")).to_have_text("so far")


@pytest.mark.parametrize("by", ["Escape", "button"])
async def test_stop_is_a_key_and_a_button(visiting, by: str) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        await desk.show("desk", "card", Progress(TURN, "working", 1))
        await expect(page.locator(".item.progress")).to_be_visible()
        if by == "button":
            await page.get_by_role("button", name="Stop").click()
        else:
            await box(page).press(by)
        assert (await desk.heard.get()).text == "/stop"
        await expect(page.locator(".command")).to_contain_text("/stop")


async def test_escape_without_a_turn_says_nothing(visiting) -> None:
    async with visiting() as visit:
        page = await visit.page()
        await box(page).press("Escape")
        await say(page, "hello")
        assert (await visit.desk.heard.get()).text == "hello"


async def test_an_approval_is_read_and_allowed(visiting, picture) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        await desk.show("desk", "ask", CARD)
        card = page.locator(".approval")
        await expect(card.locator("pre")).to_have_text(CARD.detail)
        await expect(page.locator("#announcer")).to_have_text("Approval needed: Run a command")
        await picture(page, "approval")
        await page.get_by_role("button", name="Allow", exact=True).click()
        assert (await desk.heard.get()).text == "/allow ask1"
        decided = ApprovalCard("ask1", "Bash", CARD.title, CARD.detail, "/work", "allowed", "ada")
        await desk.show("desk", "ask", decided)
        await expect(card).to_contain_text("Allowed by ada")
        await expect(card.get_by_role("button", name="Allow", exact=True)).to_have_count(0)
        await page.reload()
        await expect(card).to_contain_text("Allowed by ada")
        assert not visit.errors


async def test_a_denial_may_say_why(visiting) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        await desk.show("desk", "ask", CARD)
        await page.get_by_label("Why? The agent is told.").fill("not on a\tFriday")
        await page.keyboard.press("Enter")
        assert (await desk.heard.get()).text == "/deny ask1 not on a Friday"
        await expect(page.get_by_role("button", name="Deny")).to_be_enabled()
        await page.get_by_label("Why? The agent is told.").fill("")
        await page.get_by_role("button", name="Deny").click()
        assert (await desk.heard.get()).text == "/deny ask1"


DROP = """(pane, files) => {
  const carrier = new DataTransfer();
  for (const [name, type, size] of files) {
    carrier.items.add(new File(["x".repeat(size)], name, { type }));
  }
  for (const kind of ["dragover", "drop"]) {
    const how = { dataTransfer: carrier, bubbles: true, cancelable: true };
    pane.dispatchEvent(new DragEvent(kind, how));
  }
}"""


async def test_files_are_dropped_seen_and_sent(visiting, picture) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        pane, chips = page.locator(".pane"), page.locator(".composer .chip")
        await pane.evaluate(DROP, [["a.txt", "text/plain", 5], ["b.csv", "text/csv", 2000]])
        await expect(chips).to_have_text([re.compile("a.txt.*1 kB"), re.compile("b.csv.*2 kB")])
        await page.set_input_files(
            "input[name=pick]", {"name": "c.md", "mimeType": "x/y", "buffer": b"ccc"}
        )
        await expect(chips).to_have_count(3)
        await picture(page, "files")
        await page.get_by_role("button", name="Do not send a.txt").click()
        await expect(chips).to_have_count(2)
        await say(page, "look")
        inbound = await desk.heard.get()
        assert [(a.name, a.size) for a in inbound.attachments] == [("b.csv", 2000), ("c.md", 3)]
        await expect(chips).to_have_count(0)
        await expect(page.locator(".said .chip")).to_have_count(2)


async def test_a_file_over_the_cap_never_leaves(visiting) -> None:
    async with visiting() as visit:
        page = await visit.page()
        await box(page).fill("look")
        await page.locator(".pane").evaluate(DROP, [["big.bin", "x/y", 200_001]])
        await expect(page.locator(".refusal")).to_contain_text("big.bin is over 200 kB")
        await expect(page.locator(".composer .chip")).to_have_count(0)
        await page.locator(".pane").evaluate(DROP, [[f"{n}", "x/y", 1] for n in range(5)])
        await expect(page.locator(".refusal")).to_contain_text("At most 3 files")
        await expect(box(page)).to_have_value("look")


async def test_a_pasted_picture_comes_along(visiting) -> None:
    async with visiting() as visit:
        page = await visit.page()
        await box(page).evaluate(
            """(area) => {
              const carrier = new DataTransfer();
              carrier.items.add(new File(["x"], "image.png", { type: "image/png" }));
              const how = { clipboardData: carrier, bubbles: true, cancelable: true };
              area.dispatchEvent(new ClipboardEvent("paste", how));
            }"""
        )
        await expect(page.locator(".composer .chip img")).to_have_count(1)
        await page.get_by_role("button", name="Send", exact=True).click()
        assert (await visit.desk.heard.get()).attachments[0].name == "image.png"


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict("refused", "Too many wait already."), "Too many wait already."),
        (Unavailable("The store is away."), "The store is away."),
        (Full("The disk is full."), "The disk is full."),
    ],
)
async def test_a_refusal_keeps_what_was_typed(visiting, picture, verdict, words: str) -> None:
    """spec: 2.6 8.5."""
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        desk.verdict = verdict
        await say(page, "precious words")
        await expect(page.locator(".refusal")).to_have_text(words)
        await expect(box(page)).to_have_value("precious words")
        await picture(page, "refused")
        desk.verdict = Verdict("accepted")
        await box(page).press("Enter")
        assert (await desk.heard.get()).text == "precious words"
        await expect(page.locator(".refusal")).to_be_empty()
        await expect(page.locator(".bubble")).to_have_count(1)


async def test_a_restart_is_caught_up_without_doubles(visiting, picture) -> None:
    """spec: 4.4 9.2."""
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        await say(page, "hello")
        inbound = await desk.heard.get()
        await desk.show("desk", "card", Progress(TURN, "working", 1))
        await desk.show("desk", "a0", Answer("before"))
        await expect(page.locator(".answer")).to_have_count(1)
        await desk.down()
        await expect(page.locator(".away")).to_have_text("reconnecting…")
        await say(page, "are you there?")
        await expect(page.locator(".refusal")).to_contain_text("does not answer")
        await expect(box(page)).to_have_value("are you there?")
        await picture(page, "reconnecting")
        await desk.store_only("desk", "a1", Answer("meanwhile"))
        await desk.up()
        await expect(page.locator(".answer")).to_have_text(
            [re.compile("before"), re.compile("meanwhile")]
        )
        await expect(page.locator(".away")).to_be_hidden()
        await expect(page.locator(".item.progress")).to_have_count(0)
        await desk.settle(inbound)
        await expect(page.locator(".receipt")).to_contain_text("answered")
        await box(page).press("Enter")
        assert (await desk.heard.get()).text == "are you there?"
        await expect(page.locator(".bubble")).to_have_text(["hello", "are you there?"])


async def test_a_reload_keeps_everything_even_a_draft(visiting) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        await say(page, "hello")
        await desk.settle(await desk.heard.get())
        await desk.show("desk", "a1", Answer("hi"))
        await expect(page.locator(".item")).to_have_count(2)
        await box(page).fill("half a thou")
        await page.reload()
        await expect(page.locator(".item")).to_have_count(2)
        await expect(page.locator(".receipt")).to_contain_text("answered")
        await expect(box(page)).to_have_value("half a thou")


async def test_two_conversations_stand_beside_each_other(visiting, picture) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page("/c/left?beside=right")
        await say(page, "to the left", "left")
        await say(page, "to the right", "right")
        assert [(await desk.heard.get()).conversation.channel for _ in range(2)] == [
            "left",
            "right",
        ]
        await desk.show("right", "card", Progress(TURN, "working", 1))
        left, right = page.locator(".pane").nth(0), page.locator(".pane").nth(1)
        await expect(left.locator(".bubble")).to_have_text(["to the left"])
        await expect(right.locator(".bubble")).to_have_text(["to the right"])
        await expect(right.locator(".item.progress")).to_be_visible()
        await picture(page, "two")
        await box(page, "right").press("Escape")
        stop = await desk.heard.get()
        assert (stop.text, stop.conversation.channel) == ("/stop", "right")
        await page.get_by_role("link", name="Close left").click()
        await page.wait_for_url("**/c/right")


@pytest.mark.parametrize("keys", ["Control+k", "Alt+n"])
async def test_a_new_conversation_is_one_key_away(visiting, keys: str) -> None:
    async with visiting() as visit:
        page = await visit.page()
        await box(page).press(keys)
        await page.wait_for_url(re.compile(r"/c/\w+-\w+-\w\w$"))
        await expect(page.locator("textarea")).to_be_focused()


async def test_a_file_is_downloaded_from_its_card(visiting, picture) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        report, image = desk.home / "1", desk.home / "2"
        report.write_text("the report")
        image.write_bytes(PNG)
        await desk.show("desk", "f1", File("report.txt", "text/plain", 10, str(report), "as asked"))
        await desk.show("desk", "f2", File("dot.png", "image/png", len(PNG), str(image)))
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Download report.txt").click()
        assert (await download.value).suggested_filename == "report.txt"
        drawn = "(image) => image.decode().then(() => image.naturalWidth)"
        assert await page.locator(".file img").evaluate(drawn) == 1
        await picture(page, "files-out")
        assert not visit.errors


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060"
    "f8cf500f0003860180b5b5d1b90000000049454e44ae426082"
)


async def test_nothing_from_outside_runs_or_is_fetched(visiting) -> None:
    """D4. spec: 8.5."""
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        evil = "<img src=http://evil.example/x onerror=alert(1)>![x](http://evil.example/y.png)"
        await say(page, evil)
        inbound = await desk.heard.get()
        await desk.show("desk", "a", Answer(f"{evil}<script>alert(1)</script>", evil))
        await desk.show("desk", "n", Notice(evil, "error"))
        await desk.show("desk", "ask", ApprovalCard(evil, evil, evil, evil, evil))
        await desk.show(
            "desk", "card", Progress(TURN, "working", 1, (Action("1", evil, evil),), evil)
        )
        await desk.settle(inbound)
        await expect(page.locator(".receipt")).to_contain_text("answered")
        await page.reload()
        await expect(page.locator(".item")).to_have_count(5)
        ours = f"http://127.0.0.1:{desk.port}/"
        assert not [url for url in asked if not url.startswith(ours)]
        assert not visit.errors


async def test_who_reads_above_stays_there_and_is_told(visiting) -> None:
    async with visiting() as visit:
        desk, page = visit.desk, await visit.page()
        for n in range(30):
            await desk.show("desk", f"a{n}", Answer(f"answer {n}\n\nand more\n\nand more"))
        await expect(page.locator(".answer")).to_have_count(30)
        scroll = page.locator(".scroll")
        at_end = "(e) => e.scrollHeight - e.scrollTop - e.clientHeight < 5"
        assert await scroll.evaluate(at_end)
        await scroll.evaluate("(e) => { e.scrollTop = 0; }")
        await desk.show("desk", "late", Answer("news"))
        await page.get_by_role("button", name="New below").click()
        assert await scroll.evaluate(at_end)
        await expect(page.get_by_role("button", name="New below")).to_be_hidden()


async def test_a_page_without_its_cookie_shows_the_door(visiting) -> None:
    async with visiting() as visit:
        page = await visit.page()
        await page.context.clear_cookies()
        visit.desk.hub.hang_up()
        await expect(page.get_by_text("carrel status --link")).to_be_visible()

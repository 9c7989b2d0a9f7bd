"""Whole turns with the real CLI against the wire fake."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest

from carrel.core.errors import Refused
from carrel.core.events import (
    Answered,
    ApprovalAsked,
    FileOffered,
    Taken,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    Waited,
    Wished,
    Wrote,
)
from carrel.core.model import Attachment, Option, Question, Turn, TurnId, Verdict
from carrel.core.wishes import Wish
from carrel.engines.claude import ClaudeEngine, Login
from carrel.ports.engine import Delivered, EngineSpec
from carrel.testing.engine_conformance import EngineBench, Told, prompt

pytestmark = pytest.mark.cli
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


async def test_warm_turns_are_quick_and_cost_is_counted_once(bench):
    driver = await bench.open()
    first = await driver.ask("one")
    ends = [await driver.ask(f"SAY {n}") for n in range(5)]
    await driver.live.close()
    resumed = await bench.open(ends[-1].resume)
    later = await resumed.ask("later")
    await resumed.live.close()
    assert max(end.usage.seconds for end in ends) < 1
    assert 0 < first.usage.cost < 0.1
    assert later.usage.cost < 2 * first.usage.cost
    assert 0 < first.usage.context < 1
    assert first.usage.model.startswith("claude")
    assert [end.text for end in ends] == list("01234")


async def test_a_tool_is_shown_and_texts_are_paragraphs(bench):
    driver = await bench.open()
    ended = await driver.ask("TOOL Bash: echo hi")
    await driver.live.close()
    started, back = driver.told.all(ToolStarted)[0], driver.told.all(ToolEnded)[0]
    assert (started.tool, started.summary) == ("Bash", "echo hi")
    assert (back.call, back.ok) == (started.call, True)
    assert ended.text == "done: hi"


@pytest.mark.parametrize("decision", ["allow", "deny"])
async def test_an_approval_decides(bench, workspace, decision):
    driver = await bench.open(mode="ask")
    await driver.start("TOOL Write note.txt words")
    asked = (await driver.told.wait_for(ApprovalAsked)).approval
    assert (asked.tool, asked.detail, asked.folder) == ("Write", "words", str(workspace.work))
    await driver.live.answer(asked.calls[0], Verdict(decision, "not now"))
    ended = await driver.told.ended()
    # An allowed write must not allow the next: nothing of the CLI's suggestions went back.
    await driver.start("TOOL Write other.txt words")
    second = (await driver.told.wait_for(ApprovalAsked, 2)).approval
    await driver.live.answer(second.calls[0], Verdict("deny"))
    await driver.told.ended(2)
    await driver.live.close()
    assert (workspace.work / "note.txt").exists() is (decision == "allow")
    assert ("not now" in ended.text) is (decision == "deny")
    assert second.id != asked.id


async def test_an_interrupt_withdraws_the_approval(bench, workspace):
    driver = await bench.open(mode="ask")
    turn = await driver.start("TOOL Write note.txt words")
    asked = (await driver.told.wait_for(ApprovalAsked)).approval
    await driver.live.interrupt(turn)
    ended = await driver.told.ended(seconds=10)
    await driver.live.answer(asked.calls[0], Verdict("allow"))
    after = await driver.ask("hello")
    await driver.live.close()
    assert (ended.reason, after.reason) == ("stopped", "done")
    assert not (workspace.work / "note.txt").exists()


async def test_a_question_is_answered(bench):
    driver = await bench.open(mode="ask")
    options = [{"label": "a", "description": "a"}, {"label": "b", "description": "b"}]
    question = {"question": "Which?", "header": "Pick", "options": options, "multiSelect": False}
    asked = json.dumps({"questions": [question]})
    await driver.start(f"TOOL AskUserQuestion {asked}")
    approval = (await driver.told.wait_for(ApprovalAsked)).approval
    await driver.live.answer(approval.calls[0], Verdict("allow", answers=(("b",),)))
    ended = await driver.told.ended()
    await driver.live.close()
    assert approval.question == Question("Which?", (Option("a", "a"), Option("b", "b")))
    assert '"Which?"="b"' in ended.text


async def test_what_was_steered_is_given_back_until_it_is_taken_in(bench):
    driver = await bench.open()
    turn = await driver.start("TOOL Bash: sleep 0.6; echo slept")
    await driver.told.wait_for(ToolStarted)
    for name in ("console/s", "console/t"):
        await driver.live.steer(turn, Delivered(prompt(name, f"words of {name}")))
    back = [await driver.live.take_back(turn, name) for name in ("console/t", "console/s")]
    ended = await driver.told.ended()
    late = await driver.live.take_back(turn, "console/1.0")
    await driver.live.close()
    assert (back, late) == ([True, True], False)
    assert ended.read == ("console/1.0",)
    assert "words of" not in ended.text
    assert driver.told.all(Taken)[0].messages == ("console/1.0",)


async def test_a_steer_during_a_tool_joins_it(bench):
    driver = await bench.open()
    turn = await driver.start("TOOL Bash: sleep 0.6; echo slept")
    await driver.told.wait_for(ToolStarted)
    await driver.live.steer(turn, Delivered(prompt("console/s", "steered words")))
    ended = await driver.told.ended()
    await driver.live.close()
    assert ended.read == ("console/1.0", "console/s")
    assert "steered: steered words" in ended.text
    assert driver.told.all(Answered) == []


async def test_a_steer_during_text_is_answered_after_it(bench):
    driver = await bench.open()
    turn = await driver.start("SLOW 30 20")
    await driver.told.wait_for(Wrote)
    await driver.live.steer(turn, Delivered(prompt("console/s", "SAY second")))
    answered = await driver.told.wait_for(Answered)
    ended = await driver.told.ended()
    await driver.live.close()
    assert (answered.read, len(answered.text.split())) == (("console/1.0",), 20)
    assert (ended.text, ended.read[-1]) == ("second", "console/s")


async def test_a_stop_takes_back_what_waits(bench, api):
    driver = await bench.open()
    turn = await driver.start("SLOW 30 300")
    await driver.told.wait_until(lambda: len(driver.told.written) > 40)
    await driver.live.steer(turn, Delivered(prompt("console/s", "SAY later")))
    await driver.live.interrupt(turn)
    ended = await driver.told.ended(seconds=5)
    assert (ended.reason, ended.read) == ("stopped", ("console/1.0",))
    assert ended.text
    assert ended.text in driver.told.written
    after = await driver.ask("SAY later", ids=("console/s",))
    await driver.live.close()
    assert (after.reason, after.text) == ("done", "later")
    assert api.prompts.count("SAY later") == 1


async def test_a_hanging_service_can_be_stopped(bench):
    driver = await bench.open()
    await driver.ask("warm")
    turn = await driver.start("HANG")
    await driver.live.interrupt(turn)
    ended = await driver.told.ended(2, seconds=10)
    after = await driver.ask("hello")
    await driver.live.close()
    assert (ended.reason, after.reason) == ("stopped", "done")


async def test_an_overloaded_service_is_waited_for_and_then_a_failure(bench):
    driver = await bench.open()
    ended = await driver.ask("ERR 529")
    await driver.live.close()
    assert ended.reason == "failed"
    assert "529" in ended.text
    assert "overloaded" in driver.told.all(Waited)[0].note


async def test_a_broken_stream_is_survived(bench):
    driver = await bench.open()
    ended = await driver.ask("CUT 1\nSAY whole")
    await driver.live.close()
    assert (ended.reason, ended.text) == ("done", "whole")


async def test_a_refused_login_names_the_mend(api, workspace, clock, open_workspaces):
    engine = ClaudeEngine(open_workspaces, Login("api_key", "sk-wrong"), clock, api.url)
    driver = await EngineBench(engine, workspace).open()
    ended = await driver.ask("hello")
    await driver.live.close()
    await engine.close()
    assert ended.reason == "failed"
    assert "ANTHROPIC_API_KEY" in ended.text


async def test_no_login_is_refused_with_advice(workspace, clock, open_workspaces):
    engine = ClaudeEngine(open_workspaces, Login(), clock)
    with pytest.raises(Refused, match="/login"):
        await EngineBench(engine, workspace).open()


async def test_a_usage_limit_pauses_and_the_same_prompt_runs_later(
    workspace, clock, open_workspaces
):
    from carrel.testing.messages_api import FakeMessagesApi

    async with FakeMessagesApi() as api:
        engine = ClaudeEngine(
            open_workspaces, Login("oauth_token", "sk-ant-oat01-x"), clock, api.url
        )
        driver = await EngineBench(engine, workspace).open()
        ended = await driver.ask("RATELIMIT 4102444800", ids=("console/limited",))
        again = await driver.ask("SAY later", ids=("console/limited",))
        await driver.live.close()
        await engine.close()
    assert (ended.reason, ended.resets_at) == ("limit", 4102444800.0)
    assert again.reason == "limit"


async def test_a_line_of_five_megabytes_passes(bench):
    driver = await bench.open()
    ended = await driver.ask("BIG 5000000")
    await driver.live.close()
    assert (ended.reason, len(ended.text)) == ("done", 5_000_000)


async def test_a_file_is_sent_without_approval(bench, workspace):
    (workspace.work / "report.txt").write_text("words")
    driver = await bench.open(mode="ask")
    call = json.dumps({"path": "report.txt", "caption": "the report"})
    ended = await driver.ask(f"TOOL mcp__carrel__send_file {call}")
    await driver.live.close()
    offered = driver.told.all(FileOffered)[0]
    assert (offered.file.name, offered.file.caption) == ("report.txt", "the report")
    assert "Sent report.txt" in ended.text


async def test_attachments_are_named_and_images_are_shown(bench, workspace, api):
    picture = workspace.inbox / "dot.png"
    picture.write_bytes(PIXEL)
    asked = prompt("console/pic", "SAY seen")
    files = ((Attachment("dot.png", "image/png", len(PIXEL), "x"), picture),)
    told = Told()
    live = await bench.engine.open(EngineSpec(workspace, None, "auto", None, ""), told)
    await live.prompt(Turn(TurnId("console:1#1"), (asked,)), (Delivered(asked, files),))
    ended = await told.ended()
    await live.close()
    sent = json.dumps(api.requests[-1].body)
    assert ended.reason == "done"
    assert str(picture) in sent
    assert '"image/png"' in sent


async def test_slashes_and_mentions_are_plain_words(bench, workspace, api):
    secret = workspace.root / "secret.txt"
    secret.write_text("hidden words")
    driver = await bench.open()
    first = await driver.ask("/clear")
    second = await driver.ask(f"look at @{secret}")
    await driver.live.close()
    assert first.text == "echo: /clear"
    assert first.resume == second.resume
    assert "hidden words" not in json.dumps(api.requests[-1].body)


async def test_file_tools_stay_inside_even_in_mode_auto(bench, workspace):
    secret = workspace.root / "secret.txt"
    secret.write_text("hidden words")
    (workspace.work / "link").symlink_to(secret)
    driver = await bench.open()
    read = await driver.ask(f"TOOL Read {secret}")
    link = await driver.ask(f"TOOL Read {workspace.work / 'link'}")
    wrote = await driver.ask("TOOL Write .claude/settings.json {}")
    outside = await driver.ask(f"TOOL Write {workspace.root}/x.txt words")
    await driver.live.close()
    assert all("error" in ended.text for ended in (read, link, wrote, outside))
    assert "hidden words" not in read.text + link.text
    assert not (workspace.work / ".claude").exists()
    assert not (workspace.root / "x.txt").exists()


async def test_a_busy_session_does_not_deafen_the_engine(bench, workspace):
    """`tell` stands still; the turn can be stopped all the same."""
    gate, told = asyncio.Event(), Told()

    async def slow(event):
        await gate.wait()
        await told(event)

    live = await bench.engine.open(EngineSpec(workspace, None, "auto", None, ""), slow)
    asked = prompt("console/1", "SLOW 1 2000")
    turn = Turn(TurnId("console:1#1"), (asked,))
    await live.prompt(turn, (Delivered(asked),))
    await live.interrupt(turn.id)
    gate.set()
    ended = await told.ended(seconds=10)
    await live.close()
    assert ended.reason == "stopped"
    assert len(told.all(TurnEnded)) == 1


async def test_there_is_nothing_to_report(bench):
    """spec: 13.9"""
    driver = await bench.open(mode="ask")
    ended = await driver.ask("TOOL mcp__carrel__nothing_to_report {}\nSAY quiet")
    after = await driver.ask("SAY loud")
    await driver.live.close()
    again = await bench.open(ended.resume)
    known = await again.ask("x", ids=("console/1.0",))
    await again.live.close()
    assert (ended.reason, ended.nothing, after.nothing) == ("done", True, False)
    assert (known.text, known.nothing) == ("quiet", True), "it is known after a crash too"


WISH = json.dumps({"action": "make", "when": "at 17:00", "text": "/new the bins"})


async def test_a_reminder_is_made_once_a_person_allows_it(bench):
    """spec: 13.10"""
    driver = await bench.open(mode="ask")
    await driver.start(f"TOOL mcp__carrel__schedule {WISH}")
    asked = (await driver.told.wait_for(ApprovalAsked)).approval
    assert (asked.title, asked.detail) == ("Schedule: make at 17:00", "/new the bins")
    assert not driver.told.all(Wished)
    await driver.live.answer(asked.calls[0], Verdict("allow"))
    wished = await driver.told.wait_for(Wished)
    assert wished.wish == Wish("make", "at 17:00", "/new the bins")
    await driver.live.reply("unknown", "no", ok=False)
    await driver.live.reply(wished.call, "Noted as abc.", ok=True)
    ended = await driver.told.ended()
    await driver.live.close()
    assert "Noted as abc." in ended.text


@pytest.mark.parametrize(
    ("mode", "call", "said"),
    [
        ("ask", {"action": "explode"}, "is not one of"),
        ("auto", {"action": "make", "when": "at 17:00", "text": 7}, "is not of type"),
        ("auto", {"action": "cancel"}, "name the schedule by its `id`"),
        ("auto", {"action": "make", "when": "at 17:00", "text": "x" * 5000}, "4,000 characters"),
    ],
)
async def test_what_the_tool_is_given_is_looked_at(bench, mode, call, said):
    driver = await bench.open(mode=mode)
    await driver.start(f"TOOL mcp__carrel__schedule {json.dumps(call)}")
    if mode == "ask":
        asked = (await driver.told.wait_for(ApprovalAsked)).approval
        await driver.live.answer(asked.calls[0], Verdict("allow"))
    ended = await driver.told.ended()
    await driver.live.close()
    assert said in ended.text
    assert not driver.told.all(Wished)

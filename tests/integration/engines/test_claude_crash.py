"""The CLI is killed at every moment that matters; each prompt is still acted on once.

spec: 2.7
"""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from carrel.core.events import Answered, Forgot, ToolStarted, TurnEnded
from carrel.core.model import ResumeToken
from carrel.engines.claude import transcript
from carrel.engines.claude.prompts import message_uuid
from carrel.ports.engine import Delivered
from carrel.testing.engine_conformance import prompt

pytestmark = pytest.mark.cli
ONCE = ("console/once",)


def kill(driver) -> None:
    os.kill(driver.live._process._wire._pid(), signal.SIGKILL)


def token(driver, workspace) -> ResumeToken:
    return ResumeToken("claude", driver.live._process.launch.session, str(workspace.work))


async def until(true) -> None:
    """The CLI tells nobody when it has written its transcript, so this looks."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)


async def recorded(workspace, driver, uuid: str, as_kind: str = "") -> None:
    def is_there() -> bool:
        found = transcript.find(workspace.engine, driver.live._process.launch.session)
        kind = transcript.fate(transcript.rows(found), uuid).kind
        return kind == as_kind if as_kind else kind != "absent"

    await until(is_there)


async def warm(bench):
    driver = await bench.open()
    assert (await driver.ask("warm")).reason == "done"
    return driver


async def again(bench, resume, text, ids=ONCE):
    driver = await bench.open(resume)
    ended = await driver.ask(*([text] * len(ids)), ids=ids)
    await driver.live.close()
    return driver, ended


async def test_killed_before_it_was_recorded(bench, api, workspace):
    driver = await warm(bench)
    await driver.start("SLOW 30 40", ids=ONCE)
    kill(driver)
    lost = await driver.told.ended(2)
    assert (lost.reason, driver.live.alive) == ("lost", False)
    _, ended = await again(bench, lost.resume, "SLOW 1 40")
    assert (ended.reason, ended.read) == ("done", ONCE)


@pytest.mark.parametrize("remembered", [True, False])
async def test_killed_in_the_middle_of_its_words(bench, api, workspace, remembered):
    driver = await (warm(bench) if remembered else bench.open())
    await driver.start("SLOW 30 40", ids=ONCE)
    await recorded(workspace, driver, message_uuid(ONCE))
    kill(driver)
    lost = await driver.told.ended(driver.turns)
    assert lost.reason == "lost"
    before = len(api.prompts)
    _, ended = await again(bench, lost.resume if remembered else None, "SLOW 30 40")
    assert (ended.reason, ended.read) == ("done", ONCE)
    assert len(ended.text.split()) == 40
    assert api.prompts[before:] == ["SLOW 30 40"]


async def test_killed_in_the_middle_of_a_tool_that_is_not_run_again(bench, workspace):
    driver = await warm(bench)
    await driver.start("TOOL Bash: echo ran >> ran.txt; sleep 9", ids=ONCE)
    await driver.told.wait_for(ToolStarted)
    await recorded(workspace, driver, message_uuid(ONCE))
    ran = workspace.work / "ran.txt"
    await recorded(workspace, driver, message_uuid(ONCE), as_kind="cut")
    await until(ran.exists)
    kill(driver)
    lost = await driver.told.ended(2)
    _, ended = await again(bench, lost.resume, "TOOL Bash: echo ran >> ran.txt; sleep 9")
    assert (ended.reason, ended.read) == ("done", ONCE)
    assert "Carrel was restarted" in ended.text
    assert ran.read_text() == "ran\n"
    _, third = await again(bench, ended.resume, "no matter")
    assert (third.reason, third.text) == ("done", ended.text)


@pytest.mark.parametrize("remembered", [True, False])
async def test_answered_but_the_answer_was_not_heard(bench, api, workspace, remembered):
    driver = await (warm(bench) if remembered else bench.open())
    heard = await driver.ask("SAY the one answer", ids=ONCE)
    resume = token(driver, workspace) if remembered else None
    await driver.live.close()
    before = len(api.prompts)
    _, ended = await again(bench, resume, "SAY the one answer")
    assert (ended.reason, ended.text, ended.read) == ("done", heard.text, ONCE)
    assert api.prompts[before:] == []
    assert ended.resume == heard.resume


async def test_stopped_but_the_stop_was_not_saved(bench, api, workspace):
    driver = await warm(bench)
    turn = await driver.start("SLOW 30 200", ids=ONCE)
    await driver.told.wait_until(lambda: len(driver.told.written) > 40)
    await driver.live.interrupt(turn)
    stopped = await driver.told.ended(2)
    await driver.live.close()
    before = len(api.prompts)
    _, ended = await again(bench, stopped.resume, "SLOW 30 200")
    assert (ended.reason, ended.text.strip()) == ("stopped", stopped.text)
    assert api.prompts[before:] == []


async def test_a_steered_prompt_survives_with_its_turn(bench, workspace):
    driver = await warm(bench)
    turn = await driver.start("SLOW 30 40", ids=ONCE)
    await recorded(workspace, driver, message_uuid(ONCE))
    await driver.live.steer(turn, Delivered(prompt("console/steered", "steered")))
    kill(driver)
    lost = await driver.told.ended(2)
    both = (*ONCE, "console/steered")
    driver = await bench.open(lost.resume)
    ended = await driver.ask("SLOW 30 40", "steered", ids=both)
    answered = [one for event in driver.told.all(Answered) for one in event.read]
    await driver.live.close()
    assert (ended.reason, {*answered, *ended.read}) == ("done", set(both))
    assert "steered" in ended.text


async def test_both_steered_prompts_are_found_again(bench, api, workspace):
    """The CLI would join waiting messages and keep one uuid; one at a time keeps them apart."""
    driver = await warm(bench)
    turn = await driver.start("SLOW 20 40", ids=ONCE)
    await recorded(workspace, driver, message_uuid(ONCE))
    for name in ("two", "three"):
        await driver.live.steer(turn, Delivered(prompt(f"console/{name}", f"SAY {name}")))
    ended = await driver.told.ended(2)
    await driver.live.close()
    assert ended.read == (*ONCE, "console/two", "console/three")
    before = len(api.prompts)
    names = (*ONCE, "console/two", "console/three")
    driver, ended = await again(bench, ended.resume, "again", ids=names)
    told = {one.read: one.text for one in driver.told.all(Answered)}
    assert (ended.reason, ended.text) == ("done", "three")
    assert [*told] == [ONCE, ("console/two",)], "each answer is told again, not the last one alone"
    assert told["console/two",] == "two"
    assert set(ended.read) == set(names)
    assert api.prompts[before:] == []


@pytest.mark.parametrize("harm", ["deleted", "garbage", "empty"])
async def test_a_ruined_transcript_starts_afresh(bench, workspace, harm):
    driver = await warm(bench)
    resume = token(driver, workspace)
    await driver.live.close()
    file = transcript.find(workspace.engine, resume.value)
    match harm:
        case "deleted":
            file.unlink()
        case "garbage":
            file.write_bytes(b"\xff{]" * 5000)
        case "empty":
            file.write_bytes(b"")
    driver, ended = await again(bench, resume, "hello")
    assert (ended.reason, ended.text) == ("done", "echo: hello")
    assert ended.resume.value != resume.value
    assert ["context was lost" in event.note for event in driver.told.all(Forgot)] == [True]


async def test_a_truncated_transcript_does_not_run_old_work_again(bench, api, workspace):
    driver = await warm(bench)
    await driver.ask("SAY second")
    resume = token(driver, workspace)
    await driver.live.close()
    file = transcript.find(workspace.engine, resume.value)
    lines = file.read_bytes().splitlines(keepends=True)
    last_user = max(i for i, line in enumerate(lines) if b'"SAY second"' in line)
    file.write_bytes(b"".join(lines[: last_user + 1]) + b'{"type":"assi')
    before = len(api.prompts)
    _, ended = await again(bench, resume, "hello")
    assert (ended.reason, ended.text) == ("done", "echo: hello")
    assert api.prompts[before:] == ["hello"]


async def test_only_one_end_however_it_dies(bench):
    driver = await warm(bench)
    turn = await driver.start("HANG", ids=ONCE)
    await driver.live.interrupt(turn)
    kill(driver)
    await driver.told.ended(2, seconds=10)
    await driver.live.close()
    assert len(driver.told.all(TurnEnded)) == 2

"""`/schedule` and the engine's tool in a whole house. spec: 13.9 13.10 13.11 13.12"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from carrel.core.errors import Refused
from carrel.core.firing import Every
from carrel.core.jobs import Job
from carrel.core.messages import Menu, Notice
from carrel.core.model import Conversation, Sender
from carrel.core.routing import PlaceRule, Rules
from carrel.core.wishes import Wish
from carrel.engines.script import echoing
from carrel.engines.scripted import ScriptedEngine, Want
from carrel.runtime import planner as module
from carrel.settings.cron import next_match
from carrel.testing.clock import ManualClock, settle
from carrel.testing.house import House, JobList

PLACE, OTHER = Conversation("fake", "a"), Conversation("fake", "b")
MIA = Sender("fake", "mia", "Mia")
START = datetime(2027, 6, 1, 10, 0, 7, tzinfo=UTC).timestamp()
"""Noon in Berlin, where the house keeps its clocks."""


def house(tmp_path, *jobs: Job, **more) -> House:
    listed = JobList(list(jobs), match=next_match)
    return House(tmp_path, jobs=listed, clock=ManualClock(START), **more)


async def ask(home: House, text: str, channel: str = "a", **more: object) -> Notice | Menu:
    """What the command is answered with."""
    before = len(home.platform.sent)

    def said() -> list[Notice | Menu]:
        bodies = (one.body for one in home.platform.sent[before:])
        return [body for body in bodies if isinstance(body, Notice | Menu)]

    await home.say(text, channel, **more)
    await home.platform.until(lambda: bool(said()))
    return said()[0]


async def pass_by(home: House, seconds: float) -> None:
    end = home.clock.now() + seconds
    while home.clock.now() < end:
        wait = await home.schedules.look()
        await settle()
        await home.clock.advance(min(wait, end - home.clock.now()))
    await home.schedules.look()
    await settle()


def id_in(body: Notice | Menu) -> str:
    return body.text.split("`")[1]


async def test_a_reminder_is_made_listed_moved_and_said_once(tmp_path) -> None:
    async with house(tmp_path) as home:
        assert "Nothing is said here by itself" in (await ask(home, "/schedule")).text
        made = await ask(home, "/schedule at 12:05 /new the oven")
        assert "Tue 1 Jun 2027, 12:05 (Europe/Berlin)" in made.text
        name = id_in(made)
        assert "12:10" in (await ask(home, f"/schedule edit {name} at 12:10")).text
        listed = await ask(home, "/schedule")
        assert f"`{name}` /new the oven: once, Tue 1 Jun 2027, 12:10" in listed.text
        assert listed.options == (("Cancel /new the oven", f"/schedule cancel {name}"),)
        await pass_by(home, 1200)
        assert home.platform.answers() == [
            "echo: This is the reminder that Ada asked for: /new the oven"
        ]
        assert "Nothing is said here" in (await ask(home, "/schedule")).text


async def test_a_reminder_is_cancelled(tmp_path) -> None:
    async with house(tmp_path) as home:
        name = id_in(await ask(home, "/schedule in 5m the oven"))
        assert (await ask(home, f"/schedule cancel {name}")).text == "Cancelled: the oven."
        await pass_by(home, 600)
        assert home.platform.answers() == []
        assert "There is no" in (await ask(home, f"/schedule cancel {name}")).text
        assert await home.store.reminders(None) == ()


async def test_a_schedule_is_said_paused_resumed_run_and_cancelled(tmp_path) -> None:
    async with house(tmp_path) as home:
        name = id_in(await ask(home, "/schedule every 1h what is new?"))
        await pass_by(home, 3600)
        said = "echo: This is the schedule that Ada asked for: what is new?"
        assert home.platform.answers() == [said]
        listed = await ask(home, "/schedule")
        assert "every 1 h, next Tue 1 Jun 2027, 14:00" in listed.text
        assert "last Tue 1 Jun 2027, 13:00 (Europe/Berlin): done" in listed.text
        assert [label.split()[0] for label, _ in listed.options] == ["Run", "Pause", "Cancel"]
        await ask(home, f"/schedule pause {name}")
        await pass_by(home, 7200)
        assert len(home.platform.answers()) == 1
        listed = await ask(home, "/schedule")
        assert "paused: A person paused it." in listed.text
        assert listed.options[1] == ("Resume what is new?", f"/schedule resume {name}")
        await ask(home, f"/schedule run {name}")
        await pass_by(home, 1)
        assert len(home.platform.answers()) == 2
        await ask(home, f"/schedule resume {name}")
        await ask(home, f"/schedule edit {name} what is old?")
        await pass_by(home, 3600)
        assert home.platform.answers()[2].endswith("what is old?")
        await ask(home, f"/schedule cancel {name}")
        await pass_by(home, 7200)
        assert len(home.platform.answers()) == 3
        assert await home.store.standings() == ()


async def test_a_run_that_is_asked_for_again_after_a_kill_is_the_same(tmp_path) -> None:
    """Fired, and killed before the command was settled: it is obeyed anew. spec: 13.3"""
    async with house(tmp_path) as home:
        name = id_in(await ask(home, "/schedule every 1h look"))
        await ask(home, f"/schedule run {name}", identity="press.1")
        await pass_by(home, 60)
        await home.tools.planner.asked(PLACE, f"run {name}", "fake/press.1", "Ada")
        await pass_by(home, 60)
        assert len(home.platform.answers()) == 1
        await ask(home, f"/schedule run {name}")
        await pass_by(home, 60)
        assert len(home.platform.answers()) == 2


async def test_it_outlives_the_gateway_and_what_was_missed_is_made_up_for_once(tmp_path) -> None:
    async with house(tmp_path) as home:
        await ask(home, "/schedule every 1h look")
        await pass_by(home, 60)
    clock = ManualClock(START + 5.5 * 3600)
    async with House(tmp_path, jobs=home.jobs, clock=clock, store=home.store) as again:
        await pass_by(again, 60)
        assert len(again.platform.answers()) == 1


async def test_a_failure_is_said_there_and_the_third_in_a_row_pauses_it(tmp_path) -> None:
    engine = ScriptedEngine(lambda text: echoing("fail no" if "it" in text else text))
    async with house(tmp_path, engine=engine) as home:
        name = id_in(await ask(home, "/schedule every 1h do it"))
        await pass_by(home, 5 * 3600)
        assert home.platform.notices().count("no") == 3
        (paused,) = [text for text in home.platform.notices() if "Paused." in text]
        assert paused.startswith("do it: Paused. It failed 3 times in a row.")
        assert f"/schedule resume {name}" in paused


async def test_with_nothing_to_report_it_is_silent_there(tmp_path) -> None:
    engine = ScriptedEngine(lambda text: echoing("nothing" if "look" in text else text))
    async with house(tmp_path, engine=engine) as home:
        await ask(home, "/schedule every 1h look")
        await pass_by(home, 3600)
        assert home.platform.answers() == []
        assert "13:00 (Europe/Berlin): done" in (await ask(home, "/schedule")).text
        await home.say("please look")
        await settle()
        assert home.platform.answers() == ["nothing to report"], "a person is answered"


async def test_a_member_only_looks(tmp_path) -> None:
    async with house(tmp_path) as home:
        assert "Nothing is said" in (await ask(home, "/schedule", sender=MIA)).text
        refused = await ask(home, "/schedule in 5m tea", sender=MIA)
        assert "Only an approver may" in refused.text
        assert await home.store.reminders(None) == ()


async def test_no_conversation_reaches_another_s(tmp_path) -> None:
    async with house(tmp_path) as home:
        once = id_in(await ask(home, "/schedule in 5m tea"))
        again = id_in(await ask(home, "/schedule every 1h look"))
        for act in ("cancel", "edit", "run", "pause"):
            for name in (once, again):
                said = await ask(home, f"/schedule {act} {name} in 6m", channel="b")
                assert "There is no" in said.text, act
        assert "Nothing is said" in (await ask(home, "/schedule", channel="b")).text
        assert len(await home.store.reminders(PLACE)) == 2


async def test_a_file_s_job_is_listed_where_it_notifies_and_is_not_cancelled(tmp_path) -> None:
    job = Job("report", Every(3600), "hello", notify_to=PLACE)
    async with house(tmp_path, job) as home:
        listed = await ask(home, "/schedule")
        assert "`report` report: every 1 h" in listed.text
        assert "a file of the operator's" in (await ask(home, "/schedule cancel report")).text
        assert (await ask(home, "/schedule pause report")).text == "Paused: report."


async def test_a_job_that_others_approve_is_not_for_who_is_told_of_it(tmp_path) -> None:
    """spec: 5.11"""
    job = Job("report", Every(3600), "hello", session=OTHER.address, notify_to=PLACE)
    named = PlaceRule(approvers=frozenset({"fake:zoe"}))
    rules = Rules(waiting="queue", places={OTHER.address: named})
    async with house(tmp_path, job, rules=rules) as home:
        assert "Nothing is said here by itself" in (await ask(home, "/schedule")).text
        assert "There is no 'report' here" in (await ask(home, "/schedule run report")).text


async def test_what_cannot_be_said_then_says_why(tmp_path) -> None:
    async with house(tmp_path) as home:
        for words, why in (
            ("whenever tea", "Say when, then what"),
            ("every 5s tea", "from a minute"),
            ("at 2020-01-01 10:00 tea", "That time is past."),
            ("run", "Name the schedule"),
        ):
            assert why in (await ask(home, f"/schedule {words}")).text
        once = id_in(await ask(home, "/schedule in 5m tea"))
        assert "That is said once" in (await ask(home, f"/schedule pause {once}")).text


async def test_there_is_an_end_to_how_many_there_are(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    async with house(tmp_path) as home:
        for text in ("one", "two"):
            await ask(home, f"/schedule in 5m {text}")
        assert "There are 2 here already" in (await ask(home, "/schedule in 5m three")).text


async def test_the_engine_s_wish_is_its_conversation_s_and_done_once(tmp_path) -> None:
    """The same wish of the same turn, as after a crash, makes one reminder."""
    wish = Wish("make", "at 17:00", "the bins")
    engine = ScriptedEngine(
        lambda text: (Want(wish), Want(wish)) if text == "do" else echoing(text)
    )
    async with house(tmp_path, engine=engine) as home:
        await home.say("do")
        await settle()
        (answer,) = home.platform.answers()
        assert "17:00 (Europe/Berlin)" in answer
        (only,) = await home.store.reminders(PLACE)
        assert (only.text, only.by) == ("the bins", "Ada")


async def test_the_engine_is_told_what_does_not_work(tmp_path) -> None:
    engine = ScriptedEngine(lambda _: (Want(Wish("cancel", id="x")), Want(Wish("list"))))
    async with house(tmp_path, engine=engine) as home:
        await home.say("do")
        await settle()
        (answer,) = home.platform.answers()
        assert "refused: There is no 'x' here" in answer
        assert "Nothing is said here by itself" in answer


async def test_a_job_s_wish_stays_in_its_own_session_and_people_see_it(tmp_path) -> None:
    job = Job("report", Every(3600), "hello", notify_to=PLACE)
    async with house(tmp_path, job) as home:
        await ask(home, "/schedule in 9m milk")
        await home.planner.wished(job.conversation, Wish("make", "in 5m", "tea"), "o", "Ada")
        (tea,) = await home.store.reminders(job.conversation)
        told = await home.planner.wished(job.conversation, Wish("list"), "o", "Ada")
        assert "tea" in told
        assert "milk" not in told
        engine = await home.planner.wished(PLACE, Wish("list"), "o", "Ada")
        assert "milk" in engine
        assert "tea" not in engine
        assert "report" not in engine
        assert "tea" in (await ask(home, "/schedule")).text
        assert (await ask(home, f"/schedule cancel {tea.id}")).text == "Cancelled: tea."


async def test_the_words_of_a_deleted_conversation_are_not_said(tmp_path) -> None:
    async with house(tmp_path) as home:
        await ask(home, "/schedule in 5m tea")
        await ask(home, "/schedule in 5m milk", channel="b")
        await home.intake.vanish(PLACE)
        assert [one.conversation for one in await home.store.reminders(None)] == [OTHER]


async def test_what_means_nothing_any_more_is_left_out(tmp_path) -> None:
    async with house(tmp_path) as home:
        await ask(home, "/schedule every 1h look")
        (only,) = await home.store.reminders(None)
        await home.store.remind(type(only)(only.id, only.at, PLACE, "x", when="every never"))
        await home.planner.refresh()
        assert dict(home.book.jobs) == {}
        with pytest.raises(Refused, match="There is no job"):
            home.desk.job(only.id)

from __future__ import annotations

from carrel.engines.claude.prompts import GO_ON, again_uuid, message_uuid
from carrel.engines.claude.recovery import plan, uuids
from carrel.ports.engine import Delivered
from carrel.testing.engine_conformance import prompt

ONE, TWO, THREE = (Delivered(prompt(f"a/{n}", f"text {n}")) for n in (1, 2, 3))


def name(*prompts):
    return message_uuid(one.prompt.id for one in prompts)


def user(uuid):
    return {"type": "user", "uuid": uuid, "message": {"content": "x"}}


def says(text):
    body = {"id": text, "content": [{"type": "text", "text": text}], "stop_reason": "end_turn"}
    return {"type": "assistant", "message": body}


def calls():
    blocks = [{"type": "tool_use", "id": "1", "name": "Bash", "input": {}}]
    return {"type": "assistant", "message": {"content": blocks, "stop_reason": "tool_use"}}


def test_fresh_prompts_are_one_message():
    made = plan([], (ONE, TWO))
    assert [(one.uuid, one.content) for one in made.send] == [(name(ONE, TWO), "text 1\n\ntext 2")]
    assert made.send[0].ids == ("a/1", "a/2")


def test_what_is_answered_is_not_sent():
    made = plan([user(name(ONE, TWO)), says("both")], (ONE, TWO, THREE))
    assert [(known.ids, known.text) for known in made.answered] == [(("a/1", "a/2"), "both")]
    assert [one.uuid for one in made.send] == [name(THREE)]


def test_what_is_answered_to_the_last_prompt_is_over():
    known = [user(name(ONE)), says("one"), user(name(TWO)), says("two")]
    made = plan(known, (ONE, TWO))
    assert made.over
    assert [one.text for one in made.answered] == ["one", "two"]
    assert not plan(known, (ONE, TWO, THREE)).over
    assert not plan([], (ONE,)).over


def test_a_recorded_message_is_run_again_by_the_cli():
    made = plan([user(name(ONE))], (ONE, TWO))
    assert (made.rerun.uuid, made.rerun.ids) == (name(ONE), ("a/1",))
    assert [one.ids for one in made.send] == [("a/2",)]


def test_a_cut_tool_is_not_run_again():
    made = plan([user(name(ONE)), calls()], (ONE,))
    assert made.rerun is None
    assert [(one.uuid, one.content) for one in made.send] == [(again_uuid(name(ONE), 1), GO_ON)]


def test_a_request_to_go_on_has_its_own_fate():
    cut = [user(name(ONE)), calls(), user(again_uuid(name(ONE), 1))]
    assert plan([*cut, says("done")], (ONE,)).answered[0].text == "done"
    assert plan([*cut, calls()], (ONE,)).send[0].uuid == again_uuid(name(ONE), 2)
    assert plan(cut, (ONE,)).rerun.uuid == again_uuid(name(ONE), 1)


def test_what_a_person_stopped_stays_stopped():
    note = {"type": "user", "uuid": "i", "message": {"content": "[Request interrupted by user]"}}
    made = plan([user(name(ONE)), note], (ONE, TWO))
    assert (made.stopped.ids, made.send) == (("a/1",), ())


def test_the_first_prompts_may_have_been_sent_under_these_names():
    assert uuids((ONE, TWO)) == {name(ONE), name(ONE, TWO)}

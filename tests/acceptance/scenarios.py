"""What a person can do with a session, told for a seat of any platform.

Each scenario has a conversation of its own, with no session yet, in mode `ask`, its waiting mode
`queue`. They share a gateway, which any of them may kill and start again.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.acceptance.gateway_process import wait_for
from tests.acceptance.seats import Seat, answered, offered, sees, work

Scenario = Callable[[Seat], None]
SCENARIOS: dict[str, Scenario] = {}

COLOURS = {
    "question": "Which colour?",
    "header": "Colour",
    "multiSelect": False,
    "options": [{"label": "Red", "description": "like a brick"}, {"label": "Blue"}],
}
DAYS = {
    "question": "Which days?",
    "header": "Days",
    "multiSelect": True,
    "options": [{"label": day} for day in ("Mon", "Tue", "Wed", "Thu")],
}


def scenario(told: Scenario) -> Scenario:
    """Enter it into the table."""
    SCENARIOS[told.__name__] = told
    return told


def ask(*questions: dict[str, object]) -> str:
    for question in questions:
        for option in question["options"]:
            option.setdefault("description", "")
    return f"TOOL AskUserQuestion {json.dumps({'questions': list(questions)})}"


def restart(seat: Seat) -> None:
    seat.gateway.kill()
    wait_for(lambda: not seat.gateway.survivors(), 10)
    seat.gateway.start()


@scenario
def a_command_is_allowed_and_another_denied_with_a_reason(seat: Seat) -> None:
    seat.say("TOOL Write note.txt words\nSAY written")
    sees(seat, "Write note.txt", "words")
    seat.press("Allow")
    assert answered(seat, 1) == ["written"]
    assert (work(seat) / "note.txt").read_text() == "words"
    seat.say("TOOL Write worse.txt no")
    offered(seat, "Deny")
    seat.press("Deny and say why…", "not that one")
    assert "not that one" in answered(seat, 2)[1], "the reason reaches the agent"
    assert not (work(seat) / "worse.txt").exists()
    sees(seat, "Allowed by", "Denied by")
    assert "Allow" not in seat.labels()


@scenario
def identical_requests_are_one_card(seat: Seat) -> None:
    task = {
        "description": "writes",
        "prompt": "TOOL Bash: echo x >> same.txt",
        "subagent_type": "general-purpose",
    }
    seat.say("\n& ".join([f"TOOL Task {json.dumps(task)}"] * 3) + "\nSAY all")
    sees(seat, "3 identical requests")
    assert seat.labels().count("Allow") == 1
    seat.press("Allow")
    assert answered(seat, 1) == ["all"]


@scenario
def an_open_request_outlives_a_kill_and_is_answered_afterwards(seat: Seat) -> None:
    seat.say("TOOL Write late.txt words\nSAY written")
    offered(seat, "Allow")
    restart(seat)
    seat.press("Allow")
    assert answered(seat, 1) == ["written"]
    assert (work(seat) / "late.txt").read_text() == "words"
    assert "Allow" not in seat.labels()
    assert seat.seen().count("Allowed by") == 1, "it was asked and answered once"


@scenario
def questions_are_answered_step_by_step(seat: Seat) -> None:
    seat.say(ask(COLOURS, DAYS))
    sees(seat, "Which colour?", "like a brick")
    seat.press("Blue")
    sees(seat, "Which days?")
    seat.press("Back")
    sees(seat, "Which colour?")
    seat.press("Red")
    for day in ("Mon", "Wed"):
        seat.press(day)
        offered(seat, f"✓ {day}")
    seat.press("Done")
    (text,) = answered(seat, 1)
    assert '"Which colour?"="Red"' in text
    assert '"Which days?"="Mon, Wed"' in text


@scenario
def a_question_is_asked_though_nothing_else_is(seat: Seat) -> None:
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say("TOOL Write unasked.txt words\n" + ask(COLOURS))
    seat.press("Red")
    (text,) = answered(seat, 1)
    assert '"Which colour?"="Red"' in text
    assert (work(seat) / "unasked.txt").read_text() == "words"


@scenario
def a_question_is_answered_in_other_words_after_a_kill(seat: Seat) -> None:
    seat.say(ask(DAYS, COLOURS))
    seat.press("Tue")
    offered(seat, "✓ Tue")
    seat.press("Done")
    sees(seat, "Which colour?")
    restart(seat)
    seat.press("Other…", "something warm")
    (text,) = answered(seat, 1)
    assert '"Which days?"="Tue"' in text, "what was answered before the kill is kept"
    assert '"Which colour?"="something warm"' in text


@scenario
def a_plan_has_three_answers(seat: Seat) -> None:
    """spec: 8.8"""
    seat.say("/mode plan")
    sees(seat, "it only looks")
    seat.say('TOOL Write early.txt x\nTOOL ExitPlanMode {"plan": "x"}\nSAY revised')
    offered(seat, "Accept", "Accept, ask for edits")
    assert not (work(seat) / "early.txt").exists()
    seat.press("Keep planning…", "add tests")
    assert answered(seat, 1) == ["revised"]
    seat.say('TOOL ExitPlanMode {"plan": "x"}\nTOOL Write one.txt x\nSAY careful')
    seat.press("Accept, ask for edits")
    seat.press("Allow")
    assert answered(seat, 2)[1] == "careful"
    seat.say("/mode plan")
    wait_for(lambda: seat.seen().count("it only looks") == 2)
    seat.say('TOOL ExitPlanMode {"plan": "x"}\nTOOL Write two.txt x\nSAY quick')
    seat.press("Accept")
    assert answered(seat, 3)[2] == "quick", "edits are not asked for any more"
    seat.say("/mode")
    sees(seat, "The mode is edit", "chosen for this session")


UNTIL = "TOOL Bash: touch begun; until [ -e go ]; do sleep 0.05; done"


def busy(seat: Seat) -> None:
    """Have the agent work until the file `go` is there; it says m1 then."""
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say(f"{UNTIL}\nSAY m1")
    wait_for(lambda: [*seat.gateway.home.glob(f"sessions/*{seat.name}*/work/begun")])


def go_on(seat: Seat) -> None:
    (work(seat) / "go").touch()


@scenario
def what_waits_can_be_steered_or_taken_back(seat: Seat) -> None:
    """spec: 8.9"""
    busy(seat)
    seat.say("SAY m2")
    offered(seat, "⚡ Steer now")
    seat.say("SAY m3")
    wait_for(lambda: seat.labels().count("✕ Take back") == 2)
    seat.press("✕ Take back")
    wait_for(lambda: seat.labels().count("✕ Take back") == 1)
    seat.press("⚡ Steer now")
    offered(seat, "⏭ After this turn")
    go_on(seat)
    assert answered(seat, 1) == ["m1\nm2"], "one answer for both"
    seat.say("SAY m4")
    assert answered(seat, 2)[1:] == ["m4"], "what was taken back is never answered"
    assert "✕ Take back" not in seat.labels()


@scenario
def what_waits_says_what_it_is_edited_to_and_is_gone_when_it_is_deleted(seat: Seat) -> None:
    """spec: 2.8"""
    busy(seat)
    seat.say("SAY m2")
    offered(seat, "✕ Take back")
    seat.say("SAY m3")
    wait_for(lambda: seat.labels().count("✕ Take back") == 2)
    seat.edit("SAY m2", "SAY other")
    seat.delete("SAY m3")
    wait_for(lambda: seat.labels().count("✕ Take back") == 1)
    go_on(seat)
    assert answered(seat, 2) == ["m1", "other"]
    seat.say("SAY m4")
    assert answered(seat, 3)[2:] == ["m4"]


@scenario
def what_was_steered_can_be_put_after_the_turn_or_taken_back(seat: Seat) -> None:
    busy(seat)
    seat.say("/queue steer")
    sees(seat, "The waiting mode is steer")
    seat.say("SAY m2")
    offered(seat, "⏭ After this turn")
    seat.say("SAY m3")
    wait_for(lambda: seat.labels().count("✕ Take back") == 2)
    seat.press("✕ Take back")
    wait_for(lambda: seat.labels().count("✕ Take back") == 1)
    seat.press("⏭ After this turn")
    offered(seat, "⚡ Steer now")
    go_on(seat)
    assert answered(seat, 2) == ["m1", "m2"]
    seat.say("SAY m4")
    assert answered(seat, 3)[2:] == ["m4"]


@scenario
def stop_cancels_what_waits_and_then_the_turn(seat: Seat) -> None:
    busy(seat)
    seat.say("SAY m2")
    offered(seat, "⚡ Steer now")
    seat.say("/stop")
    sees(seat, "Stopped.")
    assert "⚡ Steer now" not in seat.labels()
    seat.say("SAY m3")
    assert answered(seat, 1) == ["m3"]


@scenario
def what_waits_outlives_a_kill(seat: Seat) -> None:
    seat.say("/queue collect")
    sees(seat, "The waiting mode is collect")
    seat.say("SLOW 1500 1\nSAY m1")
    seat.say("SAY m2")
    seat.say("SAY m3")
    wait_for(lambda: seat.labels().count("✕ Take back") == 2 or seat.answers())
    restart(seat)
    assert answered(seat, 2) == ["m1", "m2\nm3"]
    stale = seat.labels().count("✕ Take back")
    assert stale <= (not seat.finds_lost), "of what is sent one after another, one may be lost"


@scenario
def new_begins_afresh_and_the_old_conversation_can_be_taken_up_again(seat: Seat) -> None:
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say("remember the word lantern\nTOOL Bash: echo kept > kept.txt")
    answered(seat, 1)
    seat.say("/new")
    sees(seat, "A fresh conversation begins")
    seat.say("TOOL Bash: cat kept.txt\nRECALL")
    assert answered(seat, 2)[1] == "recall: nothing"
    seat.say("/status")
    sees(seat, "RECALL")
    seat.say("/resume")
    (label,) = wait_for(lambda: [one for one in seat.labels() if "lantern" in one])
    seat.press(label)
    sees(seat, "Going on with")
    seat.say("RECALL")
    assert answered(seat, 3)[2] == "recall: lantern"
    assert (work(seat) / "kept.txt").exists(), "files stay"


@scenario
def forget_asks_and_puts_everything_into_the_trash(seat: Seat) -> None:
    """spec: 8.10"""
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say("remember the word lantern\nTOOL Bash: echo secret > secret.txt")
    answered(seat, 1)
    seat.say("/forget")
    sees(seat, "30 days")
    assert (work(seat) / "secret.txt").exists()
    seat.press("Forget everything")
    sees(seat, "Everything goes to the trash")
    seat.say("TOOL Bash: ls\nRECALL")
    assert answered(seat, 2)[1] == "recall: nothing"
    assert not (work(seat) / "secret.txt").exists()
    (thrown,) = seat.gateway.home.glob(f"trash/*{seat.name}*/work/secret.txt")
    assert thrown.read_text() == "secret\n"


@scenario
def a_worktree_is_shown_merged_and_let_go(seat: Seat) -> None:
    shop = seat.gateway.home.parent / "shop"
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say("TOOL Bash: echo cake 9 >> prices.txt\nSAY m1")
    assert answered(seat, 1) == ["m1"]
    sees(seat, "shop · carrel/", " · ±1 · ")
    seat.say("/project")
    sees(seat, "works on the project shop, in a copy of its own", "The rule for")
    seat.say("/diff")
    sees(seat, "+cake 9")
    seat.say("/files")
    sees(seat, "prices.txt")
    seat.say("/run greet Mia")
    assert answered(seat, 2)[1] == "hello Mia", "a command of the project's own"
    seat.say("/worktree")
    sees(seat, "1 changed")
    assert "Merge" not in seat.labels(), "what is not committed cannot be merged"
    seat.say("TOOL Bash: git commit -qam cake\nSAY m2")
    answered(seat, 3)
    seat.say("/worktree")
    sees(seat, "1 ahead of main")
    assert (shop / "prices.txt").read_text() == "bread 3\n"
    seat.press("Merge")
    sees(seat, "merged into main")
    assert (shop / "prices.txt").read_text() == "bread 3\ncake 9\n"
    seat.say("/worktree discard")
    sees(seat, "in the trash")


@scenario
def what_is_allowed_for_good_is_not_asked_again_and_can_be_taken_back(seat: Seat) -> None:
    """spec: 8.11"""
    seat.say("TOOL Bash: touch a b\nSAY m1")
    seat.press("Allow")
    answered(seat, 1)
    seat.say("TOOL Bash: mkdir one\nTOOL Bash: mkdir two\nSAY m2")
    seat.press("Always: mkdir *")
    assert answered(seat, 2)[1] == "m2", "the second was not asked"
    restart(seat)
    seat.say("TOOL Bash: mkdir three\nTOOL Bash: mkdir four; touch out.txt\nSAY m3")
    seat.press("Deny")
    answered(seat, 3)
    assert (work(seat) / "three").is_dir(), "it holds after a restart"
    assert not (work(seat) / "four").exists()
    seat.say("/grants")
    sees(seat, "mkdir *", "for good")
    seat.press("Revoke mkdir *")
    sees(seat, "it is asked again")
    seat.say("TOOL Bash: mkdir five")
    offered(seat, "Always: mkdir *")
    seat.press("Deny")
    answered(seat, 4)


@scenario
def the_mode_is_the_session_s_own(seat: Seat) -> None:
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say("TOOL Bash: echo unasked > done.txt\nSAY done")
    assert answered(seat, 1) == ["done"]
    restart(seat)
    seat.say("TOOL Bash: echo again > done.txt\nSAY again")
    assert answered(seat, 2)[1] == "again", "it holds after a restart"
    seat.say("/mode default")
    sees(seat, "The mode is ask", "the default")
    seat.say("TOOL Bash: touch asked.txt")
    seat.press("Deny")
    answered(seat, 3)
    assert not (work(seat) / "asked.txt").exists()

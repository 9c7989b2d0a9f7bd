from __future__ import annotations

import pytest

from carrel.core.model import Verdict
from carrel.engines.claude.bridge import parts


class Context:
    def __init__(self, call="c"):
        self.tool_use_id = call


async def offer(_file):
    return "Sent."


async def deny(_tool, _arguments, _call):
    return Verdict("deny", "no")


async def allow(_tool, _arguments, _call):
    return Verdict("allow")


@pytest.mark.parametrize(("may", "behavior"), [(allow, "allow"), (deny, "deny")])
async def test_a_decision_is_passed_without_suggestions(space, may, behavior):
    asked = parts(None, space, may, offer)["can_use_tool"]
    answer = await asked("Bash", {"command": "ls"}, Context())
    assert answer.behavior == behavior
    assert getattr(answer, "updated_permissions", None) is None


async def test_answers_go_back_with_the_questions(space):
    questions = {"questions": [{"question": "Which?"}, {"question": "Who?"}], "metadata": 1}

    async def may(_tool, _arguments, call):
        return Verdict("allow", answers=((call,), ("Ada", "Bob")))

    asked = parts(None, space, may, offer)["can_use_tool"]
    answer = await asked("AskUserQuestion", questions, Context("c1"))
    assert answer.updated_input == {**questions, "answers": {"Which?": "c1", "Who?": "Ada, Bob"}}


async def test_a_plan_is_accepted_with_the_mode_to_go_on_with(space):
    async def may(_tool, _arguments, _call):
        return Verdict("allow", mode="edit")

    asked = parts(None, space, may, offer)["can_use_tool"]
    (update,) = (await asked("ExitPlanMode", {}, Context())).updated_permissions
    assert (update.type, update.mode, update.destination) == ("setMode", "acceptEdits", "session")


async def test_the_guard_blocks_and_has_no_opinion_otherwise(space):
    matcher = parts(None, space, allow, offer)["hooks"]["PreToolUse"][0]
    assert matcher.on_failure == "block"
    (guard,) = matcher.hooks
    free = await guard({"tool_name": "Read", "tool_input": {"file_path": "a"}}, None, None)
    held = await guard({"tool_name": "Read", "tool_input": {"file_path": "/etc"}}, None, None)
    assert free == {}
    assert held["hookSpecificOutput"]["permissionDecision"] == "deny"

from __future__ import annotations

import pytest

from carrel.engines.claude.bridge import parts


async def offer(_file):
    return "Sent."


async def deny(_tool, _arguments):
    return "deny", "no"


async def allow(_tool, _arguments):
    return "allow", ""


@pytest.mark.parametrize(("may", "behavior"), [(allow, "allow"), (deny, "deny")])
async def test_a_decision_is_passed_without_suggestions(space, may, behavior):
    asked = parts(None, space, may, offer)["can_use_tool"]
    answer = await asked("Bash", {"command": "ls"}, None)
    assert answer.behavior == behavior
    assert getattr(answer, "updated_permissions", None) is None


async def test_question_cards_are_turned_into_plain_text(space):
    answer = await parts(None, space, allow, offer)["can_use_tool"]("AskUserQuestion", {}, None)
    assert (answer.behavior, "plain text" in answer.message) == ("deny", True)


async def test_the_guard_blocks_and_has_no_opinion_otherwise(space):
    matcher = parts(None, space, allow, offer)["hooks"]["PreToolUse"][0]
    assert matcher.on_failure == "block"
    (guard,) = matcher.hooks
    free = await guard({"tool_name": "Read", "tool_input": {"file_path": "a"}}, None, None)
    held = await guard({"tool_name": "Read", "tool_input": {"file_path": "/etc"}}, None, None)
    assert free == {}
    assert held["hookSpecificOutput"]["permissionDecision"] == "deny"

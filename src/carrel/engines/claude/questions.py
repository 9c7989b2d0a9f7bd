"""The CLI's questions, and their answers as it takes them: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from carrel.core.approvals import visible
from carrel.core.model import Approval, Option, Question

ASKS = "AskUserQuestion"
PLANS = "ExitPlanMode"
MOST = 10
"""Questions, and options of each. The CLI's own limits are four."""


def read(arguments: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions of a call; what is no question is left out."""
    found = arguments.get("questions")
    listed = found[:MOST] if isinstance(found, list) else []
    return tuple(_question(one) for one in listed if isinstance(one, dict) and one.get("question"))


def completed(approval: Approval, arguments: Mapping[str, Any]) -> Approval:
    """The approval as the question or the plan that it is; any other as it was."""
    asked = read(arguments) if approval.tool == ASKS else ()
    if asked:
        return replace(approval, kind="question", questions=asked)
    if approval.tool == PLANS:
        return replace(approval, kind="plan", detail=visible(str(arguments.get("plan", ""))))
    return approval


def _question(one: Mapping[str, Any]) -> Question:
    options = one.get("options")
    listed = options[:MOST] if isinstance(options, list) else []
    return Question(
        text=visible(str(one["question"])),
        options=tuple(_option(option) for option in listed if isinstance(option, dict)),
        many=one.get("multiSelect") is True,
    )


def _option(one: Mapping[str, Any]) -> Option:
    return Option(visible(str(one.get("label", ""))), visible(str(one.get("description", ""))))


def answered(arguments: Mapping[str, Any], answers: tuple[tuple[str, ...], ...]) -> dict[str, Any]:
    """The arguments with the answers, each under the text of its question."""
    asked = [one for one in arguments["questions"] if isinstance(one, dict) and one.get("question")]
    given = {
        str(one["question"]): ", ".join(answer) for one, answer in zip(asked, answers, strict=False)
    }
    return {**arguments, "answers": given}

from __future__ import annotations

import pytest
from claude_agent_sdk.types import ResultMessage

from carrel.core.model import Usage
from carrel.engines.claude.endings import Ending, Rejection, ending, usage
from carrel.engines.claude.login import Login


def result(*, subtype="success", is_error=False, **more):
    return ResultMessage(subtype, 1500, 1, is_error, 1, "s", **more)


@pytest.mark.parametrize(
    ("message", "rejected", "expected"),
    [
        (result(result=" hi "), None, Ending("done", "hi")),
        (
            result(is_error=True, terminal_reason="aborted_streaming"),
            None,
            Ending("stopped", "so far"),
        ),
        (
            result(is_error=True, api_error_status=429, result="no"),
            Rejection(9.0),
            Ending("limit", "The usage limit is reached.", 9.0),
        ),
        (
            result(is_error=True, api_error_status=429, result="You hit your limit"),
            None,
            Ending("limit", "The usage limit is reached."),
        ),
        (
            result(is_error=True, api_error_status=529, result="API Error: 529"),
            None,
            Ending("failed", "API Error: 529"),
        ),
        (
            result(is_error=True, subtype="error_max_turns"),
            None,
            Ending("failed", "The engine stopped at its limit of steps."),
        ),
        (
            result(is_error=True, subtype="error_during_execution", errors=["a", "b"]),
            None,
            Ending("failed", "a; b"),
        ),
    ],
)
def test_why_a_turn_ended(message, rejected, expected):
    assert ending(message, rejected, Login("api_key"), "so far") == expected


def test_a_refused_login_names_the_mend():
    end = ending(result(is_error=True, api_error_status=401), None, Login("cli"), "")
    assert "/login" in end.text


def test_usage_counts_everything_that_went_in():
    counted = {"input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": 5}
    models = {"m": {"contextWindow": 1000, "outputTokens": 5}}
    found = usage(result(usage=counted, model_usage=models), 0.25, counted)
    assert found == Usage(1.5, 100, 5, 0.25, 0.1, "m")
    assert usage(result(), 0.0, {}).context is None

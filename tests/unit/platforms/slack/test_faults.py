"""Slack's words for what went wrong, in Carrel's."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from slack_sdk.errors import SlackApiError

from carrel.core.errors import ConfigError, Unavailable
from carrel.platforms.slack.faults import (
    BadToken,
    Forbidden,
    Unchanged,
    Unknown,
    of_request,
    of_token,
)
from carrel.ports.platform import Refusal, RetryAfter


def told(status: int = 200, headers: dict | None = None, data: object = None) -> Exception:
    answer = SimpleNamespace(status_code=status, headers=headers or {}, data=data)
    return of_request(SlackApiError("no", answer))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("invalid_auth", BadToken),
        ("token_expired", BadToken),
        ("not_in_channel", Forbidden),
        ("is_archived", Forbidden),
        ("missing_scope", Forbidden),
        ("already_reacted", Unchanged),
        ("message_not_found", Unknown),
        ("msg_too_long", Refusal),
        ("internal_error", Unavailable),
    ],
)
def test_a_word_has_a_meaning(name: str, kind: type) -> None:
    assert type(told(data={"error": name})) is kind


@pytest.mark.parametrize(
    ("headers", "seconds"), [({"Retry-After": "7"}, 7), ({}, 30), ({"retry-after": "x"}, 30)]
)
def test_a_pause_is_as_long_as_slack_says(headers: dict, seconds: int) -> None:
    assert told(429, headers, {}).seconds == seconds
    assert isinstance(told(200, headers, {"error": "ratelimited"}), RetryAfter)


@pytest.mark.parametrize("data", [{}, "", b"", None, "<html>"])
def test_what_is_no_answer_is_unknown(data: object) -> None:
    assert type(told(502, data=data)) is Unavailable


def test_details_are_told() -> None:
    data = {"error": "invalid_blocks", "response_metadata": {"messages": ["too long"]}}
    assert "too long" in str(told(data=data))


def test_what_is_not_the_networks_passes() -> None:
    assert isinstance(of_request(KeyError("x")), KeyError)
    assert type(of_request(TimeoutError())) is Unavailable


def test_a_token_is_mended_by_its_owner_or_by_time() -> None:
    error = BadToken("No.")
    assert isinstance(of_token(error, renewable=False), ConfigError)
    assert isinstance(of_token(error, renewable=True), Unavailable)

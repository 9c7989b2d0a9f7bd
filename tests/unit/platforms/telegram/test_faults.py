"""Each of Telegram's sentences means one thing to whoever asked."""

from __future__ import annotations

import httpx
import pytest
from telegram import error as theirs

from carrel.core.errors import ConfigError, Unavailable
from carrel.platforms.telegram import faults
from carrel.ports.platform import NotSent, Refusal, RetryAfter, Vanished


def caused(cause: Exception) -> theirs.NetworkError:
    made = theirs.NetworkError("httpx")
    made.__cause__ = cause
    return made


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (theirs.RetryAfter(7), RetryAfter),
        (theirs.ChatMigrated(-100), faults.Moved),
        (theirs.Forbidden("Forbidden: bot was blocked by the user"), faults.Forbidden),
        (theirs.Conflict("Conflict: terminated"), faults.Contested),
        (theirs.InvalidToken(), faults.BadToken),
        (theirs.BadRequest("Message is not modified: message is not modified"), faults.Unchanged),
        (theirs.BadRequest("TOPIC_NOT_MODIFIED"), faults.Unchanged),
        (theirs.BadRequest("Message to edit not found"), faults.Unknown),
        (theirs.BadRequest("Message can't be deleted"), faults.Unknown),
        (theirs.BadRequest("Message thread not found"), Vanished),
        (theirs.BadRequest("Chat not found"), Vanished),
        (theirs.BadRequest("TOPIC_CLOSED"), faults.Forbidden),
        (
            theirs.BadRequest("Not enough rights to send text"),
            faults.Forbidden,
        ),
        (theirs.BadRequest("Can't parse entities: unsupported start tag"), faults.BadMarkup),
        (theirs.BadRequest("BUTTON_DATA_INVALID"), Refusal),
        (theirs.NetworkError("Request Entity Too Large"), Refusal),
        (theirs.NetworkError("Bad Gateway"), Unavailable),
        (theirs.TimedOut(), Unavailable),
        (caused(httpx.ReadError("cut")), Unavailable),
        (caused(httpx.ConnectError("away")), NotSent),
        (RuntimeError("closed"), Unavailable),
    ],
)
def test_what_an_error_means(error: Exception, meaning: type[Exception]) -> None:
    assert type(faults.of_request(error)) is meaning


def test_a_pause_is_as_long_as_was_asked() -> None:
    assert faults.of_request(theirs.RetryAfter(7)).seconds == 7


def test_a_bug_stays_one() -> None:
    bug = KeyError("x")
    assert faults.of_request(bug) is bug


def test_a_bad_token_is_the_operator_s_unless_another_may_come() -> None:
    error = faults.BadToken("No.")
    assert isinstance(faults.of_token(error, renewable=False), ConfigError)
    assert isinstance(faults.of_token(error, renewable=True), Unavailable)

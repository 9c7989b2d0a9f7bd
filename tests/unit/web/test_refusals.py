from __future__ import annotations

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from carrel.core.errors import ConfigError, Full, Refused, Unavailable
from carrel.platforms.console import TooLarge
from carrel.web import refusals
from carrel.web.fragments import environment


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("x"), 400),
        (ConfigError("x"), 409),
        (TooLarge("x"), 413),
        (Full("x"), 507),
        (Unavailable("x"), 503),
        (HTTPException(404), 404),
        (OSError(28, "x"), 507),
        (OSError(5, "x"), 500),
        (RuntimeError("secret"), 500),
    ],
)
def test_every_error_has_a_status_and_a_sentence(error: Exception, status: int) -> None:
    """spec: 8.5."""
    got, sentence = refusals.plain(error)
    assert got == status
    assert sentence
    assert "secret" not in sentence


def request(*headers: tuple[bytes, bytes]) -> Request:
    return Request({"type": "http", "headers": headers})


def test_a_script_gets_a_line_and_a_person_a_page() -> None:
    env = environment()
    line = refusals.page(env, request((b"hx-request", b"true")), 400, "<b>")
    page = refusals.page(env, request(), 400, "<b>")
    assert line.body == b"<p>&lt;b&gt;</p>"
    assert b"&lt;b&gt;" in page.body
    assert b"<!doctype html>" in page.body
    assert page.headers["Content-Security-Policy"] == refusals.HEADERS["Content-Security-Policy"]


def test_a_program_gets_json() -> None:
    assert refusals.json(400, "no").body == b'{"error":"no"}'

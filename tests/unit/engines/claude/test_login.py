from __future__ import annotations

import pytest

from carrel.engines.claude.login import Login, find_login


def test_an_api_key_wins(tmp_path):
    environ = {"ANTHROPIC_API_KEY": "sk-1", "CLAUDE_CODE_OAUTH_TOKEN": "tok"}
    assert find_login(environ, tmp_path) == Login("api_key", "sk-1")


def test_a_token_is_next(tmp_path):
    assert find_login({"CLAUDE_CODE_OAUTH_TOKEN": "tok"}, tmp_path) == Login("oauth_token", "tok")


def test_then_the_credential_file(tmp_path):
    file = tmp_path / ".claude" / ".credentials.json"
    file.parent.mkdir()
    assert find_login({}, tmp_path) == Login()
    file.write_text("{}")
    assert find_login({}, tmp_path) == Login("cli", file=file)


def test_no_secret_shows():
    assert "sk-1" not in repr(Login("api_key", "sk-1"))


@pytest.mark.parametrize(
    ("kind", "word"),
    [("none", "/login"), ("cli", "/login"), ("api_key", "API_KEY"), ("oauth_token", "setup-token")],
)
def test_every_login_has_its_mend(kind, word):
    assert word in Login(kind).mend

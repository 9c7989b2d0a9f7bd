"""`[slack]`."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from carrel.platforms.slack.settings import PUBLIC, Slack


def test_addresses_have_a_scheme() -> None:
    assert Slack().address == PUBLIC
    assert Slack(base_url="http://host/api/").address == "http://host/api"
    with pytest.raises(ValidationError, match="with its scheme"):
        Slack(base_url="host/api")


def test_either_token_may_be_renewed() -> None:
    assert not Slack().renewable
    assert Slack(token_command="op read x").renewable
    assert Slack(app_token_file="app.token").renewable

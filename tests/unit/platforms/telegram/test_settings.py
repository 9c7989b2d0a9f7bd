from __future__ import annotations

import pytest
from pydantic import ValidationError

from carrel.platforms.telegram.settings import PUBLIC, Telegram


def test_without_an_address_it_is_telegram_s_own() -> None:
    assert Telegram().address == PUBLIC
    assert Telegram(base_url="http://localhost:8081/").address == "http://localhost:8081"


def test_an_address_has_a_scheme() -> None:
    with pytest.raises(ValidationError, match="scheme"):
        Telegram(base_url="localhost:8081")

from __future__ import annotations

import platform

import pytest

from carrel.core.errors import ConfigError, Refused
from carrel.setting_up import machine
from carrel.workspaces import walls


def test_python_is_named() -> None:
    assert machine.python().said == platform.python_version()


@pytest.mark.parametrize(("fault", "well"), [(None, True), (Refused("apt install it"), False)])
async def test_walls_stand_or_say_the_mend(monkeypatch, fault, well) -> None:
    async def check(_self: object) -> None:
        if fault is not None:
            raise fault

    monkeypatch.setattr(walls.Walls, "check", check)
    found = await machine.walls()
    assert (found.well, found.mend) == (well, "" if well else "apt install it")


def test_a_login_is_found_or_the_mend_is_said(tmp_path) -> None:
    none = machine.login({"HOME": str(tmp_path)})
    assert (none.well, none.said) == (False, "no login")
    assert none.mend
    assert machine.login({"HOME": str(tmp_path), machine.KEY: "sk-test-0123"}).well


@pytest.mark.parametrize("key", ["", "two words", "sk-\u200btest", "sk-tést", "a\nb"])
def test_what_no_line_can_hold_is_no_key(key) -> None:
    assert machine.api_key("sk-test") == "sk-test"
    with pytest.raises(ConfigError, match="no API key"):
        machine.api_key(key)

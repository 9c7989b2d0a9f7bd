from __future__ import annotations

from pathlib import Path

import pytest

from carrel.core.errors import ConfigError
from carrel.testing.clock import ManualClock
from carrel.web.login import COOKIE_DAYS, ConsoleLogin, Locked, console_key


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def login(clock: ManualClock) -> ConsoleLogin:
    return ConsoleLogin(b"k" * 32, clock)


def test_a_code_opens_once(login: ConsoleLogin) -> None:
    """spec: 5.5."""
    code = login.mint()
    assert login.knows(login.redeem(code))
    assert login.redeem(code) is None


async def test_a_code_grows_old(login: ConsoleLogin, clock: ManualClock) -> None:
    code = login.mint()
    await clock.advance(601)
    assert login.redeem(code) is None


def test_codes_are_kept_as_hashes_and_few(login: ConsoleLogin) -> None:
    codes = [login.mint() for _ in range(40)]
    assert len(login._codes) == 16
    assert not set(codes) & set(login._codes)
    assert login.redeem(codes[-1]) is not None
    assert login.redeem(codes[0]) is None


async def test_ten_wrong_codes_lock_the_door_for_five_minutes(
    login: ConsoleLogin, clock: ManualClock
) -> None:
    """D6."""
    cookie = login.redeem(login.mint())
    for _ in range(10):
        assert login.redeem("wrong") is None
    with pytest.raises(Locked):
        login.redeem("wrong")
    assert login.knows(cookie)
    await clock.advance(299)
    with pytest.raises(Locked):
        login.redeem("wrong")
    await clock.advance(2)
    assert login.redeem("wrong") is None


def test_a_good_code_opens_a_locked_door_too(login: ConsoleLogin) -> None:
    """D6."""
    for _ in range(10):
        login.redeem("wrong")
    code = login.mint()
    assert login.redeem(code) is not None
    with pytest.raises(Locked):
        login.redeem(code)


async def test_ten_wrong_codes_in_a_long_time_lock_nothing(
    login: ConsoleLogin, clock: ManualClock
) -> None:
    for _ in range(30):
        assert login.redeem("wrong") is None
        await clock.advance(10)


@pytest.mark.parametrize("cookie", ["", ".", "x.y.z", "1.2.3", "é.é", "99999999999.aa." + "0" * 64])
def test_a_made_up_cookie_is_not_known(login: ConsoleLogin, cookie: str) -> None:
    """spec: 5.5."""
    assert not login.knows(cookie)


def test_a_changed_cookie_is_not_known(login: ConsoleLogin) -> None:
    issued, _, rest = login.redeem(login.mint()).partition(".")
    assert not login.knows(f"{int(issued) + 1}.{rest}")


def test_another_key_knows_no_cookie(login: ConsoleLogin, clock: ManualClock) -> None:
    assert not ConsoleLogin(b"x" * 32, clock).knows(login.redeem(login.mint()))


async def test_a_cookie_grows_old(login: ConsoleLogin, clock: ManualClock) -> None:
    cookie = login.redeem(login.mint())
    await clock.advance(COOKIE_DAYS * 86_400 + 1)
    assert not login.knows(cookie)


def test_the_key_survives_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "console.key"
    key = console_key(path)
    assert console_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "console.key"
    console_key(path)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        console_key(path)


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "console.key"
    console_key(path)
    path.write_bytes(b"short")
    with pytest.raises(ConfigError, match="damaged"):
        console_key(path)


def test_a_key_without_a_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        console_key(tmp_path / "nowhere" / "console.key")

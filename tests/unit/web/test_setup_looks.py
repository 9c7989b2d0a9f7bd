"""What is kept in memory between two pages: not for long, not for others, not without end."""

from __future__ import annotations

from tests.unit.web.town import GOOD, SECRET

from carrel.ports.guide import Survey
from carrel.setting_up.draft import Network
from carrel.testing.clock import ManualClock
from carrel.web.setup_looks import LIFE, MOST, Looks, Seen


def seen(bot: str = "bot") -> Seen:
    return Seen("discord", "Discord", Network("discord", None, None, None, Survey(bot)))


async def test_it_is_kept_for_half_an_hour_and_each_change_counts_anew() -> None:
    clock = ManualClock()
    looks = Looks(clock)
    handle = looks.keep(seen())
    await clock.advance(LIFE - 1)
    assert looks.of(handle, "discord").survey.bot == "bot"
    looks.renew(handle, seen("other"))
    await clock.advance(LIFE - 1)
    assert looks.of(handle, "discord").survey.bot == "other"
    await clock.advance(1)
    assert looks.of(handle, "discord") is None


def test_nobody_guesses_it_and_no_other_network_has_it() -> None:
    looks = Looks(ManualClock())
    one, other = looks.keep(seen()), looks.keep(seen())
    assert one != other
    assert len(one) >= 32
    assert looks.of(one, "slack") is None
    assert looks.of("", "discord") is None


def test_some_are_kept_and_the_oldest_goes() -> None:
    looks = Looks(ManualClock())
    handles = [looks.keep(seen()) for _ in range(MOST + 1)]
    kept = [handle for handle in handles if looks.of(handle, "discord")]
    assert kept == handles[1:]


def test_no_secret_is_told_by_what_is_kept() -> None:
    assert GOOD not in repr(Seen("discord", "Discord", None, {SECRET: GOOD}))


def test_the_console_shows_nobody_and_nothing() -> None:
    assert Seen("console", "The console").survey == Survey("The console")

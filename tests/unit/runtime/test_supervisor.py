"""What must run for ever runs again after a failure, alone and within a budget.

spec: 7.2
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from carrel.core.errors import ConfigError, Unavailable
from carrel.runtime.supervisor import BUDGET, LONGEST_WAIT, Supervisor
from carrel.testing.clock import ManualClock, settle


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as lines:
        yield lines


class Platform:
    """Runs for `lasts` seconds, then raises; notes when it was started."""

    def __init__(self, clock: ManualClock, error: BaseException | None, lasts: float = 0) -> None:
        self.clock, self.error, self.lasts = clock, error, lasts
        self.starts: list[float] = []

    async def run(self) -> None:
        self.starts.append(self.clock.now())
        await self.clock.sleep(self.lasts)
        if self.error is not None:
            raise self.error

    @property
    def waits(self) -> list[float]:
        return [b - a - self.lasts for a, b in zip(self.starts, self.starts[1:], strict=False)]


async def test_a_failure_is_started_again_after_growing_waits() -> None:
    """spec: 7.2"""
    clock = ManualClock()
    supervisor, broken = Supervisor(clock), Platform(clock, Unavailable("gone"))
    supervisor.keep("chat", broken.run)
    for _ in range(400):
        await clock.advance(1)
    assert broken.waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    await supervisor.close()


async def test_the_state_says_how_it_is_and_why() -> None:
    clock = ManualClock()
    supervisor, broken = Supervisor(clock), Platform(clock, Unavailable("gone"), lasts=5)
    supervisor.keep("chat", broken.run)
    assert supervisor.states == {"chat": ("up", "")}
    await settle()
    await clock.advance(5)
    assert supervisor.states == {"chat": ("retrying", "gone")}
    await clock.advance(1)
    assert supervisor.states == {"chat": ("up", "gone")}
    await supervisor.close()


async def test_too_many_failures_and_it_stays_down(logs) -> None:
    """spec: 7.2"""
    clock = ManualClock()
    supervisor, broken = Supervisor(clock), Platform(clock, RuntimeError("gone"))
    supervisor.keep("chat", broken.run)
    for _ in range(BUDGET + 5):
        await clock.advance(LONGEST_WAIT)
    assert len(broken.starts) == BUDGET
    assert supervisor.states == {"chat": ("down", "gone")}
    assert logs[-1]["event"] == "stays down"


async def test_the_world_may_be_away_for_as_long_as_it_likes_and_it_is_said_once(logs) -> None:
    """spec: 7.2"""
    clock = ManualClock()
    supervisor, broken = Supervisor(clock), Platform(clock, Unavailable("gone"))
    supervisor.keep("chat", broken.run)
    for _ in range(3 * BUDGET):
        await clock.advance(LONGEST_WAIT)
    assert len(broken.starts) > 2 * BUDGET
    assert supervisor.states["chat"] in (("up", "gone"), ("retrying", "gone"))
    assert [line["event"] for line in logs] == ["not to be had, tried again"]
    broken.error = Unavailable("gone elsewhere")
    await clock.advance(LONGEST_WAIT)
    assert len(logs) == 2
    await supervisor.close()


async def test_failures_far_apart_do_not_add_up() -> None:
    clock = ManualClock()
    supervisor, flaky = Supervisor(clock), Platform(clock, Unavailable("gone"), lasts=120)
    supervisor.keep("chat", flaky.run)
    for _ in range(200):
        await clock.advance(30)
    assert len(flaky.starts) > BUDGET
    assert set(flaky.waits) == {1.0}
    assert supervisor.states["chat"][0] != "down"
    await supervisor.close()


async def test_what_the_operator_must_mend_is_not_tried_again() -> None:
    clock = ManualClock()
    supervisor, wrong = Supervisor(clock), Platform(clock, ConfigError("Set the token."))
    supervisor.keep("chat", wrong.run)
    await settle()
    await clock.advance(3600)
    assert len(wrong.starts) == 1
    assert supervisor.states == {"chat": ("down", "Set the token.")}


async def test_the_others_go_on() -> None:
    """spec: 7.2"""
    clock = ManualClock()
    supervisor = Supervisor(clock)
    broken = Platform(clock, RuntimeError("bug"))
    wrong = Platform(clock, ConfigError("Set the token."))
    good = Platform(clock, None, lasts=1e9)
    for name, platform in (("broken", broken), ("wrong", wrong), ("good", good)):
        supervisor.keep(name, platform.run)
    for _ in range(50):
        await clock.advance(60)
    assert len(good.starts) == 1
    assert {name: state for name, (state, _) in supervisor.states.items()} == {
        "broken": "down",
        "wrong": "down",
        "good": "up",
    }
    await supervisor.close()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (None, "it ended by itself"),
        (asyncio.CancelledError(), "it was cancelled from within"),
        (ExceptionGroup("two", [RuntimeError("a"), RuntimeError("b")]), "two (2 sub-exceptions)"),
    ],
)
async def test_any_other_end_is_a_failure_too(error: BaseException | None, sentence: str) -> None:
    """A library that leaks a cancellation must not leave a platform deaf and called up."""
    clock = ManualClock()
    supervisor, odd = Supervisor(clock), Platform(clock, error)
    supervisor.keep("chat", odd.run)
    await settle()
    assert supervisor.states == {"chat": ("retrying", sentence)}
    await clock.advance(1)
    assert len(odd.starts) == 2
    await supervisor.close()


async def test_close_ends_everything_and_starts_nothing_again() -> None:
    """spec: 9.1"""
    clock = ManualClock()
    supervisor, good = Supervisor(clock), Platform(clock, None, lasts=1e9)
    broken = Platform(clock, Unavailable("gone"))
    supervisor.keep("good", good.run)
    supervisor.keep("broken", broken.run)
    await settle()
    await supervisor.close()
    await clock.advance(3600)
    assert len(good.starts) == len(broken.starts) == 1

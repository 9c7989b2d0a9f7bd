"""A monitor sees whether it is alive, whether it is ready, and figures that name nobody."""

from __future__ import annotations

import re
import stat
from dataclasses import replace

import pytest

from carrel.core.messages import Inbound, Notice, Outbound
from carrel.core.model import Conversation, Route, Sender, SessionKey, Usage
from carrel.ports.store import Spent
from carrel.web import figures
from carrel.web.app import console_app
from carrel.web.figures import Figures, metrics_key, monitor_routes
from carrel.web.status import PlatformInfo

KEY = "k" * 64
BEARER = {"authorization": f"Bearer {KEY}"}
LINE = re.compile(r'carrel_[a-z_]+(\{[a-z]+="[^"]*"\})? [0-9.e+-]+')


@pytest.fixture
def watched(house):
    watching = Figures(house.store, lambda: house.standing, lambda: 5_000_000, KEY)
    house.standing = house.status()
    house.pages = console_app(
        house.hub, house.store, house.status, house.login, None, house.clock, house.jobs,
        more=monitor_routes(watching),
    )  # fmt: skip
    return house


async def test_alive_and_ready_are_told_without_a_login_and_say_one_word(opening, watched) -> None:
    """spec: 18.8"""
    async with opening(watched.pages, known=False) as person:
        for path, word in (("/healthz", "ok\n"), ("/readyz", "ready\n")):
            answer = await person.client.get(path)
            assert (answer.status_code, answer.text) == (200, word)


async def test_a_platform_that_does_not_listen_is_not_ready_and_not_named(opening, watched) -> None:
    down = PlatformInfo("discord", "connecting", "no intent")
    watched.standing = replace(watched.standing, platforms=(down,))
    async with opening(watched.pages, known=False) as person:
        answer = await person.client.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "not ready\n")
        assert (await person.client.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer "}, {"authorization": f"Bearer {KEY}x"},
                {"authorization": "Bearer ké"}],
)  # fmt: skip
async def test_without_the_key_no_figure_is_told(opening, watched, headers) -> None:
    """spec: 18.8"""
    raw = {name: value.encode() for name, value in headers.items()}
    async with opening(watched.pages, known=False) as person:
        answer = await person.client.get("/metrics", headers=raw)
    assert answer.status_code == 401
    assert "carrel_" not in answer.text


async def test_the_figures_are_well_formed_bounded_and_name_nobody(opening, watched) -> None:
    """spec: 18.8"""
    async with opening(watched.pages, known=False) as person:
        before = (await person.client.get("/metrics", headers=BEARER)).text
        await with_canaries(watched.store)
        answer = await person.client.get("/metrics", headers=BEARER)
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    assert all(LINE.fullmatch(line) for line in lines), lines
    assert 'carrel_messages{state="queued"} 300' in lines
    assert "carrel_disk_free_bytes 5000000" in lines
    assert len(lines) <= len(before.splitlines()) + 5
    assert "canary" not in answer.text


async def test_there_are_figures_where_no_kernel_tells_of_memory(
    opening, watched, monkeypatch, tmp_path
) -> None:
    monkeypatch.setattr(figures, "STATM", tmp_path / "statm")
    async with opening(watched.pages, known=False) as person:
        answer = await person.client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert "carrel_resident_bytes 0" in answer.text
    assert re.search(r"carrel_open_files [1-9]", answer.text)


async def with_canaries(store) -> None:
    """Three hundred conversations, each with its own names and words."""
    for number in range(300):
        name = f"canary{number}"
        key = SessionKey(f"discord:{name}")
        route = Route(key, "scripted", "private", "ask", "queue", "all")
        there = Conversation("discord", name)
        ann = Sender("discord", name, name)
        await store.accept(Inbound("discord:me", name, there, ann, name), route, 1.0, command=False)
        await store.say((Outbound(name, there, Notice(name)),), 1.0)


async def test_tokens_are_told_to_the_last_one_and_since_the_day_of_the_budgets(
    opening, watched, monkeypatch
) -> None:
    asked = []

    async def spent(key: object, since: float) -> Spent:
        asked.append((key, since))
        return Spent(1, Usage(input_tokens=123_456_789, output_tokens=7))

    monkeypatch.setattr(watched.store, "spent", spent)
    watched.standing = replace(watched.standing, day_began=54_000.0)
    async with opening(watched.pages, known=False) as person:
        lines = (await person.client.get("/metrics", headers=BEARER)).text.splitlines()
    assert 'carrel_tokens_today{way="in"} 123456789' in lines
    assert asked == [(None, 54_000.0)]


async def test_another_host_name_is_told_nothing(opening, watched) -> None:
    """spec: 5.5"""
    async with opening(watched.pages, known=False) as person:
        answer = await person.client.get("/healthz", headers={"host": "evil.example:4711"})
    assert answer.status_code == 403


def test_the_key_is_private_and_stays_the_same(tmp_path) -> None:
    file = tmp_path / "metrics.key"
    file.write_text("an older one")
    file.chmod(0o644)
    first = metrics_key(file, b"k" * 32)
    assert metrics_key(file, b"k" * 32) == first == file.read_text()
    assert metrics_key(file, b"l" * 32) != first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

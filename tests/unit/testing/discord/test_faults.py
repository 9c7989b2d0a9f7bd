from __future__ import annotations

import pytest

from carrel.testing.discord.building import Builder
from carrel.testing.discord.faults import Faults
from carrel.testing.discord.gateway.hub import Hub


@pytest.fixture
def faults() -> Faults:
    world = Builder()
    return Faults(world, Hub(world).faults)


def test_a_star_is_one_part_and_two_are_any(faults: Faults) -> None:
    faults.rest("POST", "/channels/*/messages", status=502, times=9)
    faults.drop("*", "/guilds/**", times=9)

    def struck(method: str, path: str) -> bool:
        return faults.strike(method, path, after_commit=False) is not None

    assert struck("POST", "/channels/1/messages")
    assert not struck("GET", "/channels/1/messages")
    assert not struck("POST", "/channels/1/2/messages")
    assert not struck("POST", "/channels/1/messages/2")
    assert struck("PATCH", "/guilds/1/members/2")


def test_a_fault_strikes_so_often_and_at_its_moment(faults: Faults) -> None:
    faults.drop_after_commit("POST", "/x", times=2)
    assert faults.strike("POST", "/x", after_commit=False) is None
    assert faults.strike("POST", "/x", after_commit=True)
    assert faults.strike("POST", "/x", after_commit=True)
    assert faults.strike("POST", "/x", after_commit=True) is None


def test_clearing_ends_all_faults(faults: Faults) -> None:
    gate = faults.hold("POST", "/x")
    faults.gateway.lose("MESSAGE_CREATE")
    faults.clear()
    assert gate.is_set()
    assert faults.strike("POST", "/x", after_commit=False) is None
    assert faults.gateway.strike("MESSAGE_CREATE") is None


def test_a_ban_by_cloudflare_has_no_via(faults: Faults) -> None:
    faults.rate_limit("GET", "/x", cloudflare=True)
    faults.rate_limit("GET", "/x", scope="global")
    banned = faults.strike("GET", "/x", after_commit=False)
    limited = faults.strike("GET", "/x", after_commit=False)
    assert banned
    assert limited
    assert "Via" not in banned.headers
    assert limited.headers["X-RateLimit-Global"] == "true"

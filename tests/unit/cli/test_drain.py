from __future__ import annotations

from unittest.mock import Mock

import pytest

from carrel.cli import drain
from carrel.core.errors import Unavailable
from carrel.runtime.lock import HomeLock

AWAY = Unavailable("No gateway runs.")


@pytest.fixture(autouse=True)
def gateway(monkeypatch, tmp_path) -> Mock:
    found = Mock()
    monkeypatch.setattr(drain, "connect", lambda: found)
    monkeypatch.setattr(drain, "BETWEEN_LOOKS", 0.0)
    monkeypatch.setenv("CARREL_HOME", str(tmp_path))
    return found


def as_role(role: str) -> list[dict]:
    return [{"id": "one", "role": "leads"}, {"id": "two", "role": role}]


def test_another_host_is_looked_at_until_it_is_gone(gateway, capsys) -> None:
    gateway.post.return_value = {"host": "two", "here": False}
    gateway.get.side_effect = [as_role("leads"), AWAY, as_role("gone")]
    drain.command("two")
    gateway.post.assert_called_once_with("/hosts/drain", host="two")
    assert capsys.readouterr().out.splitlines() == ["two finishes its turns …", "two is drained."]


def test_a_gateway_here_that_stays_silent_is_an_error(gateway, monkeypatch) -> None:
    gateway.post.return_value = {"host": "two", "here": False}
    gateway.get.side_effect = AWAY
    monkeypatch.setattr(drain, "SILENT_FOR", 0.0)
    with pytest.raises(Unavailable):
        drain.command("two")


def test_this_host_has_ended_when_its_home_is_free(gateway, tmp_path) -> None:
    gateway.post.return_value = {"host": "one", "here": True}
    lock, looks = HomeLock(tmp_path), []
    lock.take()
    assert not drain_looks(lock, looks)
    drain.command("one")
    assert not gateway.get.called


def drain_looks(lock: HomeLock, looks: list[bool]) -> bool:
    """Whether it is free while it is held; then it is let go."""
    looks.append(lock.is_free())
    lock.free()
    return looks[0]

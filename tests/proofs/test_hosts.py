"""Faults strike the host that leads; those that stand by take over."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from proofs.chaos import RUNS, Order, Result
from proofs.hosts import Hosts, taken_over
from proofs.processes import GatewayProcess, Identity


class Played(GatewayProcess):
    """Runs nothing; remembers what was done to it."""

    def __init__(self, name: str, *led: float) -> None:
        super().__init__(Path(name), "", led=[*led])
        self.done: list[str] = []
        self.there = True

    @property
    def alive(self) -> bool:
        return self.there

    @property
    def frozen(self) -> bool:
        return self.done[-1:] == ["freeze 6"]

    def start(self) -> None:
        self.there = True

    def kill(self) -> None:
        self.there = False
        self.done.append("kill")

    def stop(self) -> None:
        self.done.append("stop")

    def freeze(self, seconds: float) -> None:
        self.done.append(f"freeze {seconds:g}")

    def look(self) -> tuple[Identity, ...]:
        return self.below

    def cut_off(self, seconds: float, agents: Sequence[Identity]) -> None:
        self.done.append(f"cut {seconds:g} {len(agents)}")


@pytest.fixture
def three() -> list[Played]:
    return [Played("a", 1.0), Played("b", 2.0), Played("c")]


def test_who_led_last_leads_while_it_is_alive(three: list[Played]) -> None:
    first, second, third = three
    hosts = Hosts([*three])
    assert hosts.leader is second
    second.there = False
    assert hosts.leader is first
    first.there = False
    assert hosts.leader is third


def test_faults_strike_the_leader(three: list[Played]) -> None:
    hosts = Hosts([*three])
    hosts.freeze(6)
    hosts.freeze(7)
    hosts.stop()
    hosts.freeze(1)
    hosts.kill()
    assert [one.done for one in three] == [[], ["freeze 6", "stop", "freeze 1", "kill"], []]
    assert len(hosts.falls) == 3, "a short freeze is none, and whoever is frozen stays so"


def test_with_the_leader_all_agents_are_cut_off(three: list[Played]) -> None:
    for one in three:
        one.below = (Identity(1, "2"), Identity(3, "4"))
    hosts = Hosts([*three])
    hosts.cut(6)
    assert [one.done for one in three] == [[], ["cut 6 6"], []]
    assert len(hosts.falls) == 1


def test_what_outlives_the_lease_of_who_was_cut_off_is_told(tmp_path: Path) -> None:
    begins_at = Path("/proc/self/stat").read_text().rpartition(") ")[2].split()[19]
    lives, gone = Identity(os.getpid(), begins_at, "carrel up"), Identity(os.getpid(), "0", "cli")
    host = GatewayProcess(tmp_path, "")
    host._outlived(6.0, (lives, gone))
    assert host.troubles == ["cut off for 6 s, it outlived its lease: carrel up"]


def test_one_that_stands_by_is_killed_and_never_the_leader(three: list[Played]) -> None:
    first, second, third = three
    hosts = Hosts([*three])
    for _ in range(3):
        hosts.kill_another()
    assert [one.done for one in three] == [["kill"], [], ["kill"]]
    hosts.start()
    assert first.there
    assert third.there
    assert hosts.falls == []
    assert hosts.leader is second


def test_a_single_gateway_is_not_looked_after() -> None:
    """Whatever ends it is a fault of it."""
    alone = Played("a", 1.0)
    alone.there = False
    Hosts([alone]).keep()
    assert not alone.there


def test_a_take_over_lasts_from_the_fall_until_one_leads() -> None:
    assert taken_over([10.0, 12.0, 30.0, 99.0], [1.0, 16.5, 31.0, 40.0]) == [6.5, 4.5, 1.0]


def test_the_last_line_names_the_hosts() -> None:
    line = Result(Order(seed=7, runs=10, hosts=3), messages=90, taken_over=6.2).line()
    assert line.startswith("chaos: 10 runs on discord with 3 hosts, 90 messages, lost 0, ")
    assert line.endswith("slowest take-over 6.2 s, seed 7")
    apart = Result(Order(seed=7, runs=10, hosts=2, mirror=True), apart=True).line()
    assert " on discord with 2 hosts in networks of their own and a mirror, 0 messages, " in apart
    alone = Result(Order(seed=7, runs=10)).line()
    assert alone.startswith("chaos: 10 runs on discord, 0 messages, ")
    assert alone.endswith("slowest ready 0.0 s, seed 7")


@pytest.mark.parametrize(
    ("hosts", "platform", "whole"),
    [(1, "telegram", True), (2, "discord", True), (2, "telegram", False)],
)
def test_figures_of_hosts_are_published_where_the_page_has_a_place(
    hosts: int, platform: str, *, whole: bool
) -> None:
    assert Order(1, RUNS, hosts=hosts, platform=platform).whole is whole
    assert not Order(1, RUNS - 1, hosts=hosts, platform=platform).whole


def test_a_host_stands_by_from_what_it_said_since_its_start(tmp_path: Path) -> None:
    host = GatewayProcess(tmp_path, "")
    assert not host.stands_by
    (tmp_path / "stderr.txt").write_text("a leads; this host stands by and takes over.")
    assert host.stands_by
    host._complained = 30
    assert not host.stands_by

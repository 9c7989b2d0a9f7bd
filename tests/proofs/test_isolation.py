"""Sessions that are kept apart on several hosts."""

from __future__ import annotations

from proofs.isolation import SESSIONS, Order, Result


def test_sessions_that_are_kept_apart_on_hosts_leave_few_to_the_one_that_leads() -> None:
    places = [Order(1, 8, hosts=hosts).places for hosts in (1, 2, 3, 4)]
    assert places == [[8], [1, 7], [2, 3, 3], [2, 2, 2, 2]]
    line = Result(Order(seed=7, sessions=10, hosts=3)).line()
    assert line.startswith("isolation: 10 sessions on console with 3 hosts, 0 pairs, ")
    sizes = [(hosts, where) for hosts in (1, 3) for where in ("console", "discord")]
    orders = [Order(1, SESSIONS, (), where, hosts) for hosts, where in sizes]
    assert [order.whole for order in orders] == [True, True, True, False]

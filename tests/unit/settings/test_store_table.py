"""Where the store is, and where the leader reaches this host."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from carrel.settings.store_table import StoreTable


@pytest.mark.parametrize("listen", ["10.0.0.2:7333", "[fd00::2]:7333", "host.example:0"])
def test_an_address_at_which_others_reach_this_host(listen) -> None:
    assert StoreTable(listen=listen).listen == listen


@pytest.mark.parametrize(
    ("listen", "why"),
    [
        ("7333", "address:port"),
        (":7333", "address:port"),
        ("host:", "address:port"),
        ("host:99999", "address:port"),
        ("0.0.0.0:7333", "the other hosts reach this one"),
        ("[::]:7333", "the other hosts reach this one"),
    ],
)
def test_what_no_other_host_can_reach_is_refused(listen, why) -> None:
    with pytest.raises(ValidationError, match=why):
        StoreTable(listen=listen)


def test_it_is_shared_where_rows_and_files_are() -> None:
    url = "postgresql://carrel:se%20cret@db/carrel"
    assert not StoreTable(url=url).is_shared
    assert StoreTable(url=url, folder="/srv/carrel").is_shared
    assert set(StoreTable(url=url).secrets) == {url, "se%20cret", "se cret"}

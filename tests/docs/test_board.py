"""The board and the page about figures ask for series that there are."""

from __future__ import annotations

import json
import re

from pages import ROOT

from carrel.core.model import Usage
from carrel.ports.store import Counts, Spent
from carrel.web.figures import Machine, _series
from carrel.web.status import StatusInfo

PAGES = ROOT / "docs" / "how-to"
NAME = re.compile(r"\bcarrel_[a-z_]+")


def series() -> set[str]:
    status = StatusInfo("1", 1, 0.0, 0, 0, 0)
    counts = Counts({}, {}, {})
    return {name for name, _, _ in _series(status, counts, Spent(0, Usage()), Machine(0, 0, 0))}


def test_the_board_asks_for_all_series_and_no_others() -> None:
    board = json.loads((PAGES / "grafana.json").read_text())
    asked = {name for panel in board["panels"] for t in panel["targets"]
             for name in NAME.findall(t["expr"])}  # fmt: skip
    assert asked == series() - {"carrel_info"}
    places = [tuple(panel["gridPos"][side] for side in "xy") for panel in board["panels"]]
    assert len(set(places)) == len(places)


def test_the_page_names_series_that_there_are() -> None:
    assert set(NAME.findall((PAGES / "watch-the-gateway.md").read_text())) <= series()

"""Figures get onto the page between their marks, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from proofs.__main__ import OWN, page_name
from proofs.published import PAGE, inserted, publish
from proofs.towns import TOWNS

TEXT = "before\n<!-- chaos -->\nold\n<!-- /chaos -->\nafter\n"


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    once = inserted(TEXT, "chaos", "new")
    assert once == "before\n<!-- chaos -->\n```text\nnew\n```\n<!-- /chaos -->\nafter\n"
    assert inserted(once, "chaos", "new") == once


@pytest.mark.parametrize("name", ["soak", "chao"])
def test_a_page_without_the_marks_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        inserted(TEXT, name, "new")


def test_the_day_and_the_time_it_took_stand_beside(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(TEXT)
    publish("chaos", "chaos: 100 runs", 540.0, page)
    assert "chaos: 100 runs\n2" in page.read_text()
    assert ", 9 min on " in page.read_text()


PROVEN = [
    ("soak", None),
    ("mutate", None),
    *OWN.items(),
    *((proof, town) for proof in OWN for town in TOWNS),
]


@pytest.mark.parametrize(("proof", "platform"), PROVEN)
def test_the_page_has_a_place_for_each(proof: str, platform: str | None) -> None:
    assert inserted(PAGE.read_text(), page_name(proof, platform), "x")


@pytest.mark.parametrize("proof", [*OWN])
def test_the_page_has_a_place_for_hosts(proof: str) -> None:
    name = page_name(proof, OWN[proof], together=True)
    assert name not in OWN
    assert inserted(PAGE.read_text(), name, "x")


def test_figures_of_another_network_take_no_ones_place() -> None:
    names = [page_name(proof, town) for proof in OWN for town in ("console", *TOWNS)]
    assert len(set(names)) == len(names)
    assert [page_name(*one) for one in OWN.items()] == [*OWN]

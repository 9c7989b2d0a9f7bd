"""Growth is what comes after the warm-up."""

from __future__ import annotations

import pytest
from proofs.fit import Sample, growth


def test_a_line_is_found_again() -> None:
    samples = [
        Sample(turns, 500.0 if turns < 200 else 80 + turns / 500, 40, 8, 100 * turns)
        for turns in range(0, 1001, 50)
    ]
    grown = growth(samples)
    assert grown.memory == pytest.approx(2.0)
    assert grown.store == pytest.approx(100)
    assert grown.descriptors == (40, 40)


def test_descriptors_count_from_the_warm_up_on() -> None:
    samples = [Sample(turns, 80, 30 + turns // 100, 8, 0) for turns in (0, 200, 1000)]
    assert growth(samples).descriptors == (32, 40)


def test_one_sample_is_no_line() -> None:
    with pytest.raises(ValueError, match="too few"):
        growth([Sample(100, 80, 30, 8, 0)])

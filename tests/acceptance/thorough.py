"""What `make test` has no time for, and who runs it all the same."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import pytest

THOROUGH = "THOROUGH"

thorough = pytest.mark.skipif(
    not os.environ.get(THOROUGH), reason=f"make test has 25 minutes; {THOROUGH}=1 runs it"
)


def spared(cases: Mapping[str, str], kept: Iterable[str]) -> list:
    """Every case by its name; those that are not `kept` run when there is time."""
    names = {*kept}
    assert names <= cases.keys()
    return [
        pytest.param(case, id=name, marks=() if name in names else thorough)
        for name, case in cases.items()
    ]

from __future__ import annotations

import pytest

from carrel.platforms.console import place
from carrel.web.desk_names import fresh_name, title


def test_a_fresh_name_is_a_conversation_and_reads_well() -> None:
    for _ in range(200):
        name = fresh_name()
        assert place(name).channel == name
        first, second = title(name).split(" ")
        assert first.istitle()
        assert name.startswith(f"{first.lower()}-{second}-")


@pytest.mark.parametrize("name", ["main", "red-desk", "a-b-c", "quiet-heron", "3f-heron-quiet"])
def test_a_name_that_a_person_chose_stays(name: str) -> None:
    assert title(name) == name

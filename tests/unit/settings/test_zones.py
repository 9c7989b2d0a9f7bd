from __future__ import annotations

import pytest

from carrel.settings.zones import zone


def test_a_zone_is_one_of_the_list() -> None:
    assert zone("Europe/Berlin") == "Europe/Berlin"
    for wrong in ("Mars/Olympus", "", "../etc/passwd"):
        with pytest.raises(ValueError, match="IANA"):
            zone(wrong)

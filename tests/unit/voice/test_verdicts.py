from __future__ import annotations

import pytest

from carrel.core.errors import Refused
from carrel.voice.verdicts import SILENT, spoken


def test_words_are_what_was_said() -> None:
    assert spoken(" Good morning.\n") == "Good morning."


@pytest.mark.parametrize("text", ["", " \n"])
def test_silence_is_told(text: str) -> None:
    with pytest.raises(Refused) as told:
        spoken(text)
    assert str(told.value) == SILENT == "Nothing was said in the voice message."

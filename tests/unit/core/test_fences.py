from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carrel.core.fences import fenced


@given(st.text(alphabet="`ab\n "))
def test_no_text_ends_its_own_fence(text: str) -> None:
    lines = fenced(text, "diff").split("\n")
    assert lines[0] == "```diff"
    assert lines[-1] == "```"
    assert not any("```" in line for line in lines[1:-1])
    assert "\n".join(lines[1:-1]).replace("\u200b", "") == text

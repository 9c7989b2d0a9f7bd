from __future__ import annotations

import pytest

from carrel.settings.front_matter import Unreadable, parse


def test_values_stay_texts_and_the_rest_is_the_body() -> None:
    found = parse("---\nat: 17:00\nenabled: no\nlist: [a, 'b c']\n---\n\nDo it.\n---\nAll.\n")
    assert found.values == {"at": "17:00", "enabled": "no", "list": ["a", "b c"]}
    assert found.lines == {"at": 2, "enabled": 3, "list": 4}
    assert found.body == "Do it.\n---\nAll."


def test_a_file_may_have_no_settings_or_no_body() -> None:
    assert parse("---\n---\nDo it.") == parse("\ufeff---\n# nothing\n---\nDo it.")
    assert parse("---\na: b\n---").body == ""


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("Do it.", 1, "begin with its settings"),
        ("---\na: b\nDo it.", 1, "begin with its settings"),
        ("---\na: b\n\nschedule: */5 * * * *\n---\n", 4, "needs quotes"),
        ("---\nat: @daily\n---\n", 2, "needs quotes"),
        ("---\na: b\nb: c\na: d\n---\n", 4, "a is said twice"),
        ("---\na: b\nc: {d: e}\n---\n", 3, "one value, or a list"),
        ("---\na: [[b]]\n---\n", 2, "one value, or a list"),
        ("---\n- a\n---\n", 2, "key: value"),
        ("---\na: \x00\n---\n", 1, "not YAML"),
    ],
)
def test_what_cannot_be_read_is_explained(text: str, line: int, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as raised:
        parse(text)
    assert raised.value.line == line


def test_no_object_is_ever_made() -> None:
    text = "---\na: !!python/object/apply:os.system ['true']\n---\n"
    assert parse(text).values == {"a": ["true"]}

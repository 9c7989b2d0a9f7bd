"""Tables as code blocks: aligned on a screen, no word lost, all else left alone."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.tables import _width, draw

WIDTHS = {"漢": 2, "😀": 2, "\u0301": 0, "\u200b": 0, "한": 2, "Ａ": 2}  # noqa: RUF001 - a wide A
DELIMITER = re.compile(r"[|:\- \t]*-[|:\- \t]*")
LEFT_SHARE = {":--": 0.0, "--:": 1.0, "---": 0.0, ":-:": 0.5}

WORDS = st.text("ab1漢😀한Ａ\u0301\u200b", min_size=1, max_size=5)
CELLS = st.lists(WORDS, max_size=3).map(" ".join)
"""Three such cells beside each other are a grid: at most a hundred columns."""
MARKED = st.builds(
    lambda word, form: form.format(word),
    st.text("abcxyz", min_size=1, max_size=5),
    st.sampled_from(["{}", "**{}**", "*{}*", "`{}`", "[{}](http://x)", "***{}***", "**`{}`**"]),
)
NOISE = st.text("|-:`~*[]()\\<>&;#ab \t\r\n", max_size=120)
LINES = st.one_of(
    NOISE,
    st.sampled_from(["| a | b |", "|---|:-:|", "a | b", "--|--", "- | x |", "> | a | b |"]),
    st.sampled_from(["> |---|---|", "```", "  ~~~~", "- ```py", "> ```", "", "text", "# head"]),
)
TEXTS = st.lists(LINES, max_size=14).map("\n".join)


def table(rows: list[list[str]], aligns: list[str]) -> str:
    header, *rest = [" | ".join(row) for row in rows]
    return "\n".join(f"| {row} |" for row in (header, " | ".join(aligns), *rest))


@st.composite
def tables(draw_from: st.DrawFn, cells: st.SearchStrategy[str] = CELLS) -> str:
    count = draw_from(st.integers(1, 3))
    row = st.lists(cells, min_size=count, max_size=count)
    aligns = st.lists(st.sampled_from(sorted(LEFT_SHARE)), min_size=count, max_size=count)
    return table(draw_from(st.lists(row, min_size=1, max_size=5)), draw_from(aligns))


def shown(text: str) -> list[str]:
    """The lines inside the one code block that `text` is."""
    mark, *lines, end = draw(text).split("\n")
    assert mark == end == "```"
    return lines


def screen(line: str) -> str:
    """`line` with a dot for each column that a character takes beside its first."""
    return "".join((char + ".")[: WIDTHS.get(char, 1)] for char in line)


def example(text: str) -> str:
    return dedent(text).strip("\n")


def test_a_table_is_a_code_block_with_aligned_columns() -> None:
    text = """
        The counts:

        | Name | **Count** | Note |
        |:-----|------:|:---:|
        | 漢字 | 12 | `a\\|b` |
        | 😀 | 3 | of [the log](http://x/1) |

        That is all.
    """
    assert draw(example(text)) == example("""
        The counts:

        ```
        Name  Count           Note
        ----  -----  -----------------------
        漢字     12            a|b
        😀        3  of the log (http://x/1)
        ```

        That is all.
    """)


def test_outer_pipes_are_not_needed() -> None:
    assert shown("a | bb\n--|--:\n1 | 2") == ["a  bb", "-  --", "1   2"]
    assert shown("a | bb\n--|---\n1 | 2\\|") == ["a  bb", "-  --", "1  2|"]


def test_ragged_rows_are_padded_and_cut() -> None:
    text = "| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |\nend"
    assert shown(text) == ["a    b", "---  -", "1", "1    2", "end"]


def test_a_row_is_a_row_until_something_else_begins() -> None:
    head = "| a | b |\n|---|---|\n| 1 | 2 |\n"
    drawn = "```\na  b\n-  -\n1  2\n```\n"
    after = [
        "",
        "# Head",
        "- item | x",
        "1. item",
        "> quote",
        "***",
        "```\n| x |\n```",
        "</div>",
        "    code",
    ]
    for rest in after:
        assert draw(head + rest) == drawn + rest


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |",
        "|---|---|",
        "| a | b |\n|---|",
        "| a | b |\n|---|-x-|",
        "| a | b |\n\n|---|---|",
        "a\n\n|---|\n| b |",
        "Heading\n---",
        "Heading\n--",
        "# a | b\n--- | ---",
        "> | a | b |\n|---|---|",
        "- a | b\n--- | ---",
        "cat x | sort | uniq\n",
    ],
)
def test_what_is_no_table_is_left_alone(text: str) -> None:
    assert draw(text) == text


@pytest.mark.parametrize(
    ("opening", "lead", "code", "closing"),
    [
        ("```", "", "x", "```"),
        ("```md", "", "~~~", "````"),
        ("~~~ a ` b", "", "```", "~~~"),
        ("  ```", "  ", "x", "```"),
        ("````", "", "```", "````"),
        ("```", "", "    ```", "```"),
        ("```", "", "- ```", "```"),
        ("```", "", "> ```", "```"),
        ("```", "", "``` x", "```"),
        ("- ```", "  ", "x", "  ```"),
        ("10. ~~~sh", "    ", "x", "    ~~~"),
        ("- a\n  - ```", "    ", "x", "    ```"),
        ("> ```", "> ", "> ```", "> ```"),
        ("- > ```", "  > ", "x", "  > ```"),
    ],
)
def test_tables_in_code_are_left_alone_and_those_after_it_are_not(
    opening: str, lead: str, code: str, closing: str
) -> None:
    whole = "\n".join([opening, lead + code, f"{lead}| a |", f"{lead}|---|", closing])
    assert draw(whole) == whole
    assert draw(f"{whole}\n| a |\n|---|") == f"{whole}\n```\na\n-\n```"


def test_code_in_a_quote_ends_with_the_quote() -> None:
    text = "> ```\n> | a |\n> |---|\n"
    assert draw(f"{text}| a |\n|---|") == f"{text}```\na\n-\n```"


def test_a_table_stays_in_its_quote_and_in_its_list() -> None:
    assert draw("> | a |\n> |---|\n> | 1 |\ntext") == "> ```\n> a\n> -\n> 1\n> ```\ntext"
    assert draw("1. x\n   | a |\n   |---|\n   | 1 |\nb") == (
        "1. x\n   ```\n   a\n   -\n   1\n   ```\nb"
    )


def test_a_tab_is_four_columns_of_indentation() -> None:
    assert draw("\t\t| a |\n        |---|") == "\t\t```\n\t\ta\n\t\t-\n\t\t```"


def test_a_table_that_begins_a_list_item_leaves_the_marker_on_its_own_line() -> None:
    """A fence after the marker would not be seen where a long text is cut."""
    assert draw("- | a |\n  |---|\n  | 1 |\n- b") == "-\n  ```\n  a\n  -\n  1\n  ```\n- b"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("**bold** and *more*", "bold and more"),
        ("***both***", "both"),
        ("**`code`**", "code"),
        ("`**kwargs`", "**kwargs"),
        ("`` ` ``", "`"),
        ("`a\\|b` \\| c", "a|b | c"),
        ("[text](http://x)", "text (http://x)"),
        ("[**text**](/wiki/a_(b) 'title')", "text (/wiki/a_(b))"),
        ('![pic](a.png "title")', "pic (a.png)"),
        ("[ ] [x](y)", "[ ] x (y)"),
        ("[text]()", "text"),
        ("这是**重要**的", "这是重要的"),
        ("one<br>two<BR/>three", "one two three"),
        ("&lt;a&gt;&nbsp;&#124;&NewLine;b", "<a> | b"),
        ("snake\\_case \\*", "snake_case *"),
        ("2*3*4, *.py and **", "2*3*4, *.py and **"),
        ("2*3* *a*b", "2*3* *a*b"),
        ("**a ** b** ** c", "a ** b ** c"),
        ("*a * b", "*a * b"),
        ("* a*", "* a*"),
        ("[ ] a](b)", "[ ] a](b)"),
        ("__init__ ~~x~~ `open", "__init__ ~~x~~ `open"),
        ("tab\tand\u2028line\rbreak", "tab and line break"),
    ],
)
def test_markup_that_would_be_noise_is_words(cell: str, words: str) -> None:
    assert shown(f"| a |\n|---|\n| {cell} |")[2] == words


@pytest.mark.parametrize("ticks", ["```", "`````"])
def test_no_cell_ends_the_code_block(ticks: str) -> None:
    drawn = draw(f"| a |\n|---|\n| {ticks} |").split("\n")
    assert drawn == [f"{ticks}`", "a", "-" * len(ticks), ticks, f"{ticks}`"]


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("abc", 3),
        ("漢字", 4),
        ("ｶﾅ", 2),
        ("e\u0301", 1),
        ("a\u200b\u00ad\x00b", 2),
        ("\u1112\u1161\u11ab", 2),
        ("😀", 2),
        ("\u2764", 1),
        ("\u2764\ufe0f", 2),
        ("\u261d\U0001f3fd", 2),
        ("👩\u200d\u2764\ufe0f\u200d👨", 2),
        ("🇩🇪", 2),
        ("1\ufe0f\u20e3", 2),
    ],
)
def test_the_width_of_a_text(text: str, width: int) -> None:
    assert _width(text) == width
    assert shown(f"| {text} |\n|---|")[1] == "-" * width


def test_a_table_of_a_hundred_columns_is_a_grid() -> None:
    rows = ["| a | b |", "|---|---|", "| 漢 | {} |", "| 1 | 2 |"]
    assert len(shown("\n".join(rows).format("x" * 96))) == 4
    assert shown("\n".join(rows).format("x" * 97)) == [
        "a: 漢",
        f"b: {'x' * 97}",
        "",
        "a: 1",
        "b: 2",
    ]


def test_records_of_ragged_rows_and_nameless_columns() -> None:
    text = f"| | b | |\n|---|---|---|\n| {'x' * 100} |\n| 1 | 2 | |"
    assert shown(text) == ["x" * 100, "b:", "", "1", "b: 2"]


def test_a_wide_table_without_rows_keeps_its_headers() -> None:
    assert shown(f"| {'x' * 99} | y |\n|---|---|") == [f"{'x' * 99}:", "y:"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    ["`a``b```c", "**a ", "[", "[](a", '](a "', "](((", "**a`b", "\\", "&a", "|", "_ ", " \t-"],
)
def test_a_hostile_text_takes_no_longer_than_another(piece: str) -> None:
    """Would take minutes, were it not linear."""
    line = piece * (50_000 // len(piece))
    draw(f"{line}\n| a |\n|---|\n{line}\n| {line} |")
    draw(f"{line}|\n|---|\n{line}")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["|-|", "|a|\n|-|\n", "|-|-|\n|-|", "```", "> |-|", "- |a|"])
def test_many_lines_take_no_longer_than_others(piece: str) -> None:
    draw(f"{piece}\n" * (100_000 // len(piece)))


def test_a_text_does_not_grow_without_measure() -> None:
    """Names repeated for each row would be gigabytes: such a table is left alone."""
    many = "|".join(["a"] * 9_000) + "\n" + "|".join(["-"] * 9_000) + "\n" + "x\n" * 9_000
    long = "|" + "a" * 9_000 + "|\n|-|\n" + "x\n" * 9_000
    assert draw(many) == many
    assert draw(long) == long


@given(st.text())
def test_any_text_is_fine(text: str) -> None:
    assert draw(text) == draw(text)


@given(TEXTS)
def test_what_is_drawn_is_not_drawn_again(text: str) -> None:
    assert draw(draw(text)) == draw(text)


@given(TEXTS)
def test_without_a_delimiter_line_nothing_changes(text: str) -> None:
    kept = [line for line in text.split("\n") if not DELIMITER.fullmatch(line.strip("> \r"))]
    assert draw("\n".join(kept)) == "\n".join(kept)


@given(
    st.lists(LINES | tables(), max_size=6).map("\n".join),
    st.sampled_from(["", "  ", "\t", "- ", "12. ", "  - "]),
    st.sampled_from("`~"),
)
def test_what_is_in_a_fence_does_not_change(body: str, lead: str, tick: str) -> None:
    mark = tick * (3 + max(map(len, re.findall(f"{tick}+", body)), default=0))
    indent = re.sub(r"\S", " ", lead)
    inside = body.replace("\n", f"\n{indent}")
    code = f"{lead}{mark}\n{indent}{inside}\n{indent}{mark}"
    assert draw(code) == code
    assert draw(f"{code}\n\n|a|\n|-|") == f"{code}\n\n```\na\n-\n```"


@given(tables(), TEXTS.filter(lambda text: not re.search("[`~]{3}", text)))
def test_what_stands_around_a_table_is_left_alone(text: str, around: str) -> None:
    around = around.replace("|", "/")
    block = "\n".join(["```", *shown(text), "```"])
    assert draw(f"{around}\n\n{text}\n\n{around}") == f"{around}\n\n{block}\n\n{around}"


@given(tables())
def test_every_line_of_a_grid_is_as_wide_as_the_rule(text: str) -> None:
    header, rule, *rows = shown(text)
    assert set(rule) <= {"-", " "}
    for line in (header, *rows):
        assert len(screen(line)) <= len(rule)
    gaps = [at for at, char in enumerate(rule) if char == " "]
    for line in (header, *rows):
        assert not {screen(line).ljust(len(rule))[at] for at in gaps} - {" "}


@given(tables())
def test_every_cell_stands_where_its_column_says(text: str) -> None:
    source = [[cell.strip() for cell in row[1:-1].split("|")] for row in text.split("\n")]
    header, rule, *rows = shown(text)
    columns = [found.span() for found in re.finditer("-+", rule)]
    for cells, line in zip([source[0], *source[2:]], [header, *rows], strict=True):
        for cell, align, (start, end) in zip(cells, source[1], columns, strict=True):
            wide = screen(cell)
            left = int((end - start - len(wide)) * LEFT_SHARE[align])
            assert screen(line).ljust(end)[start:end] == (" " * left + wide).ljust(end - start)


@given(tables(MARKED | st.lists(MARKED, min_size=8, max_size=12).map(" ".join)))
def test_the_words_of_the_cells_survive(text: str) -> None:
    lines, wanted = shown(text), re.findall("[a-z]+", text)
    words = re.findall("[a-z]+", "\n".join(lines))
    if re.fullmatch("[- ]+", lines[1] if lines[1:] else ""):
        assert words == wanted
    else:
        assert set(words) == set(wanted)
    assert not set("*`[]") & set("".join(lines))

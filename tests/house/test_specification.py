"""Every sentence of the specification has a test, and every test cites a sentence that is there.

A test cites in a docstring or comment: `spec: 2.1`, or several: `spec: 2.1 2.2`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import excused

from house import ROOT, File, complaint, python_files

SPECIFICATION = ROOT / "docs/reference/specification.md"
SENTENCE = re.compile(r"^\*\*(\d+\.\d+)\*\* ", re.MULTILINE)
CITATION = re.compile(r"\bspec: ((?:\d+\.\d+[, ]*)+)")


def sentences(specification: str) -> list[str]:
    """The numbers of the specification, in its order."""
    return SENTENCE.findall(specification)


def citations(file: File) -> list[tuple[str, str]]:
    """Place and number of everything that a test cites."""
    return [
        (f"{file.path}:{line}", number)
        for line, text in enumerate(file.lines, 1)
        for cited in CITATION.findall(text)
        for number in re.findall(r"\d+\.\d+", cited)
    ]


def cited_by_tests() -> list[tuple[str, str]]:
    files = [file for file in python_files("tests") if not file.path.startswith("tests/house")]
    return [citation for file in files for citation in citations(file)]


def unknown(cited: Iterable[tuple[str, str]], known: Collection[str]) -> list[str]:
    """Citations of what is not in the specification."""
    return [f"{place} cites {number}" for place, number in cited if number not in known]


def uncited(
    known: Iterable[str], cited: Iterable[tuple[str, str]], later: Collection[str]
) -> list[str]:
    """Sentences that no test cites and that are not put off."""
    numbers = {number for _, number in cited}
    return [number for number in known if number not in numbers and number not in later]


def numbers_of_the_specification() -> list[str]:
    return sentences(SPECIFICATION.read_text())


def test_the_numbers_are_in_order_and_unique() -> None:
    known = numbers_of_the_specification()
    assert known == sorted(set(known), key=lambda number: [*map(int, number.split("."))])
    assert {number.split(".")[0] for number in known} >= {str(n) for n in range(1, 14)}


def test_every_citation_is_in_the_specification() -> None:
    faults = unknown(cited_by_tests(), numbers_of_the_specification())
    assert not faults, complaint("docs/reference/specification.md has no such sentence:", faults)


def test_every_sentence_has_a_test() -> None:
    faults = uncited(numbers_of_the_specification(), cited_by_tests(), excused.LATER)
    assert not faults, complaint("no test cites (`spec: N.M`) these sentences:", faults)


def test_what_is_put_off_is_really_missing() -> None:
    cited = {number for _, number in cited_by_tests()}
    known = numbers_of_the_specification()
    faults = [number for number in excused.LATER if number in cited or number not in known]
    assert not faults, complaint("tests cite it already, or it is not there:", faults)


def test_gaps_are_found() -> None:
    known = sentences("**1.1** One.\n**1.2** Two. See 1.1.\n")
    cited = citations(File("tests/x.py", '"""Never two.\n\nspec: 1.1, 1.3\n"""\n'))
    assert known == ["1.1", "1.2"]
    assert unknown(cited, known) == ["tests/x.py:3 cites 1.3"]
    assert uncited(known, cited, {}) == ["1.2"]
    assert not uncited(known, cited, {"1.2": "the cluster"})

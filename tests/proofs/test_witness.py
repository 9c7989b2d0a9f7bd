"""The ledger is read while it grows, whole lines only."""

from __future__ import annotations

from pathlib import Path

from proofs.witness import Ledger, Witness


def test_only_whole_new_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"n": 1}\n{"n"')
    ledger = Ledger(path)
    assert list(ledger.read()) == [{"n": 1}]
    assert list(ledger.read()) == []
    with path.open("a") as file:
        file.write(": 2}\n")
    assert list(ledger.read()) == [{"n": 2}]


def test_lines_about_something_are_found(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text("".join(f"line {number}\n" for number in range(20)))
    assert Ledger(path).about(["line 1"], most=2) == ["line 18", "line 19"]


def test_people_and_private_answers_are_no_answers() -> None:
    witness = Witness()
    for more in ({"bot": False, "only_for": None}, {"bot": True, "only_for": "5"}):
        witness.take({"what": "shown", "n": 1, "content": "m1x1x", **more})
    witness.take({"what": "gateway", "did": "identify"})
    witness.take({"what": "typing"})
    assert witness.shown == []
    assert witness.identified == 1

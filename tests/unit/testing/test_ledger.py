from __future__ import annotations

import json
from pathlib import Path

from carrel.testing.ledger import Ledger


def test_every_line_is_kept_and_written(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    ledger = Ledger[str](lambda: 5.0, file)
    heard: list[int] = []
    ledger.listen(lambda: heard.append(len(ledger.entries)))
    ledger.add("request", method="GET", path="/x")
    ledger.add("typing", channel="1")
    assert heard == [1, 2]
    assert [entry.data["path"] for entry in ledger.of("request")] == ["/x"]
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines[0] == {"n": 1, "at": 5.0, "what": "request", "method": "GET", "path": "/x"}
    assert lines[1]["what"] == "typing"

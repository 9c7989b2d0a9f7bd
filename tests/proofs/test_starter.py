"""A host of a proof reaches the others by lines that can be cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from proofs.starter import connect_by

from carrel.engines.elsewhere import link, wire


async def test_a_host_connects_to_what_is_written_down_for_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialled: list[str] = []

    async def dial(address: str, *_: object) -> None:
        dialled.append(address)

    for module in (wire, link):
        monkeypatch.setattr(module, "dial", dial)
    connect_by(tmp_path / "lines")
    assert link.dial is dial
    (tmp_path / "lines").write_text('{"a:1": "b:2"}')
    connect_by(tmp_path / "lines")
    for address in ("a:1", "c:3"):
        await link.dial(address, "", 1.0)
    assert dialled == ["b:2", "c:3"]

"""A platform is one file and one entry point, and needs no edit anywhere."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.acceptance.gateway_process import GatewayProcess, wait_for

TOY = Path(__file__).with_name("toy.py")


def test_a_toy_platform_takes_one_file(gateway: GatewayProcess, tmp_path: Path) -> None:
    installed, told = tmp_path / "installed", tmp_path / "told"
    (installed / "toy-1.dist-info").mkdir(parents=True)
    told.mkdir()
    shutil.copy(TOY, installed)
    (installed / "toy-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: toy\n")
    entry = "[carrel.platforms]\ntoy = toy:KIND\n"
    (installed / "toy-1.dist-info" / "entry_points.txt").write_text(entry)
    gateway.home.mkdir(exist_ok=True)
    (gateway.home / "carrel.toml").write_text(
        f'[toy]\nfolder = "{told}"\n[people]\nowners = ["toy:ada"]\n[engine]\nname = "scripted"\n'
    )
    gateway.extra["PYTHONPATH"] = str(installed)
    (told / "said").write_text("hello\n/status\n")
    (told / "shown").touch()
    gateway.start()
    wait_for(lambda: "answer" in (told / "shown").read_text())
    shown = (told / "shown").read_text()
    assert "hello" in shown
    wait_for(lambda: "This session" in (told / "shown").read_text())
    assert gateway.terminate() == 0

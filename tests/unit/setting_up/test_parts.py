from __future__ import annotations

from carrel.setting_up.parts import parts_of


def test_each_platform_has_a_folder_of_its_own_and_fetches_nothing(tmp_path) -> None:
    heard = []
    parts = parts_of("discord", tmp_path, {"A": "b"}, heard.append)
    parts.hide("secret")
    assert heard == ["secret"]
    assert (parts.folder, parts.home) == (tmp_path / "platforms" / "discord", tmp_path)
    assert (parts.max_file, dict(parts.environ)) == (0, {"A": "b"})

"""Without walls nobody may let the agent do everything unasked."""

from __future__ import annotations

import pytest
from tests.unit.settings.test_loading import fault, said

FOLDER = '[walls]\nisolation = "folder"\n'


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[defaults]\nmode = "auto"\n', "carrel.toml:4: defaults.mode"),
        ('[conversations."discord:1"]\nmode = "auto"\n', "carrel.toml:4: conversations.discord:1"),
    ],
)
def test_auto_without_walls_is_refused_where_it_stands(tmp_path, text, where) -> None:
    """spec: 18.7"""
    told = fault(tmp_path, FOLDER + text)
    assert where in told
    assert 'isolation = "strict"' in told


def test_the_environment_is_held_to_it_too(tmp_path) -> None:
    """spec: 18.7"""
    told = fault(tmp_path, FOLDER, CARREL_DEFAULTS__MODE="auto")
    assert "needs walls" in told


@pytest.mark.parametrize("mode", ["ask", "edit", "plan"])
def test_other_modes_need_no_walls(tmp_path, mode) -> None:
    assert said(tmp_path, f'{FOLDER}[defaults]\nmode = "{mode}"\n').defaults.mode == mode


def test_within_walls_auto_is_the_operator_s_choice(tmp_path) -> None:
    assert said(tmp_path, '[defaults]\nmode = "auto"\n').defaults.mode == "auto"

"""What a role among several hosts needs is said before anything starts."""

from __future__ import annotations

import pytest
from tests.unit.settings.test_loading import fault, said

URL = 'url = "postgresql:///carrel"\n'
FOLDER = 'folder = "/srv/carrel"\n'
LISTEN = 'listen = "10.0.0.2:7333"\n'


@pytest.mark.parametrize(
    ("role", "store", "mend"),
    [
        ("engines", "", "say `url` in `[store]`"),
        ("engines", URL + LISTEN, "say `folder` in `[store]`"),
        ("engines", URL + FOLDER, "say `listen` in `[store]`"),
        ("platforms", FOLDER, "say `url` in `[store]`"),
        ("platforms", URL, "say `folder` in `[store]`"),
    ],
)
def test_what_is_missing_is_said_with_the_mend(tmp_path, role, store, mend) -> None:
    """spec: 21.12"""
    told = fault(tmp_path, f'[store]\n{store}[gateway]\nrole = "{role}"\n')
    assert mend in told
    assert "gateway.role" in told


@pytest.mark.parametrize(
    ("role", "store"),
    [("engines", URL + FOLDER + LISTEN), ("platforms", URL + FOLDER), ("all", ""), ("all", URL)],
)
def test_what_has_all_it_needs_is_taken(tmp_path, role, store) -> None:
    loaded = said(tmp_path, f'[store]\n{store}[gateway]\nrole = "{role}"\n')
    assert loaded.gateway.role == role


@pytest.mark.parametrize(
    ("store", "mend"),
    [
        ("", "say `url` in `[store]`"),
        (URL + FOLDER, "say `mirror` or `folder`, not both"),
    ],
)
def test_a_mirror_is_for_hosts_without_a_common_folder(tmp_path, store, mend) -> None:
    told = fault(tmp_path, f"[store]\n{store}mirror = true\n")
    assert mend in told
    assert "store.mirror" in told
    assert said(tmp_path, f"[store]\n{URL}mirror = true\n").store.mirror


def test_the_role_of_the_command_line_is_held_to_it_too(tmp_path) -> None:
    assert "say `folder`" in fault(tmp_path, f"[store]\n{URL}", CARREL_GATEWAY__ROLE="engines")

from __future__ import annotations

import pytest

from carrel.cli.store import require_file
from carrel.core.errors import ConfigError


def test_a_store_that_is_no_file_is_copied_by_others(tmp_path) -> None:
    require_file(tmp_path, {})
    url = "postgresql://ann:hunter2@db/carrel"
    with pytest.raises(ConfigError, match="copy it with `pg_dump`") as refused:
        require_file(tmp_path, {"CARREL_STORE__URL": url})
    assert "hunter2" not in str(refused.value)

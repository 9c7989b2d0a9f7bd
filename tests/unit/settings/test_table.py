from __future__ import annotations

import pytest
from pydantic import ValidationError

from carrel.settings.table import Table


class Numbers(Table):
    port: int = 1
    listens: bool = False


@pytest.mark.parametrize("said", [{"port": True}, {"prot": 2}])
def test_a_truth_value_is_no_number_and_an_unknown_key_is_a_fault(said) -> None:
    with pytest.raises(ValidationError):
        Numbers.model_validate(said)
    assert Numbers.model_validate({"port": 2}).port == 2
    assert Numbers.model_validate({"listens": True}).listens

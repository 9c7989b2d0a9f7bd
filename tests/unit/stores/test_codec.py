from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from carrel.core.messages import Body, Inbound
from carrel.core.model import Approval, Conversation
from carrel.stores import codec

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
"""No clock tells another number, and JSON has none."""

PAIRS = (
    (Inbound, codec.write_inbound, codec.read_inbound),
    (Conversation, codec.write_conversation, codec.read_conversation),
    (Approval, codec.write_approval, codec.read_approval),
    (Body, codec.write_body, codec.read_body),
)


@pytest.mark.parametrize(("kind", "write", "read"), PAIRS)
@given(data=st.data())
def test_what_is_written_is_read(kind, write, read, data) -> None:
    value = data.draw(st.from_type(kind))
    assert read(write(value)) == value


def test_unknown_fields_are_passed_over() -> None:
    place = Conversation("discord", "1")
    later = json.loads(codec.write_conversation(place)) | {"colour": "blue"}
    assert codec.read_conversation(json.dumps(later)) == place


def test_fields_that_came_later_have_their_defaults() -> None:
    earlier = '{"platform": "discord", "channel": "1"}'
    assert codec.read_conversation(earlier) == Conversation("discord", "1")


def test_an_unknown_kind_of_body_is_no_body() -> None:
    with pytest.raises(ValidationError):
        codec.read_body('{"kind": "hologram"}')

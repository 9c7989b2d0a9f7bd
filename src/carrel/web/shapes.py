"""Values of ours as JSON: the control API's answers and events."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter
from starlette.responses import Response


@cache
def shape(kind: Any) -> TypeAdapter[Any]:
    """How a type becomes JSON and back; made when first asked for, as that takes milliseconds."""
    return TypeAdapter(kind)


def answer(kind: Any, value: Any, status: int = 200) -> Response:
    """A value of a type as the answer to a request."""
    return Response(shape(kind).dump_json(value), status, media_type="application/json")

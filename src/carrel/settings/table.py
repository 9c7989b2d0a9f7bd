"""What every table of `carrel.toml` has in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator


class Table(BaseModel):
    """Frozen, and of the keys that it names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _truth_is_no_number(cls, value: Any) -> Any:
        """`port = true` would be port 1. No key is a truth value so far."""
        if isinstance(value, bool):
            raise ValueError("true and false are not accepted here")  # noqa: TRY004 - pydantic's
        return value

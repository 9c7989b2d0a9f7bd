"""Discord's own OpenAPI document, asked whether an answer of the fake could be Discord's."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DOCUMENT = Path(__file__).parents[4].parent / "shared" / "data" / "discord-openapi.json"
NAME = "urn:discord"


@dataclass
class Oracle:
    """Finds an answer's schema by method, path and status, and says what does not fit it."""

    document: dict[str, Any]
    registry: Registry = field(init=False)

    def __post_init__(self) -> None:
        resource = Resource(contents=self.document, specification=DRAFT202012)
        self.registry = Registry().with_resource(NAME, resource)

    @classmethod
    def read(cls) -> Oracle:
        return cls(amended(json.loads(DOCUMENT.read_text())))

    def template(self, method: str, path: str) -> str | None:
        """The documented path that fits best: the one with the fewest parts left open."""
        paths = self.document["paths"]
        able = [known for known in paths if method.lower() in paths[known]]
        fitting = [known for known in able if _pattern(known).fullmatch(path)]
        return min(fitting, key=lambda known: known.count("{"), default=None)

    def complaints(self, method: str, path: str, status: int, answer: Any) -> list[str]:
        """What is wrong with an answer; nothing is wrong with a route nobody documented."""
        template = self.template(method, path)
        operation = self.document["paths"].get(template or "", {}).get(method.lower())
        if operation is None:
            return [f"{method} {path} is not documented"]
        documented = operation["responses"]
        found = documented.get(str(status)) or documented.get(f"{status // 100}XX")
        if found is None:
            return [f"{method} {template} never answers {status}"]
        schema = self._schema(template or "", method.lower(), status, found)
        if schema is None:
            return [] if answer is None else [f"{method} {template} has a body"]
        validator = Draft202012Validator(schema, registry=self.registry)
        return [
            f"{method} {template} {'.'.join(map(str, error.absolute_path))}: {_deep(error)}"
            for error in validator.iter_errors(answer)
        ]

    def _schema(
        self, template: str, method: str, status: int, found: dict[str, Any]
    ) -> dict[str, Any] | None:
        if "$ref" in found:
            at = found["$ref"].removeprefix("#")
            found = self._at(at)
        else:
            key = str(status) if str(status) in self._responses(template, method) else "4XX"
            parts = ("paths", template, method, "responses", key)
            at = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)
        if "application/json" not in found.get("content", {}):
            return None
        return {"$ref": f"{NAME}#{_quoted(at)}/content/application~1json/schema"}

    def _responses(self, template: str, method: str) -> dict[str, Any]:
        return self.document["paths"][template][method]["responses"]

    def _at(self, pointer: str) -> dict[str, Any]:
        value = self.document
        for part in pointer.strip("/").split("/"):
            value = value[part]
        return value


def amended(document: dict[str, Any]) -> dict[str, Any]:
    """The document, and the two places where Discord itself does not keep to it."""
    schemas = document["components"]["schemas"]
    # A forward is a reference of type 1; the document knows replies only.
    schemas["MessageReferenceType"]["oneOf"].append({"title": "FORWARD", "const": 1})
    # The code of a wrong field is a word, BASE_TYPE_REQUIRED; the document says number.
    words = {**schemas["Error"], "properties": {"code": {"type": ["integer", "string"]}}}
    schemas["InnerErrors"]["properties"]["_errors"]["items"] = words
    return document


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template)))


def _quoted(pointer: str) -> str:
    return pointer.replace("{", "%7B").replace("}", "%7D")


def _deep(error: Any) -> str:
    """The complaint itself, and those of the alternatives it was tried against."""
    inner = "; ".join(
        f"{'.'.join(map(str, each.path))} {each.message[:120]}" for each in error.context or ()
    )
    return f"{error.message[:200]} [{inner[:600]}]"

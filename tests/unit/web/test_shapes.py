from __future__ import annotations

from dataclasses import dataclass

from carrel.web.shapes import answer, shape


@dataclass(frozen=True)
class Point:
    x: int
    name: str


def test_a_shape_is_made_once():
    assert shape(tuple[Point, ...]) is shape(tuple[Point, ...])


def test_a_value_is_an_answer():
    given = answer(Point, Point(1, "ä"), 202)
    assert (given.status_code, given.media_type) == (202, "application/json")
    assert given.body.decode() == '{"x":1,"name":"ä"}'

"""The curve of waiting, as a picture: a line for each number of hosts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

WIDTH, HEIGHT, EDGE = 640, 360, 56
LEAST, MOST = 0.1, 1000.0
"""Seconds, at the lower and at the upper edge."""

COLOURS = ("#7a5195", "#2f6db5", "#c8553d")
Waits = Mapping[float, tuple[float, float]]


def drawn(waits: Mapping[int, Waits]) -> str:
    """`waits`: for each number of hosts, the wait of half and of 95 % by the share that is used."""
    most = max(share for line in waits.values() for share in line)
    parts = [*_frame(most)]
    for (hosts, line), colour in zip(waits.items(), COLOURS, strict=True):
        points = [(_x(share, most), _y(wait)) for share, (wait, _) in line.items()]
        path = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        name, below = f"{hosts} host{'s' * (hosts > 1)}", EDGE + 18 * (1 + list(waits).index(hosts))
        parts.append(f'<text x="{EDGE + 12}" y="{below}" fill="{colour}">{name}</text>')
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="13" role="img" aria-label="{TITLE}">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n{inside}\n</svg>\n'
    )


TITLE = "What half of the messages do not wait longer than, by how much of the places is used"


def _frame(most: float) -> Iterator[str]:
    right, bottom = WIDTH - EDGE, HEIGHT - EDGE
    yield f'<text x="{EDGE}" y="24">{TITLE}</text>'
    for second in (0.1, 1, 10, 100, 1000):
        y = _y(second)
        yield f'<line x1="{EDGE}" x2="{right}" y1="{y:.0f}" y2="{y:.0f}" stroke="#ddd"/>'
        yield f'<text x="{EDGE - 8}" y="{y + 4:.0f}" text-anchor="end">{second:g} s</text>'
    for tenth in range(0, round(10 * most) + 1, 2):
        x = _x(tenth / 10, most)
        yield f'<text x="{x:.0f}" y="{bottom + 20}" text-anchor="middle">{10 * tenth} %</text>'


def _x(share: float, most: float) -> float:
    return EDGE + (WIDTH - 2 * EDGE) * share / most


def _y(seconds: float) -> float:
    whole = math.log10(MOST / LEAST)
    height = math.log10(min(max(seconds, LEAST), MOST) / LEAST) / whole
    return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * height

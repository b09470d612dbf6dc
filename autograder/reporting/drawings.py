"""Illustrations as inline SVG and tables: words and shapes in black and grey, so that they print without colour."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import zip_longest

from markupsafe import Markup, escape

from autograder.checking.illustrations import BINS, REACH, Curve, Histogram, Illustration, Layers, Steps

_WIDTH, _HEIGHT = 460.0, 150.0  # of the plotting area
_LEFT, _TOP, _RIGHT, _BOTTOM = 46.0, 10.0, 130.0, 30.0  # around it, for words


def drawn(illustration: Illustration) -> Markup:
    """HTML of a picture with its caption."""
    if isinstance(illustration, Layers):
        body = _layers(illustration)
    elif isinstance(illustration, Histogram):
        body = _histogram(illustration)
    elif isinstance(illustration, Steps):
        body = _steps(illustration)
    else:
        body = _curve(illustration)
    caption = Markup("<figcaption>{}</figcaption>").format(illustration.caption)
    return Markup('<figure class="drawing">{}{}</figure>').format(body, caption)


def _svg(label: str, parts: Iterable[Markup]) -> Markup:
    width, height = _LEFT + _WIDTH + _RIGHT, _TOP + _HEIGHT + _BOTTOM
    start = Markup('<svg viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">').format(width, height, label)
    return start + Markup("").join(parts) + Markup("</svg>")


def _histogram(picture: Histogram) -> Markup:
    """Grey bars of the values, a black line for N(0, 1)."""
    total = sum(picture.counts) + picture.outside or 1
    width = 2 * REACH / BINS
    heights = [count / total / width for count in picture.counts]
    top = max([*heights, 0.42])
    step = _WIDTH / BINS
    bars = [
        Markup('<rect class="bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
            _LEFT + n * step, _y(height / top), step - 1, _HEIGHT * height / top
        )
        for n, height in enumerate(heights)
    ]
    places = [-REACH + n * REACH / 40 for n in range(81)]
    normal = [(_x((x + REACH) / (2 * REACH)), _y(math.exp(-x * x / 2) / math.sqrt(2 * math.pi) / top)) for x in places]
    ticks = [_text(_x((x + REACH) / (2 * REACH)), _TOP + _HEIGHT + 18, str(x)) for x in range(-4, 5, 2)]
    words = [_text(_LEFT + _WIDTH + 6, _TOP + 14, "bars: yours", "start")]
    words.append(_text(_LEFT + _WIDTH + 6, _TOP + 32, "line: N(0, 1)", "start"))
    if picture.outside:
        words.append(_text(_LEFT + _WIDTH + 6, _TOP + 50, f"{picture.outside} farther out", "start"))
    return _svg("Histogram of your values with the normal density", [*bars, _line(normal), _axis(), *ticks, *words])


def _steps(picture: Steps) -> Markup:
    """Two rows of marks between the ends: circles where steps are asked for, crosses where yours are."""
    places = [place for place in picture.yours if place is not None]
    low, high = min([0.0, *places]), max([1.0, *places])
    low, high = max(low, -2.0), min(high, 3.0)
    across = lambda place: _x((min(max(place, low), high) - low) / (high - low))  # noqa: E731
    asked_y, yours_y = _TOP + 40, _TOP + 95
    parts = [_line([(_LEFT, y), (_LEFT + _WIDTH, y)], "thin") for y in (asked_y, yours_y)]
    parts += [Markup('<circle cx="{:.1f}" cy="{:.1f}" r="5"/>').format(across(p), asked_y) for p in picture.asked]
    for place in places:
        x = across(place)
        parts += [_line([(x - 5, yours_y + d), (x + 5, yours_y - d)]) for d in (-5, 5)]
    rows: list[tuple[tuple[float | None, ...], float]] = [(picture.asked, asked_y), (picture.yours, yours_y)]
    for row, y in rows:
        for number in {1, len(row)}:  # a strip that runs backwards has its marks in the same places
            end = row[number - 1]
            parts += [] if end is None else [_text(across(end), y - 12, f"step {number}")]
    parts += [_text(across(place), _TOP + _HEIGHT, words) for place, words in ((0.0, "the first"), (1.0, "the second"))]
    parts.append(_text(_LEFT + _WIDTH + 10, asked_y + 4, f"asked for: {len(picture.asked)}", "start"))
    parts.append(_text(_LEFT + _WIDTH + 10, yours_y + 4, f"yours: {len(picture.yours)}", "start"))
    off = len(picture.yours) - len(places)
    if off:
        parts.append(_text(_LEFT + _WIDTH + 10, yours_y + 22, f"{off} off the line", "start"))
    return _svg("Steps between the two ends", parts)


def _curve(picture: Curve) -> Markup:
    """The loss as a black line, each baseline dashed and named."""
    top = 1.05 * max([*picture.losses[:1], *picture.baselines.values(), *sorted(picture.losses)[: -1 or None]])
    top = top or 1.0
    points = [
        (_x(n / (len(picture.losses) - 1)), _y(min(max(loss, 0.0), top) / top)) for n, loss in enumerate(picture.losses)
    ]
    parts = [_line(points), _axis()]
    for name, value in picture.baselines.items():
        y = _y(min(max(value, 0.0), top) / top)
        parts += [_line([(_LEFT, y), (_LEFT + _WIDTH, y)], "dashed"), _text(_LEFT + _WIDTH + 6, y + 4, name, "start")]
    below = _TOP + _HEIGHT + 18
    parts += [_text(_LEFT - 6, _y(0) + 4, "0", "end"), _text(_LEFT - 6, _TOP + 8, "loss", "end")]
    parts += [_text(_LEFT, below, "1"), _text(_LEFT + _WIDTH, below, f"step {len(picture.losses)}")]
    return _svg("Your loss at each training step", parts)


def _layers(picture: Layers) -> Markup:
    """Two columns; the first row that differs is bold and marked."""
    rows = []
    for number, (yours, plan) in enumerate(zip_longest(picture.yours, picture.plan, fillvalue="(none)")):
        mark = Markup('<strong aria-label="first difference">≠</strong>') if number == picture.first else ""
        kind = ' class="differs"' if number == picture.first else ""
        row = Markup("<tr{}><td>{}</td><td>{}</td><td>{}</td></tr>")
        rows.append(row.format(Markup(kind), mark, yours, plan))
    head = Markup("<thead><tr><th></th><th>yours</th><th>the plan</th></tr></thead>")
    return Markup('<table class="code small">{}<tbody>{}</tbody></table>').format(head, Markup("").join(rows))


# --- pieces -----------------------------------------------------------------------------------------------------------


def _x(share: float) -> float:
    return _LEFT + _WIDTH * share


def _y(share: float) -> float:
    return _TOP + _HEIGHT * (1 - share)


def _axis() -> Markup:
    return _line([(_LEFT, _TOP + _HEIGHT), (_LEFT + _WIDTH, _TOP + _HEIGHT)], "thin")


def _line(points: Iterable[tuple[float, float]], kind: str = "solid") -> Markup:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Markup('<polyline class="{}" points="{}"/>').format(kind, path)


def _text(x: float, y: float, words: str, anchor: str = "middle") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, escape(words))

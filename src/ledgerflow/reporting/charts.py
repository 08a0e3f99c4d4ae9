"""Charts as plain SVG: columns, bars and lines. No script, no float; colours are classes of the page's style.

Heights are pixels, places across are hundredths of the width: a chart fills its card, and its letters keep their size.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from html import escape

_WIDTH, _HEIGHT = Decimal(100), Decimal(250)  # hundredths, pixels
_LEFT = Decimal(14)  # hundredths for the amounts beside the axis
_TOP, _BOTTOM = Decimal(16), Decimal(26)
_WIDEST = Decimal(9)  # hundredths of a column
_ROW, _VALUE = Decimal(42), Decimal(24)  # pixels for a bar and its name; hundredths for the value behind it
_LETTERS = 40  # of a name above a bar
_NARROW, _BROAD = 290, 500  # pixels of a chart on a telephone, and on a desk
_ZERO = Decimal(0)

Words = Callable[[Decimal], str]


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values under one name, a value for each label of the chart."""

    name: str
    values: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class _Axis:
    """Round steps from the least to the greatest value, zero always among them."""

    low: Decimal
    high: Decimal
    step: Decimal

    def y(self, value: Decimal) -> Decimal:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (self.high - value) / (self.high - self.low)

    def ticks(self) -> Iterator[Decimal]:
        for turn in range(int((self.high - self.low) / self.step) + 1):
            yield self.low + turn * self.step


def columns(title: str, labels: Sequence[str], series: Sequence[Series], words: Words) -> str:
    """A column a label, the series stacked in it; what is negative hangs below zero."""
    stacks = list(zip(*(one.values for one in series), strict=True))
    axis = _axis([_side(stack, 1) for stack in stacks], [_side(stack, -1) for stack in stacks])
    pitch = (_WIDTH - _LEFT) / max(1, len(labels))
    wide = min(pitch * Decimal("0.72"), _WIDEST)
    marks = []
    for place, (label, stack) in enumerate(zip(labels, stacks, strict=True)):
        reached = {1: _ZERO, -1: _ZERO}
        for turn, (one, value) in enumerate(zip(series, stack, strict=True)):
            side = 1 if value >= 0 else -1
            ends = sorted((axis.y(reached[side]), axis.y(reached[side] + value)))
            reached[side] += value
            x = _LEFT + pitch * place + (pitch - wide) / 2
            tip = " · ".join(part for part in (label, one.name, words(value)) if part)
            marks.append(_rectangle(x, ends[0], wide, ends[1] - ends[0], turn, tip))
    return _svg(title, _HEIGHT, [*_grid(axis, words), *marks, *_labels_below(labels, pitch), _zero_line(axis)])


def line(title: str, labels: Sequence[str], values: Sequence[Decimal], words: Words) -> str:
    """One line over its area, for series too long for columns."""
    axis = _axis(values, values)
    pitch = (_WIDTH - _LEFT) / max(1, len(labels))
    points = [(_LEFT + pitch * (place + Decimal("0.5")), axis.y(value)) for place, value in enumerate(values)]
    path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    ground = _n(axis.y(_ZERO))
    area = f"{_n(points[0][0])},{ground} {path} {_n(points[-1][0])},{ground}" if points else ""
    drawing = f'<polygon class="area" points="{area}"/><polyline class="stroke" points="{path}"/>'
    return _svg(
        title, _HEIGHT, [*_grid(axis, words), _stretched(drawing), *_labels_below(labels, pitch), _zero_line(axis)]
    )


def _stretched(drawing: str) -> str:
    """A drawing in the chart's own units, stretched to the width of its card."""
    return f'<svg viewBox="0 0 {_n(_WIDTH)} {_n(_HEIGHT)}" preserveAspectRatio="none">{drawing}</svg>'


def beside(title: str, labels: Sequence[str], series: Sequence[Series], words: Words) -> str:
    """A column a label and series, those of one label side by side."""
    values = [value for one in series for value in one.values]
    axis, ground = _axis(values, values), _axis(values, values).y(_ZERO)
    pitch = (_WIDTH - _LEFT) / max(1, len(labels))
    wide = min(pitch * Decimal("0.8") / max(1, len(series)), Decimal(44))
    marks = []
    for place, label in enumerate(labels):
        x = _LEFT + pitch * place + (pitch - wide * len(series)) / 2
        for turn, one in enumerate(series):
            top, tip = axis.y(one.values[place]), f"{label} · {one.name} · {words(one.values[place])}"
            marks.append(_rectangle(x + wide * turn, min(top, ground), wide, abs(ground - top), turn, tip))
    return _svg(title, _HEIGHT, [*_grid(axis, words), *marks, *_labels_below(labels, pitch), _zero_line(axis)])


def curves(title: str, labels: Sequence[str], series: Sequence[Series], words: Words) -> str:
    """A line a series; all but the first are dashed."""
    values = [value for one in series for value in one.values]
    axis = _axis(values, values)
    pitch = (_WIDTH - _LEFT) / max(1, len(labels))
    marks = []
    for turn, one in enumerate(series):
        points = ((_LEFT + pitch * (place + Decimal("0.5")), axis.y(value)) for place, value in enumerate(one.values))
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        tip = f"<title>{escape(one.name)}</title>"
        marks.append(f'<polyline class="curve s{turn % 6 + 1}" points="{path}">{tip}</polyline>')
    return _svg(
        title,
        _HEIGHT,
        [*_grid(axis, words), _stretched("".join(marks)), *_labels_below(labels, pitch), _zero_line(axis)],
    )


def bars(title: str, rows: Sequence[tuple[str, Decimal]], words: Words) -> str:
    """A bar a row, its name above it and its value behind it."""
    greatest = max((abs(value) for _, value in rows), default=_ZERO) or Decimal(1)
    marks = []
    for place, (name, value) in enumerate(rows):
        y = _ROW * place
        length = max((_WIDTH - _VALUE) * abs(value) / greatest, Decimal("0.5"))
        cut = name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1].rstrip()}…"
        shown = f"<title>{escape(name)}</title>{escape(cut)}"
        marks += [
            f'<text class="name" x="0" y="{_n(y + 14)}">{shown}</text>',
            _rectangle(_ZERO, y + 20, length, Decimal(14), 0 if value >= 0 else 1, f"{name} · {words(value)}"),
            f'<text class="value" x="{_n(length)}%" dx="8" y="{_n(y + 32)}">{escape(words(value))}</text>',
        ]
    return _svg(title, _ROW * max(1, len(rows)), marks)


def _axis(highs: Sequence[Decimal], lows: Sequence[Decimal]) -> _Axis:
    high, low = max([*highs, _ZERO]), min([*lows, _ZERO])
    rough = (high - low) / 4 or Decimal(1)
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(step for factor in (1, 2, 5, 10) if (step := factor * power) >= rough)
    if high == high.to_integral_value() and low == low.to_integral_value():
        step = max(step, Decimal(1))  # whole things are counted in whole steps
    top = (high / step).to_integral_value(ROUND_CEILING) * step or step
    return _Axis((low / step).to_integral_value(ROUND_FLOOR) * step, top, step)


def _side(stack: Sequence[Decimal], side: int) -> Decimal:
    return sum((value for value in stack if value * side > 0), _ZERO)


def _grid(axis: _Axis, words: Words) -> Iterator[str]:
    for tick in axis.ticks():
        yield _across("grid", y := axis.y(tick))
        yield f'<text class="tick" x="{_n(_LEFT)}%" dx="-8" y="{_n(y + 4)}">{escape(words(tick))}</text>'


def _zero_line(axis: _Axis) -> str:
    return _across("zero", axis.y(_ZERO))


def _across(kind: str, y: Decimal) -> str:
    return f'<line class="{kind}" x1="{_n(_LEFT)}%" x2="{_n(_WIDTH)}%" y1="{_n(y)}" y2="{_n(y)}"/>'


def _labels_below(labels: Sequence[str], pitch: Decimal) -> Iterator[str]:
    """As many labels as have room; those that have it only on a broad chart say so."""
    longest = max((len(label) for label in labels), default=0)
    broad, narrow = (
        max(1, int((Decimal(longest * 8 + 10) * 100 / (pitch * pixels)).to_integral_value(ROUND_CEILING)))
        for pixels in (_BROAD, _NARROW)
    )
    always = broad * -(-narrow // broad)
    for place in range(0, len(labels), broad):
        x = _LEFT + pitch * place + pitch / 2
        kind = "below" if place % always == 0 else "below broad"
        yield f'<text class="{kind}" x="{_n(x)}%" y="{_n(_HEIGHT - 6)}">{escape(labels[place])}</text>'


def _rectangle(x: Decimal, y: Decimal, width: Decimal, height: Decimal, turn: int, tip: str) -> str:
    box = f'x="{_n(x)}%" y="{_n(y)}" width="{_n(width)}%" height="{_n(height)}"'
    return f'<rect class="c{turn % 6 + 1}" {box} rx="2"><title>{escape(tip)}</title></rect>'


def _svg(title: str, height: Decimal, marks: Sequence[str]) -> str:
    drawing = "".join(marks)
    return f'<svg height="{_n(height)}" role="img" aria-label="{escape(title)}">{drawing}</svg>'


def _n(number: Decimal) -> str:
    return f"{number:.2f}"

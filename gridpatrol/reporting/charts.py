"""Charts as SVG. Colours are those of the page; text is text, so that it can be read aloud and searched."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH_PX = 880
_LABEL_PX, _ROW_PX, _BAR_PX = 170, 26, 16
_TOP_PX, _PLOT_PX, _FOOT_PX, _SIDE_PX = 30, 200, 24, 40


def columns(
    title: str, labels: Sequence[str], series: Sequence[tuple[str, str, Sequence[int]]], *, width_px: int = WIDTH_PX
) -> str:
    """Return grouped columns over a time axis.

    Args:
        labels: of the groups.
        series: (name, CSS class, values), as many values as labels.
    """
    top = _nice(max((value for _, _, values in series for value in values), default=0))
    parts = [_head(title, width_px, _TOP_PX + _PLOT_PX + _FOOT_PX)]
    plot_px = width_px - 2 * _SIDE_PX
    for step in range(5):
        value, y = top * step / 4, _TOP_PX + _PLOT_PX * (1 - step / 4)
        parts.append(f'<line class="grid" x1="{_SIDE_PX}" x2="{width_px - _SIDE_PX}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{_SIDE_PX - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    group_px = plot_px / max(1, len(labels))
    bar_px = min(22.0, 0.75 * group_px / max(1, len(series)))
    for index, label in enumerate(labels):
        middle = _SIDE_PX + (index + 0.5) * group_px
        parts.append(
            f'<text class="tick" x="{middle:.1f}" y="{_TOP_PX + _PLOT_PX + 16}" text-anchor="middle">'
            f"{escape(label)}</text>"
        )
        left = middle - bar_px * len(series) / 2
        for place, (name, style, values) in enumerate(series):
            height = _PLOT_PX * values[index] / top
            parts.append(
                f'<rect class="{style}" x="{left + place * bar_px:.1f}" y="{_TOP_PX + _PLOT_PX - height:.1f}" '
                f'width="{bar_px - 1:.1f}" height="{height:.1f}">'
                f"<title>{escape(f'{label} {name}: {values[index]}')}</title></rect>"
            )
    parts += _legend([(name, style) for name, style, _ in series])
    return "".join([*parts, "</svg>"])


def bars(title: str, rows: Sequence[tuple[str, float | None, str]], *, style: str, top: float | None = None) -> str:
    """Return horizontal bars with their values in words.

    Args:
        rows: (label, value, the value in words); None draws no bar.
        style: CSS class of the bars.
        top: the value of a full bar; the largest one when None.
    """
    full = top or max((value for _, value, _ in rows if value is not None), default=0.0) or 1.0
    plot_px = WIDTH_PX - _LABEL_PX - 90
    parts = [_head(title, WIDTH_PX, _ROW_PX * len(rows) + 8)]
    for index, (label, value, words) in enumerate(rows):
        y = 4 + index * _ROW_PX
        length = plot_px * min(1.0, (value or 0.0) / full)
        parts.append(
            f'<text class="label" x="{_LABEL_PX - 8}" y="{y + 13}" text-anchor="end">{escape(_short(label))}</text>'
            f'<rect class="rail" x="{_LABEL_PX}" y="{y}" width="{plot_px}" height="{_BAR_PX}"/>'
            f'<rect class="{style}" x="{_LABEL_PX}" y="{y}" width="{length:.1f}" height="{_BAR_PX}"/>'
            f'<text class="value" x="{_LABEL_PX + plot_px + 8}" y="{y + 13}">{escape(words)}</text>'
        )
    return "".join([*parts, "</svg>"])


def _head(title: str, width_px: int, height_px: float) -> str:
    return (
        f'<svg role="img" aria-label="{escape(title)}" viewBox="0 0 {width_px} {height_px:g}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
    )


def _legend(names: Sequence[tuple[str, str]]) -> list[str]:
    return [
        f'<rect class="{style}" x="{_SIDE_PX + 110 * index}" y="4" width="12" height="12"/>'
        f'<text class="label" x="{_SIDE_PX + 110 * index + 18}" y="14">{escape(name)}</text>'
        for index, (name, style) in enumerate(names)
    ]


def _nice(value: float) -> int:
    """Return a round number at or above a value that four steps divide into whole ones."""
    power = 1
    while True:
        for step in (1, 2, 3, 5):
            if 4 * step * power >= value:
                return 4 * step * power
        power *= 10


def _short(label: str, length: int = 24) -> str:
    return label if len(label) <= length else f"{label[: length - 1]}…"

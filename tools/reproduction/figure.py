"""One figure a panel in the papers' style: losses with error bars (solid), fitted trends (dash-dotted),
the starts (thin, dotted), and the same by least squares (open markers, dashed)."""

import math
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from plot_marks import COLOURS, MARKERS  # noqa: E402  pylint: disable=wrong-import-position
from plot_series import line_through  # noqa: E402  pylint: disable=wrong-import-position
from plot_text import literal  # noqa: E402  pylint: disable=wrong-import-position


def positive(n, values):
    return [(a, b) for a, b in zip(n, values) if b is not None and 0 < b < math.inf]


LONG_NAME = 50  # characters, of which two columns are wider than the figure


def panes(count, columns, size):
    """pyplot, a figure and its grid of so many panes, each row of this width and height."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    lines = -(-count // columns)
    figure, grid = pyplot.subplots(lines, columns, squeeze=False, constrained_layout=True,
                                   figsize=(size[0], size[1] * lines))
    return pyplot, figure, grid


def save(pyplot, figure, file):
    """Without the version of matplotlib in it, so that a figure of the same numbers is the same file."""
    figure.savefig(file, dpi=80, metadata={"Software": None})
    pyplot.close(figure)


def draw(panel, file):
    """The panel's figure."""
    pyplot, figure, grid = panes(1, 1, (7.2, 5.4))
    axes = grid[0][0]
    entries = []
    for index, curve in enumerate(panel["curves"]):
        entries += draw_curve(axes, panel, curve, index)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("sample size n")
    axes.set_ylabel(f"mean loss (bars {panel['error_bars']:g} standard deviations)")
    axes.grid(True, which="major", linewidth=0.4, alpha=0.5)
    axes.set_title(f"{panel['panel']} ({panel['source']})", fontsize=10)
    long = max((len(text) for _, text in entries), default=0) > LONG_NAME
    legend = axes.legend([handle for handle, _ in entries], ["-"] * len(entries), fontsize=6 if long else 7,
                         frameon=False, ncol=2, loc="upper center", bbox_to_anchor=(0.5, -0.12))
    for shown, (_, text) in zip(legend.get_texts(), entries):
        shown.set_text(text)
    save(pyplot, figure, file)


def draw_curve(axes, panel, curve, index):
    colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
    to = "" if curve["target"] == "truth" else f", {curve['target']}"
    name = f"{curve['label']}, {curve['loss']}{to}"
    entries = draw_estimate(axes, curve["sgd"], {"color": colour, "marker": marker}, panel["error_bars"], name)
    start = positive(curve["sgd"]["n"], curve["sgd"]["start_value"])
    if start:
        axes.plot(*zip(*start), color=colour, linewidth=0.9, linestyle=":")
    for key, word in (("oracle", "least squares"), ("best", "best of 8")):
        one = curve.get(key)
        points = positive(one["n"], one["value"]) if one else []
        if points:
            fill = "none" if key == "oracle" else colour
            line = axes.plot(*zip(*points), color=colour, marker=marker, markersize=4, markerfacecolor=fill,
                             linestyle="--" if key == "oracle" else (0, (1, 2, 4, 2)), linewidth=1)[0]
            slope = "" if one["slope"] is None else f": {one['slope']:.2f}"
            entries.append((line, literal(f"{name}, {word}{slope}")))
    return entries


def draw_estimate(axes, one, style, bars, name):
    """Points with bars and their trend, which gives the entry of the legend."""
    points = [(n, value, bars * (sd or 0)) for n, value, sd in zip(one["n"], one["value"], one["sd"])
              if value is not None and value > 0]
    if not points:
        return []
    n, value, spread = zip(*points)
    below = [min(s, 0.9 * v) for v, s in zip(value, spread)]
    line = axes.errorbar(n, value, yerr=[below, spread], markersize=4, linewidth=1.2, capsize=2, **style)
    if one["slope"] is None:
        return [(line, literal(name))]
    axes.plot(*line_through(n, value, one["slope"]), color=style["color"], linewidth=1, linestyle="-.")
    return [(line, literal(f"{name}: {one['slope']:.2f}"))]

"""The way of one fit, from `moerate replay`: training error, losses and distances over epochs or rounds."""

import json
import math

from plot_boxes import LayoutError, faults
from plot_input import InputError, drawable
from plot_marks import COLOURS, SMALL, TEXT, set_ticks
from plot_panels import WIDTHS
from plot_text import literal

REMEDY = "pass what `moerate replay DIR LABEL N R -o FILE.jsonl` has written"


def read_path(name):
    """The lines of a file of JSON lines, checked."""
    points = []
    try:
        with open(name, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                point = json.loads(line)
                for key in ("iteration", "mse", "mse_truth", "from_start", "to_end"):
                    float(point[key] if point[key] is not None else 0)
                point["loss"].items(), point["unit"] + point["label"]
                points.append(point)
    except OSError as error:
        raise InputError(f"cannot read {name} ({error.strerror}) check the name") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{name} is no path of a fit (line {number}: {type(error).__name__} {error}) "
                         f"{REMEDY}") from error
    if len(points) < 2:
        raise InputError(f"{name} has no way to draw (a start and an end are needed) {REMEDY}")
    return points


def curves_of(points):
    """(title, [(name, values)]) of each panel."""
    losses = [name for name in points[0]["loss"] if any(drawable(p["loss"].get(name)) for p in points)]
    one = len(losses) == 1  # then the title says which
    return [("training MSE", [("fit", [p["mse"] for p in points]),
                              ("truth", [p["mse_truth"] for p in points])]),
            (losses[0] if one else "loss",
             [("" if one else name, [p["loss"].get(name) for p in points]) for name in losses]),
            ("regression error", [("", [p.get("regression") for p in points])]),
            ("distance of parameters", [("from the start", [p["from_start"] for p in points]),
                                        ("to the end", [p["to_end"] for p in points])])]


def draw_path(points, options):
    """The figure: four panels over the iterations."""
    from matplotlib import pyplot
    width = WIDTHS[options.width]
    figure = pyplot.figure(figsize=(width, 0.8 * width), layout="constrained", dpi=options.dpi)
    grid = figure.subplots(2, 2, sharex=True).flat
    at = [p["iteration"] for p in points]
    for axes, (title, curves) in zip(grid, curves_of(points)):
        shown = []
        for i, (name, values) in enumerate(curves):
            pairs = [(n, v) for n, v in zip(at, values) if drawable(v)]
            if not pairs:
                continue
            colour = COLOURS[i % len(COLOURS)]
            line = axes.plot(*zip(*pairs), color=colour, linewidth=1.1, markersize=2, marker="o" if len(pairs) < 15 and name != "truth" else None,
                             linestyle="-" if name != "truth" else "--")[0]
            shown.append((line, name, [v for _, v in pairs]))
        finish(axes, title, shown, 0.28 * width)
    unit = points[0]["unit"]
    for axes in list(figure.axes)[2:]:
        axes.set_xlabel(f"{unit}s", fontsize=TEXT, labelpad=1.5)
    first = points[0]
    title = options.title if options.title is not None else (
        f"{first['label']}, n = {first['n']}, replicate {first['replicate']}")
    if title:
        figure.suptitle(literal(title), fontsize=TEXT + 1)
    figure.canvas.draw()
    found = faults(figure)
    if found:
        raise LayoutError(f"the figure does not fit ({found[0]}) try --width double, or a shorter --title")
    return figure


def finish(axes, title, shown, height):
    """Scales, title and names of a panel of that height in inches: above the curves there is room for
    the names."""
    named = [(line, name) for line, name, _ in shown if name]
    room = (0.14 * len(named) + 0.06) / height if named else 0.0
    axes.set_title(literal(title), fontsize=TEXT, pad=3)
    axes.tick_params(which="both", labelsize=SMALL, width=0.5, pad=2)
    axes.grid(True, which="major", linewidth=0.3, alpha=0.5)
    axes.locator_params(axis="x", nbins=5, integer=True)
    values = [v for _, _, several in shown for v in several]
    if values:
        low, high = min(values), max(values)
        margin = (high / low)**0.08 if high > low else 1.3
        axes.set_yscale("log")
        low, high = low / margin, high * margin
        axes.set_ylim(low, high * (high / low)**(room / (1 - room)))
        set_ticks(axes.yaxis, *axes.get_ylim(), 4)
    if named:
        legend = axes.legend([line for line, _ in named], ["-"] * len(named), fontsize=SMALL, frameon=False,
                             borderpad=0.1, handlelength=1.5, labelspacing=0.2, loc="upper right")
        for text, (_, name) in zip(legend.get_texts(), named):
            text.set_text(literal(name))
    for spine in axes.spines.values():
        spine.set_linewidth(0.6)
    assert all(map(math.isfinite, values))

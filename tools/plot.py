#!/usr/bin/python3
"""Draws the log-log figure of a study's convergence rates.

usage: plot.py RATES.json PREFIX [--title TEXT]

RATES.json is the output of `moerate rates DIR --json`, `-` reads it from standard input. Writes
PREFIX.png and PREFIX.pdf: for each label and loss the mean loss with bars of as many standard
deviations as the study's error_bars says (two), the fitted line with its slope, the mean loss of
the starting points (dashed), and where the experiment file names a rate of the theory, a thin guide
of that slope, struck in the legend where the claim does not stand.

Debian packages: python3-matplotlib, python3-numpy.
"""

import argparse
import json
import math
import os
import sys
import warnings

from plot_text import choose_fonts, literal, visible

# Okabe and Ito's palette: distinguishable with every common kind of colour blindness. Markers and
# the labels say the same once more, for prints without colour.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
ROWS_PER_PANEL = 4


class InputError(Exception):
    """What is wrong with the input (why) what to do."""


def say(text):
    """A message on stderr; one that cannot be written is no reason to end otherwise."""
    try:
        print(f"plot.py: {text}", file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):  # full, closed, not there
        pass


def read_rows(name):
    """Rows of a rates document that have something to draw."""
    remedy = "pass the output of `moerate rates DIR --json`"
    source, name = name, "standard input" if name == "-" else name
    try:
        if source == "-":
            document = json.load(sys.stdin or open(os.devnull, encoding="utf-8"))
        else:
            with open(source, encoding="utf-8") as file:
                document = json.load(file)
    except OSError as error:
        raise InputError(f"cannot read {name} ({error.strerror}) check the name") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is not JSON ({error}) {remedy}") from error
    if not isinstance(document, dict) or not isinstance(document.get("rows"), list):
        raise InputError(f"{name} is no table of rates (it has no list \"rows\") {remedy}")
    for number, row in enumerate(document["rows"], 1):
        try:
            check_row(row)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"{name} is no table of rates (row {number}: {type(error).__name__} "
                             f"{error}) {remedy}") from error
    rows = [row for row in document["rows"] if len(positive(row, row["mean"]["value"])[0]) > 0]
    if not rows:
        raise InputError(f"{name} has nothing to draw (no row has a positive mean loss) finish "
                         "the run first")
    return rows


def check_row(row):
    """Touches all that is drawn of a row; raises what is raised where it is not of its kind."""
    for key in ("study", "label", "loss", "gauge", "target"):
        row[key].encode("utf-8", "surrogatepass")
    for number in [row["r"], row["replicates"], *row["n"]]:
        float(number)
    for which in ("mean", "start"):
        positive(row, row[which]["value"])
        positive(row, row[which].get("sd", []))
        slope = row[which]["slope"], row[which]["lo"], row[which]["hi"]
        [float(number) for number in slope if number is not None]
    row["bracketed"]  # pylint: disable=pointless-statement
    guide_of(row)
    float(bars_of(row))


def guide_of(row):
    """Slope that the theory claims, None where it is no number, and whether the claim stands."""
    theory = row["theory"]
    claim, stands = (theory["claim"], theory["stands"]) if isinstance(theory, dict) else (theory, True)
    return (claim if isinstance(claim, (int, float)) else None), stands


def bars_of(row):
    """Half length of the bars in standard deviations."""
    return row.get("error_bars", 2)


def drawable(value):
    """Whether a logarithmic axis can show a value."""
    return value is not None and 0 < value < math.inf


def positive(row, values):
    """n and values where the axes can show both."""
    pairs = [(n, v) for n, v in zip(row["n"], values) if drawable(n) and drawable(v)]
    return [n for n, _ in pairs], [v for _, v in pairs]


def panels_of(rows):
    """One panel for few rows, else one for each loss with its exponent, in order of appearance."""
    if len(rows) <= ROWS_PER_PANEL:
        return [("", rows)]
    groups = {}
    for row in rows:
        groups.setdefault(loss_text(row), []).append(row)
    return list(groups.items())


def loss_text(row):
    """Name of a loss; a name that ends in r has an exponent, which is part of what it means."""
    text = row["loss"]
    if text.endswith("r"):
        text += f" r={row['r']:g}"
    return text if row["gauge"] == "align" else f"{text}, gauge {row['gauge']}"


def name_of(row, several_studies, several_losses):
    """What sets a curve apart from the others of a figure."""
    name = f"{row['study']}: {row['label']}" if several_studies else row["label"]
    if several_losses:
        name += f", {loss_text(row)}"
    return name if row["target"] == "truth" else f"{name} to {row['target']}"


def slope_text(row):
    """Slope with its interval, in brackets where it gets no verdict."""
    mean = row["mean"]
    if mean["slope"] is None:
        return "no slope"
    text = f"{mean['slope']:.3f}"
    if row["bracketed"] is not None:
        text = f"({text})"
    if mean["lo"] is not None:
        text += f" [{mean['lo']:.3f}, {mean['hi']:.3f}]"
    return text


def line_through(n, value, slope):
    """The line of this slope through the centre of the points: for the least squares slope, the
    least squares line."""
    centre_n = sum(math.log(v) for v in n) / len(n)
    centre = sum(math.log(v) for v in value) / len(value)
    ends = [min(n), max(n)]
    return ends, [math.exp(centre + slope * (math.log(v) - centre_n)) for v in ends]


def floor_of(rows):
    """Lower end of the axis. Bars that reach zero or below run out of the frame there."""
    least = min(min(positive(row, row[which]["value"])[1], default=math.inf)
                for row in rows for which in ("mean", "start"))
    return least / 2


def draw_row(axes, row, label, style, shift, floor):
    """Points, line, start and guide of one row, which it returns with their texts for the legend,
    under `label`; `shift` moves the bars aside by a few pixels, so that those of other rows stay
    visible."""
    entries = []

    def add(text, *arguments, **style):
        entries.append((axes.plot(*arguments, color=colour, **style)[0], literal(text)))

    mean = row["mean"]
    colour, marker = COLOURS[style % len(COLOURS)], MARKERS[style % len(MARKERS)]

    points = [(n, v, s) for n, v, s in zip(row["n"], mean["value"], mean.get("sd", mean["value"]))
              if drawable(n) and drawable(v)]
    n, value, deviation = zip(*points)
    spread = [bars_of(row) * (s or 0) for s in deviation]
    below = [v - max(v - s, min(floor, v) / 2) for v, s in zip(value, spread)]
    axes.errorbar([size * 10**(0.008 * shift) for size in n], value, yerr=[below, spread],
                  fmt=marker, color=colour, markersize=5, linewidth=1, capsize=2.5, zorder=3)
    if mean["slope"] is not None:
        add(f"{label}: slope {slope_text(row)}", *line_through(n, value, mean["slope"]),
            linewidth=1.8, zorder=4)
    else:
        add(f"{label}: no slope", [], [], marker=marker, linestyle="none")

    start_n, start = positive(row, row["start"]["value"])
    if start:
        slope = row["start"]["slope"]
        text = "" if slope is None else f": slope {slope:.3f}"
        # Equal starts of several rows: their dashes alternate.
        add(f"{label}, start{text}", start_n, start, linewidth=1.2, zorder=2,
            linestyle=(5 * style, (3.5, 6.5)))
    guide, stands = guide_of(row)
    if guide is not None:
        struck = "" if stands else " \u2717 does not stand"
        add(f"{label}, theory {guide:g}{struck}",
            *line_through(n, value, guide), linewidth=0.8, linestyle=":", zorder=1,
            alpha=1 if stands else 0.4)
    return entries


def add_legend(axes, entries):
    """Below the panel: inside, it would hide some curve or other. The texts are set afterwards, as
    legend() leaves out what begins with an underscore."""
    legend = axes.legend([handle for handle, _ in entries], ["-"] * len(entries), fontsize=8,
                         frameon=False, ncol=2, loc="upper center", bbox_to_anchor=(0.5, -0.11))
    for shown, (_, text) in zip(legend.get_texts(), entries):
        shown.set_text(text)


def draw(rows, title, prefix):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    missing = choose_fonts([visible(text) for row in rows
                            for text in (title, row["study"], row["label"])])
    if missing:
        say(f"no font here has {missing} (a box stands for each) install one, such as "
            "fonts-noto-cjk")

    panels = panels_of(rows)
    columns = min(len(panels), 2)
    lines = -(-len(panels) // columns)
    figure, grid = pyplot.subplots(lines, columns, squeeze=False, constrained_layout=True,
                                   figsize=(7.2 * columns, 6.0 * lines))
    several_studies = len({row["study"] for row in rows}) > 1
    curves = list(dict.fromkeys((row["study"], row["label"]) for row in rows))
    for axes, (name, members) in zip(grid.flat, panels):
        several_losses = not name and len({loss_text(row) for row in members}) > 1
        floor = floor_of(members)
        entries = []
        for index, row in enumerate(members):
            # In panels a curve keeps its colour; in a single one each row has its own.
            style = curves.index((row["study"], row["label"])) if name else index
            entries += draw_row(axes, row, name_of(row, several_studies, several_losses), style,
                                index - (len(members) - 1) / 2, floor)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_ylim(bottom=floor)
        axes.set_xlabel("sample size n")
        replicates = sorted({row["replicates"] for row in members})
        count = " to ".join(str(r) for r in dict.fromkeys([replicates[0], replicates[-1]]))
        bars = " or ".join(f"{size:g}" for size in sorted({bars_of(row) for row in members}))
        axes.set_ylabel(f"loss (mean over {count} replicates, bars {bars} standard deviations)")
        axes.set_title(literal(name or ("" if several_losses else loss_text(members[0]))),
                       fontsize=10)
        axes.grid(True, which="major", linewidth=0.4, alpha=0.5)
        add_legend(axes, entries)
    for axes in list(grid.flat)[len(panels):]:
        axes.set_visible(False)
    figure.suptitle(literal(title), fontsize=12)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # choose_fonts has said so
        for ending in ("png", "pdf"):
            figure.savefig(f"{prefix}.{ending}", dpi=160)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("rates", help="output of `moerate rates DIR --json`, - for standard input")
    parser.add_argument("prefix", help="writes PREFIX.png and PREFIX.pdf")
    parser.add_argument("--title", help="default: the study's id")
    arguments = parser.parse_args()
    try:
        rows = read_rows(arguments.rates)
        title = arguments.title or ", ".join(dict.fromkeys(row["study"] for row in rows))
        folder = os.path.dirname(arguments.prefix)
        if folder and not os.path.isdir(folder):
            raise InputError(f"{folder} is not a folder (the figure goes there) make it first")
        draw(rows, title, arguments.prefix)
    except InputError as error:
        say(error)
        return 2
    except ImportError as error:
        say(f"{error} (matplotlib draws the figure) install python3-matplotlib")
        return 1
    except OSError as error:
        say(f"cannot write {arguments.prefix}.png or .pdf ({error.strerror}) name another place")
        return 1
    except Exception as error:  # pylint: disable=broad-except; matplotlib's, of many kinds
        say(f"cannot draw the figure ({type(error).__name__}: {error}) leave out the labels or "
            "values that it names")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

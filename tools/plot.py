#!/usr/bin/python3
"""Draws figures of convergence rates to publish: curves over n in panels, or the slopes of a sweep.

Packages of Debian: python3-matplotlib, python3-numpy.
"""

import argparse
import os
import sys
import warnings

from plot_heatmap import draw_heatmap
from plot_input import QUANTITIES, InputError, checked_key, read_rows
from plot_path import draw_path, read_path
from plot_panels import WIDTHS, Layout, default_facets, draw_panels
from plot_series import STYLES, series_of
from plot_text import choose_fonts, visible

ENDINGS = (".pdf", ".png", ".svg")
LEAST_DPI, MOST_DPI = 30, 2400
EPILOG = """\
Losses of different names are not comparable, so each has a panel of its own; what gates share
(--y regression, expert.over, ...) is drawn on one axis. Styles: interval (means with the 95 % interval of
the mean), median (with a band from the 5th to the 95th percentile), paper (means with bars of --sd
standard deviations, as the published figures have them).

KEY is study, label, fit, loss, target, estimator or a swept key, as estimator.batch (or batch).

examples:
  plot results/first -o first.pdf
  plot results/a results/b --y regression --facet study -o both.pdf -o both.png
  plot results/sweep --facet batch --color learning_rate --width double -o sweep.svg
  plot results/sweep --heatmap batch learning_rate -o slopes.pdf
"""


def say(text):
    """A message on stderr; one that cannot be written is no reason to end otherwise."""
    try:
        print(f"plot.py: {text}", file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):  # full, closed, not there
        pass


def dots(text):
    """The value of --dpi: below, texts have no room between dots; above, a page has a billion."""
    if not text.isdecimal() or not LEAST_DPI <= int(text) <= MOST_DPI:
        raise argparse.ArgumentTypeError(f"{visible(text)} is no whole number from {LEAST_DPI} to {MOST_DPI}")
    return int(text)


def options_of(arguments):
    parser = argparse.ArgumentParser(prog="plot", description=__doc__.split("\n", 1)[0], epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("sources", nargs="+", metavar="DIR|RATES.json",
        help="results folders, and outputs of `moerate rates --json`; - reads standard input. Or one "
        "FILE.jsonl of `moerate replay`: the way of a fit")
    add("-o", "--output", action="append", required=True, metavar="FIGURE",
        help="file to write, .pdf, .png or .svg; may be given again")
    add("--y", choices=list(QUANTITIES), default="loss", help="what is measured [loss]")
    add("--facet", action="append", default=[], metavar="KEY",
        help="a panel for each value of the key; twice: rows and columns of panels")
    add("--color", metavar="KEY", help="a colour for each value of the key [all that differs]")
    add("--heatmap", nargs=2, metavar=("X", "Y"), help="slopes by two keys in place of curves")
    add("--style", choices=STYLES, default="interval", help="statistic and spread [interval]")
    add("--sd", type=int, choices=(2, 3),
        help="standard deviations of --style paper [as the study's error_bars says]")
    add("--width", choices=list(WIDTHS), default="single",
        help="of one column of a journal (3.35 inches) or two (7) [single]")
    add("--title", help="above the figure [the studies' ids; \"\": none]")
    add("--dpi", type=dots, default=300, metavar="N", help=f"of a PNG, {LEAST_DPI} to {MOST_DPI} [300]")
    return parser.parse_args(arguments)


def check_outputs(files):
    for file in files:
        folder = os.path.dirname(file)
        if folder and not os.path.isdir(folder):
            raise InputError(f"{folder} is not a folder (the figure goes there) make it first")
        if not file.lower().endswith(ENDINGS):
            raise InputError(f"{file} is no kind of figure (it has to end in {', '.join(ENDINGS)}) "
                             "name it so")


def prepare(texts):
    """Fonts that have the characters, embedded as text where the format can."""
    import matplotlib
    matplotlib.use("Agg")
    matplotlib.rcParams.update({"pdf.fonttype": 42, "ps.fonttype": 42, "svg.fonttype": "path",
                                "axes.linewidth": 0.6})
    missing = choose_fonts([visible(text) for text in texts])
    if missing:
        say(f"no font here has {missing} (a box stands for each) install one, such as "
            "fonts-noto-cjk")


def figure_of(rows, options):
    """The figure of these rows. Raises InputError and LayoutError."""
    if not rows:
        raise InputError("nothing to draw (no row of rates) finish the run first")
    options.facet = [checked_key(rows, key) for key in options.facet]
    options.color = checked_key(rows, options.color) if options.color else None
    if len(options.facet) > 2:
        raise InputError(f"{len(options.facet)} facets (a page has rows and columns) name two at most")
    if options.title is None:
        studies = dict.fromkeys(row["study"] for row in rows)
        options.title = ", ".join(studies) if len(studies) == 1 and "study" not in options.facet else ""
    prepare([options.title, *(text for row in rows for text in
                              (row["study"], row["label"], row["loss"], *map(str, row["swept"].values())))])
    series, empty = series_of(rows, options.y, options.style, options.sd)
    left_out = list(dict.fromkeys(row["label"] for row in empty))
    for label in left_out:
        say(f"\"{visible(label)}\" is not in the figure (no n has a positive {options.y}: its fits failed, "
            "or none is done)")
    if options.heatmap:
        options.heatmap = [checked_key(rows, key) for key in options.heatmap]
        return draw_heatmap(series, options)
    facets = options.facet or default_facets([one.row for one in series], options.y)
    return draw_panels(Layout(series, options.y, facets, options.color, left_out), options)


def path_of(options):
    """The figure of one fit's way."""
    if len(options.sources) > 1:
        raise InputError("several sources (the way of one fit is drawn at a time) pass one .jsonl")
    points = read_path(options.sources[0])
    prepare([points[0]["label"], *points[0]["loss"]])
    return draw_path(points, options)


def save(figure, files, dpi):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # choose_fonts has said so
        for file in files:
            figure.savefig(file, dpi=dpi)


def main(arguments=None):
    options = options_of(arguments)
    try:
        check_outputs(options.output)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph")
            figure = path_of(options) if options.sources[0].endswith(".jsonl") else figure_of(
                read_rows(options.sources), options)
        save(figure, options.output, options.dpi)
    except InputError as error:
        say(error)
        return 2
    except ImportError as error:
        say(f"{error} (matplotlib draws the figure) install python3-matplotlib")
        return 1
    except OSError as error:
        say(f"cannot write {error.filename or ', '.join(options.output)} ({error.strerror}) name another "
            "place")
        return 1
    except Exception as error:  # pylint: disable=broad-except; matplotlib's, of many kinds
        if os.environ.get("MOERATE_PLOT_DEBUG"):
            raise
        say(f"cannot draw the figure ({type(error).__name__}: {error}) leave out the labels or "
            "values that it names")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

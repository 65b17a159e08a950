"""Made-up rows of rates and what their figures show, for the tests of tools/plot."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))

import plot  # noqa: E402

N = [250, 500, 1000, 2000, 4000]


def slope_of(level, exponent, spread, n):
    """A statistic that falls as a power of n, with its spread."""
    value = [level * size**exponent for size in n]
    return {"value": value, "sd": [spread * v for v in value], "p05": [0.5 * v for v in value],
            "p50": [0.9 * v for v in value], "p95": [1.8 * v for v in value], "slope": exponent,
            "lo": exponent - 0.05, "hi": exponent + 0.05}


def row_of(label="softmax", study="s", loss="softmax.L1", level=3.0, exponent=-0.3, spread=0.4, swept=None,
           theory=-0.5, bracketed=None, n=None):
    """A row as `moerate rates --json` has it, with what plot.py reads."""
    n = n or N
    slope = slope_of(level, exponent, spread, n)
    shown = ", ".join(f"{key}={value}" for key, value in (swept or {}).items())
    others = slope_of(0.3 * level, -0.5, spread, n)
    return {"study": study, "label": f"{label} [{shown}]" if swept else label, "fit": label,
            "swept": swept or {}, "loss": loss, "r": 1.0, "gauge": "align", "target": "truth",
            "estimator": "sgd", "n": n, "replicates": 10, "bracketed": bracketed, "mean": slope,
            "median": {**slope, "value": slope["p50"]}, "start": slope_of(2 * level, -0.083, spread, n),
            "regression": others, "expert": {"over": others, "exact": others, "missed": others},
            "response": {"cell": others, "gate": others}, "theory": theory}


def one_study():
    """Six fits with losses of two names, as experiments/first.toml has them."""
    fits = [("softmax", "softmax.L1", 2.0, -0.52), ("softmax, sgd", "softmax.L1", 1.2, -0.15),
            ("softmax, one more", "softmax.L1", 60.0, -0.75), ("softmax, one more, sgd", "softmax.L1", 0.8, -0.26),
            ("sigmoid", "sigmoid.D3", 30.0, -0.06), ("sigmoid, sgd", "sigmoid.D3", 5.0, 0.15)]
    return [row_of(label, "first", loss, level, exponent,
                   spread=1.4 if "more" in label else 0.5,  # heavy tails: two deviations reach below 0
                   theory=-0.5 if loss == "softmax.L1" else None,
                   bracketed="on the box" if label == "sigmoid" else None)
            for label, loss, level, exponent in fits]


def four_folders():
    """Four truths of one study, two swept values each."""
    return [row_of(study=f"four (results/four-{truth})", level=truth, exponent=-0.1 * truth,
                   swept={"estimator.batch": batch})
            for truth in (1, 2, 3, 4) for batch in (16, 64)]


def sweep():
    """Three by three."""
    return [row_of(study="sweep", level=1 + 0.2 * i + 0.1 * j, exponent=-0.1 - 0.05 * i - 0.2 * j,
                   swept={"estimator.batch": batch, "estimator.learning_rate": rate})
            for i, batch in enumerate((8, 32, 128)) for j, rate in enumerate((0.02, 0.1, 0.3))]


def draw(rows, *options):
    """The figure of these rows."""
    from plot_input import check_row
    for row in rows:
        check_row(row)
    return plot.figure_of(rows, plot.options_of(["-", "-o", "x.pdf", *options]))


def marked(axes, gid):
    return [mark for mark in [*axes.lines, *axes.texts] if mark.get_gid() == gid]


def panels(figure):
    return [axes for axes in figure.axes if axes.get_visible() and axes.get_label() != "<colorbar>"]

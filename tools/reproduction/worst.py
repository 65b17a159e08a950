"""Worst truths: experiments/minimax-* put the truth on a path that leads back to one whose atoms coincide,
at several speeds. What a minimax bound speaks of is the largest loss among them at each n."""

import glob
import os

import collect
import figure
from panels import EXPERIMENTS
from words import number, percent, short, table

KIND = "minimax"


def names():
    """The experiments, in the order of their names."""
    return sorted(os.path.basename(path)[:-len(".toml")]
                  for path in glob.glob(os.path.join(EXPERIMENTS, "minimax-*.toml")))


def speed_of(row):
    """The power of n with which the row's truth comes back: of the study's path, or the fit's own."""
    return next(value for key, value in row["swept"].items() if key.endswith("truth.path.exponent"))


def entry_of(moerate, name, record):
    """What is kept of an experiment: one entry a fit, its rows by speed."""
    about = collect.describe(moerate, name)
    fits = {}
    for row in record["rows"]:
        one = fits.setdefault(row["fit"], {"fit": row["fit"], "loss": row["loss"], "r": row["r"],
                                           "n": row["n"], "paths": []})
        one["paths"].append({"exponent": speed_of(row), "value": row["mean"]["value"],
                             "slope": row["mean"]["slope"], "lo": row["mean"]["lo"], "hi": row["mean"]["hi"],
                             "bracketed": row["bracketed"], "regression": row["regression"]["slope"],
                             "box": max(row["box_share"]), "certified": row["certified_share"],
                             "admissible": row["admissible_share"]})
    for one in fits.values():
        values = zip(*(path["value"] for path in one["paths"]))
        one["worst"] = [max(at) if None not in at else None for at in values]
        one["slope"] = slope_of(one["n"], one["worst"])
    return {"experiment": name, "title": about["title"], "source": about["source"],
            "noise_variance": about["data"]["noise_variance"],
            "replicates": min(row["replicates"] for row in record["rows"]),
            "run": collect.run_of(record), "fits": list(fits.values())}


def slope_of(n, values):
    """The least squares slope of log value on log n; none where a value is missing or is 0."""
    return collect.slope_at({"n": n, "value": values}, n)


def text(entries):
    """The section of the report; empty without entries."""
    if not entries:
        return ""
    first = entries[0]
    lines = [line for entry in entries for line in lines_of(entry)]
    return f"""## Worst truths

A bound on the minimax risk is a statement on the largest loss over truths at each n, which no truth that stays shows. The `minimax-*` experiments take the two points of the
papers' proofs: at one of them two atoms coincide (or a scale is free), and the path to the other leaves f as it is. The truth at n is base + n^e (other - base) for
e = {", ".join(f"{path['exponent']:g}" for path in first["fits"][0]["paths"])}. *worst loss* is the largest of the mean losses over e, its slope that of log(worst) on log n, without an interval, as a maximum has no simple one. The claim is
minimax >= n^-1/2 for the loss of every power, not testable at a fixed truth; *beside it* is a case that the theory calls strongly identifiable, on a path of the same numbers.
Least squares, best of eight starts.

""" + table(["experiment", "source", "fit", "loss", "n", "R", "worst loss at the ends", "its slope", "slopes by e",
              "regression error", "certified", "on the box"], lines) + "".join(
        f"![{entry['title']}](reproduction/{entry['experiment']}.png)\n\n" for entry in entries)


def lines_of(entry):
    """A line a fit: the papers' case first."""
    lines = []
    for one in entry["fits"]:
        known = [value for value in one["worst"] if value is not None]
        paths = one["paths"]
        loss = f"`{one['loss']}`" + (f" r = {one['r']:g}" if one["loss"].endswith("r") else "")
        lines.append([entry["experiment"], entry["source"], one["fit"], loss, f"{one['n'][0]} .. {one['n'][-1]}",
                      entry["replicates"],
                      f"{short(known[0])}, {short(known[-1])}" if known else "-", number(one["slope"], 2),
                      ", ".join(number(path["slope"], 2) for path in paths),
                      span([path["regression"] for path in paths], lambda value: number(value, 2)),
                      span([path["certified"] for path in paths], percent), percent(max(path["box"] for path in paths))])
    return lines


def span(values, shown):
    """The smallest and the largest."""
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    low, high = shown(min(known)), shown(max(known))
    return low if low == high else f"{low} .. {high}"


def draw(entry, file):
    """A pane a fit: its losses by speed, and the worst of them."""
    pyplot, drawing, grid = figure.panes(len(entry["fits"]), 2, (9, 3.6))
    for axes, one in zip(grid.flat, entry["fits"]):
        for index, path in enumerate(one["paths"]):
            points = figure.positive(one["n"], path["value"])
            if points:
                axes.plot(*zip(*points), color=figure.COLOURS[index], marker=figure.MARKERS[index], markersize=4,
                          linewidth=1, label=f"e = {path['exponent']:g}")
        worst = figure.positive(one["n"], one["worst"])
        if worst:
            axes.plot(*zip(*worst), color="black", linewidth=2.5, alpha=0.35, label="worst")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("sample size n")
        axes.set_ylabel(f"mean {one['loss']}")
        axes.set_title(one["fit"], fontsize=9)
        axes.legend(fontsize=7, frameon=False)
    limits = [axes.get_ylim() for axes in grid.flat]
    for axes in grid.flat:
        axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
    drawing.suptitle(f"{entry['title']} ({entry['source']})", fontsize=10)
    figure.save(pyplot, drawing, file)

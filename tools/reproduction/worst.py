"""Worst truths: experiments/minimax-* put the truth on a path that leads back to one whose atoms coincide,
at several speeds. What a minimax bound speaks of is the largest loss among them at each n."""

import glob
import os

import collect
import figure
import notes
from panels import EXPERIMENTS
from words import number, percent, short, table

KIND = "minimax"

# What the theory has for the case beside the papers', in its own loss at r = 1: the rates where the truth stays, and at
# the base where two atoms are one (none where the path has no such base). There terms of over cells have the power 2,
# so that their first powers fall as n^-1/4; under quadratic.L1 w has the power 4, so that it falls as n^-1/8.
BESIDE = {"minimax-000-T2": "-1/4", "minimax-001-C1": "-1/8", "minimax-002-T2": "-1/4", "minimax-002-T3": None,
          "minimax-002-T6": "-1/4", "minimax-003-T3": "-1/4", "minimax-003-T4": "-1/4", "minimax-004-T2": "-1/4",
          "minimax-004-T5": None}


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
e = {", ".join(f"{path['exponent']:g}" for path in first["fits"][0]["paths"])}. *worst loss* is the largest of the mean losses over e, its slope that of log(worst) on log n, without an interval, as a maximum has no simple one; ( ) where one of the
slopes by e gets no verdict, for the reasons below. *theory* of the papers' case, the first line of each experiment, is a lower bound for the loss of every power r over all truths, not testable at a fixed truth. The second line is
a case that the theory calls strongly identifiable, on a path of the same numbers: at r = 1 its loss has "<= -1/2 (upper)" where each true atom has one fitted atom, as at a truth that stays (e = 0), and the slower bound
where two atoms are one, at the base; no theorem has a bound that holds over the truths between (ridge experts with a bias stand outside the letter of the definitions of 001 and 002).
Least squares, best of eight starts.

{outcome(entries)}

""" + table(["experiment", "source", "fit", "loss", "theory", "n", "R", "worst loss at the ends", "its slope", "slopes by e",
              "regression error", "certified", "on the box"], lines) + reasons(entries) + notes.runs(
        {entry["experiment"]: entry.get("run") for entry in entries}) + "".join(
        f"![{entry['title']}](reproduction/{entry['experiment']}.png)\n\n" for entry in entries)


def outcome(entries):
    """What the constructions say, by whether atoms come to coincide."""
    def slopes(of, which):
        return ", ".join(number(entry["fits"][which]["slope"], 2) for entry in of)

    free = [entry for entry in entries if BESIDE.get(entry["experiment"], "") is None]
    joined = [entry for entry in entries if BESIDE.get(entry["experiment"])]
    parts = []
    if free:
        parts.append(f"Where a scale alone is free ({named(free)}) the worst loss of the papers' case has the slopes {slopes(free, 0)}, that of the case beside it {slopes(free, 1)}: "
                     "as the theorems have it.")
    if joined:
        unclear = sum(any(path["bracketed"] for path in fit["paths"]) for entry in joined for fit in entry["fits"])
        text_ = (f"Where two atoms come to coincide ({named(joined)}) the papers' case has {slopes(joined, 0)} and the strongly identifiable one {slopes(joined, 1)}, "
                 f"{unclear} of these {2 * len(joined)} without a verdict. ")
        beside = [entry["fits"][1]["slope"] for entry in joined]
        if None not in beside and min(beside) > -0.1:
            text_ += ("No strongly identifiable one falls as fast as its theory has it at any truth that stays: a bound at each truth does not hold over all truths that come near two equal atoms, "
                      "so that these minimax bounds do not tell the two kinds of experts apart.")
        parts.append(text_)
        faster = [f"{entry['experiment'].removeprefix('minimax-')} ({number(entry['fits'][0]['slope'], 2)} against {number(entry['fits'][1]['slope'], 2)})" for entry in joined
                  if None not in (entry["fits"][0]["slope"], entry["fits"][1]["slope"]) and entry["fits"][0]["slope"] < entry["fits"][1]["slope"] - 0.2]
        if faster:
            parts.append(f"In {', '.join(faster)} the papers' case falls faster than the one beside it.")
    return " ".join(parts)


def named(entries):
    return ", ".join(entry["experiment"].removeprefix("minimax-") for entry in entries)


def theory(entry, index):
    """What the theory has for a fit: the papers' case first, the one beside it second."""
    if index == 0:
        return "minimax >= n^-1/2 for every r (not testable at a fixed truth)"
    base = BESIDE.get(entry["experiment"], "")
    if base == "":
        return "-"
    return "<= -1/2 (upper)" if base is None else f"<= -1/2 (upper) at e = 0, <= {base} at the base"


def lines_of(entry):
    """A line a fit: the papers' case first."""
    lines = []
    for index, one in enumerate(entry["fits"]):
        known = [value for value in one["worst"] if value is not None]
        paths = one["paths"]
        loss = f"`{one['loss']}`" + (f" r = {one['r']:g}" if one["loss"].endswith("r") else "")
        lines.append([entry["experiment"], entry["source"], one["fit"], loss, theory(entry, index), f"{one['n'][0]} .. {one['n'][-1]}",
                      entry["replicates"], f"{short(known[0])}, {short(known[-1])}" if known else "-",
                      bracketed(one["slope"], any(path["bracketed"] for path in paths)),
                      ", ".join(bracketed(path["slope"], path["bracketed"]) for path in paths),
                      span([path["regression"] for path in paths], lambda value: number(value, 2)),
                      span([path["certified"] for path in paths], percent), percent(max(path["box"] for path in paths))])
    return lines


def bracketed(slope, reason):
    text_ = number(slope, 2)
    return f"({text_})" if reason and slope is not None else text_


def reasons(entries):
    """Why slopes get no verdict, a line a fit and path."""
    lines = [f"- {entry['experiment']}, {one['fit']}, e = {path['exponent']:g}: {path['bracketed']}\n" for entry in entries
             for one in entry["fits"] for path in one["paths"] if path["bracketed"]]
    return "".join(lines) + ("\n" if lines else "")


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

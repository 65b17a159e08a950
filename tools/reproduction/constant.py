"""The constant of the papers' lower bounds: inf ||f_G - f*|| over the measures at a loss, divided by that loss, of each
file of the panels, without noise (`moerate constant`)."""

import os
import subprocess
import time

import collect
import figure
import notes
from panels import EXPERIMENTS
from runs import OutOfTime, read_json, with_set, write_json
from same_data import gate_numbers
from words import cell, short, table
from words import loss as loss_words

KIND = "constant"
ENDS = {"steady": "stays", "growing": "grows: the split truth has another f", "falling": "falls", "unknown": "not known"}


def numbers(resolved):
    """Parameters of a file's largest fit, about: what a search costs goes with their square."""
    d = resolved["data"]["d"]
    return max(gate_numbers({**fit, "experts": count}, d) + count * (d + 1)
               for fit, count in ((fit, fit.get("experts") or sum(fit["groups"])) for fit in resolved["fit"]))


def order(files, check):
    """The files, the cheapest first."""
    return sorted(files, key=lambda name: (numbers(check(name)), name))


def run(moerate, files, scale, check):
    """Asks what is missing. A file that takes longer than the scale's minutes is left out and said to be."""
    for name in order(files, check):
        record = moerate.record_file(name, KIND)
        known = read_json(record)
        if known is not None and known["settings"] == scale.constant:
            continue
        if numbers(check(name)) > scale.constant_most:
            continue
        moerate.say(f"{name}, {KIND}")
        begun = time.monotonic()
        limit, left = 60 * scale.constant_minutes, moerate.clock.left()
        try:
            found = moerate.json("constant", os.path.join(EXPERIMENTS, name + ".toml"), "--json", "-q", *scale.constant,
                                 *moerate.machine, timeout=limit if left is None else min(limit, left))
        except subprocess.TimeoutExpired:
            if left is not None and left < limit:
                raise OutOfTime from None
            found = None
        except KeyboardInterrupt:
            raise OutOfTime from None
        os.makedirs(os.path.dirname(record), exist_ok=True)
        write_json(record, {"settings": scale.constant, "seconds": round(time.monotonic() - begun, 1),
                            "minutes": scale.constant_minutes, "commit": moerate.version(), "device": device(moerate, name),
                            "curves": None if found is None else found["curves"]})


def device(moerate, name):
    """The machine, as the program names it: "cpu, X, x86-64-v4, 2 threads"."""
    return moerate.plan(name, with_set(["study.replicates=1", "study.n=[1000]"]))["device"]


def entry_of(moerate, name, record):
    """What is kept of a file: its curves without the measures, which `moerate constant -o` writes."""
    about = collect.describe(moerate, name)
    n = max(moerate.check(name)["study"]["n"])
    kept = ("label", "loss", "r", "gauge", "target", "skipped", "end", "n_over_sigma2", "split", "at_loss", "difference")
    curves = None if record["curves"] is None else [
        {**{key: curve.get(key) for key in kept},
         "points": [{key: point.get(key) for key in ("epsilon", "reached", "distance", "least", "ratio", "exponent")}
                    for point in curve["points"]]} for curve in record["curves"]]
    return {"experiment": name, "source": about["source"], "asked": n / about["data"]["noise_variance"],
            "run": {key: record.get(key) for key in ("settings", "seconds", "minutes", "commit", "device")}, "curves": curves}


def text(entries):
    """The section of the report; empty without entries."""
    if not entries:
        return ""
    lines = [line for entry in entries for line in lines_of(entry)]
    drawn = any(shown(entry) for entry in entries)
    return f"""## The constant

The papers bound a loss L by ||f_G - f*||, whose rate is n^-1/2. *ratio* is the least ||f_G - f*|| at a loss, divided by that loss, of the file's own (first) truth and without noise, at the
largest and the smallest loss that were reached (`moerate constant`, [identifiability.md](identifiability.md#the-constant); a local search, so that the least may be less). Where it stays, the loss's rate can show from the n/sigma^2 of the column
*from* on, the panel ends at that of the last; "-" where it does not stay. Asked with `{" ".join(entries[0]["run"]["settings"])}`, files of fewer parameters first; what is missing was not asked yet.

""" + table(["file", "source", "fit", "loss", "the ratio", "ratio", "from n/sigma^2", "the panel's"], lines) + notes.runs({entry["experiment"]: entry["run"] for entry in entries}) + (
        "![The ratio of distance and loss at falling losses](reproduction/constant.png)\n\n" if drawn else "")


def lines_of(entry):
    if entry["curves"] is None:
        return [[entry["experiment"], entry["source"], "-", "-",
                 f"took more than {entry['run']['minutes']:g} minutes", "-", "-", short(entry["asked"])]]
    lines = []
    for curve in entry["curves"]:
        known = [point for point in curve["points"] if point["reached"] and point["ratio"] is not None]
        ratios = f"{short(known[0]['ratio'])} .. {short(known[-1]['ratio'])}" if known else "-"
        lines.append([entry["experiment"], entry["source"], cell(curve["label"]), loss_words(curve), said(curve), ratios,
                      short(curve["n_over_sigma2"] or None), short(entry["asked"])])
    return lines


def said(curve):
    """What becomes of the ratio."""
    if curve["skipped"]:
        return f"not asked: {curve['skipped']}"
    if curve["end"] == "flat":
        return f"is 0 at a loss of {short(curve['at_loss'])}: a measure of the same f"
    return ENDS[curve["end"]]


def shown(entry):
    """The curves that a figure has something of: (name, points of loss and ratio)."""
    curves = []
    for curve in entry["curves"] or []:
        points = figure.positive([point["epsilon"] for point in curve["points"]],
                                 [point["ratio"] if point["reached"] else None for point in curve["points"]])
        if len(points) > 1:
            to = ", to the projection" if curve["target"] == "projection" else ""
            curves.append((f"{curve['label']}, {curve['loss']}{to}", points))
    return curves


def draw(entries, file):
    """A pane a file that has a ratio."""
    drawn = [(entry, shown(entry)) for entry in entries if shown(entry)]
    if not drawn:
        return
    pyplot, drawing, grid = figure.panes(len(drawn), 3, (10, 3))
    for axes in grid.flat[len(drawn):]:
        axes.set_visible(False)
    for axes, (entry, curves) in zip(grid.flat, drawn):
        for index, (name, points) in enumerate(curves):
            axes.plot(*zip(*points), color=figure.COLOURS[index % len(figure.COLOURS)], marker=figure.MARKERS[index % len(figure.MARKERS)],
                      markersize=4, linewidth=1, label=name)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("loss L")
        axes.set_ylabel("least ||f - f*|| / L")
        axes.set_title(f"{entry['experiment']}\n{entry['source']}", fontsize=8)
        axes.legend(fontsize=6, frameon=False)
        same_span(axes, curves)
    figure.save(pyplot, drawing, file)


def same_span(axes, curves, least=1e3):
    """As many decades in every pane, or what is there, so that a ratio that stays looks so."""
    ratios = [ratio for _, points in curves for _, ratio in points]
    low, high = min(ratios), max(ratios)
    wide = max(1.0, (least / (high / low)) ** 0.5) * 1.3
    axes.set_ylim(low / wide, high * wide)

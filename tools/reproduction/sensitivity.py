"""What the papers leave open, swept: heat maps of the slope, from the rates of experiments/sensitivity-*."""

import re

import figure
import notes
from panels import file_word
from runs import run_of
from words import CLOSE, number, table

LABEL = re.compile(r"(?P<fit>.*), (?P<start>start [^,\[]*?)(?P<raw>, raw)? "
                   r"\[estimator\.batch=(?P<batch>[^,]*), estimator\.epochs=(?P<epochs>\d+)\]")


def cells_of(record):
    """What is kept of a sweep: one entry a curve."""
    cells = []
    for row in record["rows"]:
        named = LABEL.fullmatch(row["label"])
        cells.append({"fit": named["fit"], "start": named["start"], "raw": named["raw"] is not None,
                      "batch": named["batch"].strip('"'), "epochs": int(named["epochs"]),
                      "loss": row["loss"], "target": row["target"], "reported": row["reported_slope"], "slope": row["mean"]["slope"],
                      "lo": row["mean"]["lo"], "hi": row["mean"]["hi"], "of_start": row["start"]["slope"],
                      "admissible": row["admissible_share"]})
    # Where all fits of some n failed a row has no replicate.
    return {"n": record["n"], "replicates": max(row["replicates"] for row in record["rows"]),
            "run": {key: value for key, value in run_of(record).items() if key not in ("n", "ends")}, "cells": cells}


def axes_of(cells):
    """Starts and batches in the order of the file."""
    return (list(dict.fromkeys(cell["start"] for cell in cells)),
            list(dict.fromkeys(cell["batch"] for cell in cells)))


def maps_of(cells):
    """(fit, loss, target, raw, epochs): the slopes [start][batch], of each there is."""
    starts, batches = axes_of(cells)
    maps = {}
    for cell in cells:
        key = (cell["fit"], cell["loss"], target_of(cell), cell["raw"], cell["epochs"])
        grid = maps.setdefault(key, [[None] * len(batches) for _ in starts])
        grid[starts.index(cell["start"])][batches.index(cell["batch"])] = cell
    return maps


def target_of(cell):
    """What a cell's loss is against; older entries do not say it, and have no other."""
    return cell.get("target", "truth")


def title(key):
    fit, loss, target, raw, epochs = key
    to = "" if target == "truth" else f" to the {target}"
    return f"{fit}, {loss}{to}{', gauge none' if raw else ''}, {epochs} epochs"


def text(sweep, panel):
    """The panel's paragraph: the map, and what it says."""
    cells = sweep["cells"]
    lines = []
    for key, grid in maps_of(cells).items():
        of_map = [cell for row in grid for cell in row if cell is not None and cell["slope"] is not None]
        if not of_map:
            continue
        least = min(of_map, key=lambda cell: cell["slope"])
        most = max(of_map, key=lambda cell: cell["slope"])
        near = [cell for cell in of_map if cell["reported"] is not None
                and abs(cell["slope"] - cell["reported"]) <= CLOSE]
        starts = sum(abs(cell["slope"] - cell["of_start"]) <= CLOSE for cell in of_map
                     if cell["of_start"] is not None)
        shown = "; ".join(f"{cell['start']}, batch {cell['batch']} ({number(cell['slope'])}, its starts' "
                          f"{number(cell['of_start'])})" for cell in near[:4])
        lines.append([title(key), number(of_map[0]["reported"]), where(least), where(most),
                      f"{starts} of {len(of_map)}", f"{len(near)}: {shown}" if near else "0"])
    n = sweep["n"]
    return (f"The same with batch, start, epochs and gauge swept (`sensitivity-{panel}`; n = {n[0]} .. {n[-1]}, {sweep['replicates']} replicates, "
            "one drawn truth). The line in the map is the reported slope, a dash where all fits of some n failed:\n\n"
            f"![slopes of {panel} by start and batch](reproduction/{file_word('sensitivity-' + panel)}.png)\n\n"
            + table(["map", "reported", "steepest", "flattest", f"within {CLOSE:g} of its start's slope",
                     f"within {CLOSE:g} of the reported slope"], lines) + notes.runs({f"sensitivity-{panel}": sweep.get("run")}))


def where(cell):
    return f"{number(cell['slope'])}: {cell['start']}, batch {cell['batch']}"


def draw(sweep, panel, file):
    """Maps side by side: start by batch, the slope in each cell, the reported slope as a contour."""
    maps = maps_of(sweep["cells"])
    starts, batches = axes_of(sweep["cells"])
    columns = 2
    pyplot, drawing, grid = figure.panes(len(maps), columns, (11, 2.9))
    for axes, (key, cells) in zip(grid.flat, maps.items()):
        draw_map(axes, cells, starts, batches)
        axes.set_title(title(key), fontsize=8)
    for axes in list(grid.flat)[len(maps):]:
        axes.set_visible(False)
    drawing.suptitle(f"{panel}: slope of the mean loss, n = {sweep['n'][0]} .. {sweep['n'][-1]}", fontsize=10)
    figure.save(pyplot, drawing, file)


def draw_map(axes, cells, starts, batches):
    values = [[float("nan") if cell is None or cell["slope"] is None else cell["slope"] for cell in row]
              for row in cells]
    axes.imshow(values, cmap="RdYlBu", vmin=-0.6, vmax=0.6, aspect="auto")
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            axes.text(j, i, "-" if value != value else f"{value:.2f}", ha="center", va="center", fontsize=8)
    reported = next((cell["reported"] for row in cells for cell in row if cell), None)
    known = [value for row in values for value in row if value == value]
    if reported is not None and known and min(known) < reported < max(known):
        axes.contour(values, levels=[reported], colors="black", linewidths=1.5)
    axes.set_xticks(range(len(batches)), [f"batch {batch}" for batch in batches], fontsize=7)
    axes.set_yticks(range(len(starts)), starts, fontsize=7)

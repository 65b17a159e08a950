"""Rows of rates for figures: read from results folders and from the output of `moerate rates --json`,
and checked as far as they are drawn."""

import difflib
import json
import math
import os
import shutil
import subprocess
import sys

REMEDY = "pass a results folder, or the output of `moerate rates DIR --json`"
# What can be on the vertical axis: where it stands in a row, and what the axis says.
QUANTITIES = {
    "loss": (("mean",), "loss"),
    "regression": (("regression",), "regression error in $L_2$"),
    "expert.over": (("expert", "over"), "expert error, cells of several"),
    "expert.exact": (("expert", "exact"), "expert error, cells of one"),
    "expert.missed": (("expert", "missed"), "expert error, missed"),
    "response.cell": (("response", "cell"), "error of a cell's response"),
    "response.gate": (("response", "gate"), "error of a cell's gate weight"),
}


class InputError(Exception):
    """What is wrong with the input (why) what to do."""


def drawable(value):
    """Whether a logarithmic axis can show a value."""
    return value is not None and 0 < value < math.inf


def binary():
    """The program that reads results folders: of MOERATE, of the build beside this file, of the PATH."""
    here = os.path.dirname(os.path.realpath(__file__))
    for path in (os.environ.get("MOERATE"), os.path.join(here, "..", "build", "moerate"),
                 os.path.join(here, "..", "..", "bin", "moerate"), shutil.which("moerate")):
        if path and os.path.isfile(path):
            return path
    raise InputError("no moerate found (it reads results folders) put it on the PATH, or set MOERATE "
                     "to it")


def rates_of(folders):
    """The document of `moerate rates` of these folders, which names equal studies apart."""
    done = subprocess.run([binary(), "rates", *folders, "--json"], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise InputError(done.stderr.strip() or f"moerate rates failed ({done.returncode})")
    return json.loads(done.stdout)


def document_of(name):
    """The JSON document in a file, `-`: on standard input."""
    shown = "standard input" if name == "-" else name
    try:
        if name == "-":
            return shown, json.load(sys.stdin or open(os.devnull, encoding="utf-8"))
        with open(name, encoding="utf-8") as file:
            return shown, json.load(file)
    except OSError as error:
        raise InputError(f"cannot read {name} ({error.strerror}) check the name; -o names the figure"
                         ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{shown} is not JSON ({error}) {REMEDY}") from error


def read_rows(sources):
    """All rows of results folders and rates documents."""
    folders = [source for source in sources if os.path.isdir(source)]
    documents = [(", ".join(folders), rates_of(folders))] if folders else []
    documents += [document_of(source) for source in sources if source not in folders]
    rows = []
    for name, document in documents:
        if not isinstance(document, dict) or not isinstance(document.get("rows"), list):
            raise InputError(f"{name} is no table of rates (it has no list \"rows\") {REMEDY}")
        for number, row in enumerate(document["rows"], 1):
            try:
                check_row(row)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise InputError(f"{name} is no table of rates (row {number}: "
                                 f"{type(error).__name__} {error}) {REMEDY}") from error
            rows.append(row)
    return rows


def check_row(row):
    """Touches all that is drawn of a row; raises what is raised where it is not of its kind. Rows of
    older versions get what these did not have."""
    row["fit"] = row.get("fit") or row["label"]
    row.setdefault("swept", {})
    for key in ("study", "label", "fit", "loss", "gauge", "target"):
        row[key].encode("utf-8", "surrogatepass")
    row["swept"].keys()
    for number in [row["r"], row["replicates"], *row["n"]]:
        float(number)
    for which in ("mean", "start"):
        check_slope(row[which])
    for path, _ in QUANTITIES.values():
        slope = slope_at(row, path)
        if slope is not None:
            check_slope(slope)
    for key in ("bracketed", "theory"):
        row[key]  # pylint: disable=pointless-statement
    float(row.get("error_bars", 2))
    [reason["of"] for reason in row.get("reasons", [])]  # pylint: disable=expression-not-assigned


def check_slope(slope):
    for key in ("value", "sd", "p05", "p50", "p95"):
        for number in slope.get(key, []) if key != "value" else slope[key]:
            drawable(number)
    for key in ("slope", "lo", "hi"):
        if slope[key] is not None:
            float(slope[key])


def slope_at(row, path):
    """A statistic of a row; None where the version that wrote it did not have it."""
    for key in path:
        row = row.get(key)
        if row is None:
            return None
    return row


def loss_text(row):
    """Name of a loss; a name that ends in r has an exponent, which is part of what it means."""
    text = row["loss"]
    if text.endswith("r"):
        text += f" r={row['r']:g}"
    return text if row["gauge"] == "align" else f"{text}, gauge {row['gauge']}"


def known_keys(rows):
    """What rows can be told apart by: --facet, --color, --heatmap."""
    swept = dict.fromkeys(key for row in rows for key in row["swept"])
    return ["study", "label", "fit", "loss", "target", "estimator", *swept]


def value_of(row, key):
    """The value of such a key, as text; a swept key of a fit that sets it itself: -."""
    if key == "loss":
        return loss_text(row)
    if key in ("study", "label", "fit", "target", "estimator"):
        return str(row.get(key, ""))
    value = row["swept"].get(key, "-")
    return f"{value:g}" if isinstance(value, float) else str(value)


def checked_key(rows, key):
    keys = known_keys(rows)
    if key in keys:
        return key
    same = [known for known in keys if known.split(".")[-1] == key]  # batch for estimator.batch
    if len(same) == 1:
        return same[0]
    near = difflib.get_close_matches(key, keys, 1)
    raise InputError(f"{key} tells no rows apart (they have {', '.join(keys)}) "
                     + (f"nearest: {near[0]}" if near else "name one of these"))


def differing(rows, but=()):
    """Keys by which rows differ, those of a sweep first, the loss behind them; label is all of a fit."""
    keys = [key for key in known_keys(rows) if key not in but and key != "label"]
    keys.sort(key=lambda key: ("." not in key, key != "study"))
    return [key for key in keys if len({value_of(row, key) for row in rows}) > 1]

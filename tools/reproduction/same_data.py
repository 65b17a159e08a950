"""Which gate is faster on the same data: experiments/same-data-*, fits of two gates by least squares,
compared pair by pair in what both can be measured in."""

import glob
import os

import collect
import notes
from panels import EXPERIMENTS
from runs import with_set
from words import cell, number, percent, short, table

KIND = "same-data"
ENOUGH = 10  # samples for a parameter, and the gates' signal for a gate's parameter
CERTIFIED = 0.5  # share of fits; it is not known of a gate whose class does not have f*


def names():
    """The experiments, in the order of their names."""
    return sorted(os.path.basename(path)[:-len(".toml")]
                  for path in glob.glob(os.path.join(EXPERIMENTS, "same-data-*.toml")))


def entry_of(moerate, name, record):
    """What is kept of an experiment: one set of comparisons a level of noise."""
    about = collect.describe(moerate, name)
    folder = os.path.dirname(moerate.record_file(name, KIND))
    gates = moerate.truths(name, with_set(["study.replicates=1"]))[0]["gates"]
    levels = {}
    for row in record["rows"]:
        levels.setdefault(row["swept"]["data.noise_variance"], []).append(row)
    return {"experiment": name, "title": about["title"], "source": about["source"], "gates": gates,
            "replicates": min(row["replicates"] for row in record["rows"]), "n": record["n"],
            "run": collect.run_of(record),
            "noise": [level_of(moerate, folder, about, gates, noise, rows) for noise, rows in levels.items()]}


def level_of(moerate, folder, about, gates, noise, rows):
    """The comparisons of one level of noise."""
    found = moerate.json("compare", folder, "--rows", *(row["label"] for row in rows), "--json")
    numbers = max(gate_numbers(fit, about["data"]["d"]) for fit in about["data"]["fits"])
    signal = min(rows[0]["n"]) * gates ** 2 / noise
    few = any(reason["code"] == "few_samples" for row in rows for reason in row["reasons"])
    return {"noise_variance": noise, "signal": signal, "gate_numbers": numbers, "few_samples": few,
            "fits": [{"fit": row["fit"], "loss": row["loss"], "slope": row["mean"]["slope"],
                      "certified": row["certified_share"], "admissible": row["admissible_share"],
                      "box": max(row["box_share"]), "bracketed": row["bracketed"]} for row in rows],
            "compared": [{"quantity": one["quantity"], "a": one["a"]["slope"], "b": one["b"]["slope"],
                          "difference": one["difference"], "ratio": one["ratio"]}
                         for one in found["comparisons"] if one["comparable"]]}


def gate_numbers(fit, d):
    """Parameters of a fit's gates: location and bias of each atom, forms by their symmetric part."""
    forms = {"quadratic": d * (d + 1) // 2 + d, "monomial": d * (d + 1) // 2}
    return fit["experts"] * (forms.get(fit["gate"]["score"], d) + 1)


def text(entries):
    """The section of the report; empty without entries."""
    if not entries:
        return ""
    parts = ["""## The same data for both gates

003 and 000 read from their figures that the sigmoid gate learns faster than the softmax gate on data of a softmax gate. Their losses are distances of different parameters. Here both gates are fitted
to the same data sets by least squares, best of eight starts or more, and compared pair by pair in what they share. A difference is the slope of the first gate minus that of the second: below 0 the first is faster. It gets a
"""f"""verdict where n is at least {ENOUGH} times the rank, the gates' part of f carries at least {ENOUGH} times as much as their parameters can fit of noise (n (part of f)^2 / sigma^2 against {ENOUGH} times their number), and at least {percent(CERTIFIED)} of the
fits of either gate are certified. A gate that does not have f* has no certificate (-): its errors come to those of its projection and stop falling, which the verdict counts.

"""]
    for entry in entries:
        parts.append(f"### {entry['experiment']}: {entry['title']}\n\n{entry['source']}; n = {entry['n'][0]} .. {entry['n'][-1]}, "
                     f"{entry['replicates']} replicates; the gates' part of f is {short(entry['gates'])} in L2.\n\n")
        for level in entry["noise"]:
            parts.append(level_text(level))
        parts.append(notes.runs({entry["experiment"]: entry.get("run")}))
    return "".join(parts)


def level_text(level):
    first, second = (fit["fit"] for fit in level["fits"][:2])
    head = (f"Noise variance {level['noise_variance']:g}: signal of the gates {short(level['signal'])} for {level['gate_numbers']} parameters. "
            + "; ".join(f"{cell(fit['fit'])}: certified {percent(fit['certified'])}, admissible {percent(fit['admissible'])}, on the box "
                        f"{percent(fit['box'])}, `{fit['loss']}` slope {number(fit['slope'])} (not comparable)" for fit in level["fits"]) + ".\n\n")
    lines = [[one["quantity"], number(one["a"]), number(one["b"]),
              f"{number(one['difference']['slope'])} [{number(one['difference']['lo'])}, {number(one['difference']['hi'])}]",
              short(one["ratio"]["value"]), verdict(level, one, first, second)] for one in level["compared"]]
    return head + table(["quantity", f"slope, {cell(first)}", f"slope, {cell(second)}", "difference", "ratio at the largest n", "verdict"], lines)


def verdict(level, one, first, second):
    """Who is faster, or why nothing is said."""
    if level["few_samples"]:
        return "none: n is too small"
    if level["signal"] < ENOUGH * level["gate_numbers"]:
        return "none: the gates do not show in this noise"
    if any(fit["certified"] is not None and fit["certified"] < CERTIFIED for fit in level["fits"]):
        return "none: too few fits are certified"
    low, high = one["difference"]["lo"], one["difference"]["hi"]
    if low is None:
        return "none"
    return f"{first} is faster" if high < 0 else f"{second} is faster" if low > 0 else "no difference seen"

"""Claims without a figure: experiments/claim-* measure by least squares what the papers' tables and
theorems say of experts and parameters."""

import glob
import os

import collect
from panels import EXPERIMENTS
from words import cell, number, percent, table, theory, why
from words import loss as loss_words
from words import slope as slope_words

KIND = "claims"

# The experiments whose claim is on blocks of parameters, and these blocks: their names in the rates, and in the papers.
BLOCKS = {"claim-001-table1": {"gate.A": "A", "gate.w": "b (w)", "expert": "eta", "mass": "exp c"},
          "claim-002-T6-omega": {"group.w": "omega", "gate.w": "kappa", "expert": "eta", "mass": "exp nu"}}


def names():
    """The experiments, in the order of their names."""
    return sorted(os.path.basename(path)[:-len(".toml")]
                  for path in glob.glob(os.path.join(EXPERIMENTS, "claim-*.toml")))


def entry_of(moerate, name, record):
    """What is kept of an experiment: one row of its rates each."""
    about = collect.describe(moerate, name)
    rows = []
    for row in record["rows"]:
        one = {key: row[key] for key in ("label", "loss", "r", "gauge", "target", "n", "theory")}
        one["estimate"] = collect.estimate(row)
        one["median"] = row["median"]["slope"]
        for expert in ("over", "exact"):
            found = row["expert"][expert]
            one["expert_" + expert] = {**{key: found[key] for key in ("value", "slope", "lo", "hi")},
                                       "bracketed": bracketed(row, found)}
        one["blocks"] = blocks_of(row, BLOCKS.get(name, {}))
        rows.append(one)
    return {"experiment": name, "title": about["title"], "source": about["source"],
            "noise_variance": about["data"]["noise_variance"],
            "replicates": min((row["replicates"] for row in record["rows"]), default=0),
            "run": collect.run_of(record), "rows": rows}


def blocks_of(row, wanted):
    """What is kept of these blocks of a row, by name: both kinds of cells."""
    blocks = row.get("blocks") or {}
    return {block: {cells: {**{key: blocks[block][cells][key] for key in ("value", "slope", "lo", "hi", "theory")},
                            "median": blocks[block][cells]["median"]["slope"],
                            "bracketed": bracketed(row, blocks[block][cells])} for cells in ("over", "exact")}
            for block in wanted if block in blocks}


def bracketed(row, slope):
    """Whether the rates give a slope no verdict: for the row's fits, or for itself."""
    return any(reason["of"] == "fits" for reason in row["reasons"]) or bool(slope.get("reasons"))


def text(entries):
    """The section of the report; empty without entries."""
    if not entries:
        return ""
    parts = ["""## Claims without a figure

What the papers' tables and theorems say beyond their figures (`claim-*`), measured by least squares, best of eight starts (the columns say which share is certified), at a noise where rates can show. Each gate has data of
its own, as a theorem speaks of a truth of its gate. The experts' columns are what the tables are about: the largest distance in L2 of an expert to the true one of its cell, over cells of several atoms
and of one. "sub" is slower than any power of n over all truths, which a single truth need not show (see the worst truths).
Where a fit has an atom too many, its minimum at one truth often has that atom far away, on the box, with next to no mass ([validation.md](validation.md), "Over-specified fits"): such slopes are in brackets and decide nothing,
for or against a claim. Masses that are bounded from below, as the theorems have them, are what `--set 'estimator.box={b=1.0}'` asks for where the truth's biases allow it.

"""]
    for entry in entries:
        parts.append(f"### {entry['experiment']}: {entry['title']}\n\n{entry['source']}; n = {entry['rows'][0]['n'][0]} .. "
                     f"{entry['rows'][0]['n'][-1]}, {entry['replicates']} replicates, noise variance {entry['noise_variance']:g}.\n\n")
        parts.append(table(["fit", "loss", "theory", "its slope", "median's", "experts, over", "experts, exact", "regression error",
                            "admissible", "certified", "on the box"], [line_of(row) for row in entry["rows"]]))
        parts.append(blocks_text(entry))
        reasons = [f"- {cell(row['label'])}: {row['estimate']['bracketed']}\n" for row in entry["rows"]
                   if row["estimate"]["bracketed"] is not None]
        struck = sorted({f"- ✗ {why(row['theory'])}\n" for row in entry["rows"]
                         if isinstance(row["theory"], dict) and not row["theory"]["stands"]})
        if reasons or struck:
            parts.append("".join(reasons + struck) + "\n")
    return "".join(parts)


def blocks_text(entry):
    """The table by block, where the claim is on blocks."""
    names_ = BLOCKS.get(entry["experiment"], {})
    lines = []
    for row in entry["rows"]:
        for block, found in row["blocks"].items():
            cells = [text_ for kind in ("over", "exact") for text_ in (
                interval(found[kind]), number(found[kind]["median"], 2), theory(found[kind]["theory"]))]
            lines.append([cell(row["label"]), names_[block], *cells])
    if not lines:
        return ""
    return """By block: the slope of the largest mean distance within a cell of several atoms (over), of one (exact), that of its median, and the theory's, which is the loss's divided by the
block's power in it ([losses.md](losses.md), "By block"). ( ): no verdict, `moerate rates --blocks --json` has the reasons.

""" + table(["fit", "block", "over", "median's", "theory", "exact", "median's", "theory"], lines)


def line_of(row):
    one = row["estimate"]
    experts = [interval(row[key]) for key in ("expert_over", "expert_exact")]
    return [cell(row["label"]), loss_words(row), theory(row["theory"]), slope_words(one), number(row["median"], 2), *experts,
            number(one["regression"], 2), percent(one["admissible"]), percent(one["certified"]), percent(one["box"])]


def interval(found):
    """A slope with its interval; a dash where some n have no such cell."""
    if found["slope"] is None:
        return "-"
    text_ = f"({number(found['slope'], 2)})" if found["bracketed"] else number(found["slope"], 2)
    return text_ if found["lo"] is None else f"{text_} [{number(found['lo'], 2)}, {number(found['hi'], 2)}]"

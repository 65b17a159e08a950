"""Claims without a figure: experiments/claim-* measure by least squares what the papers' tables and
theorems say of experts and parameters."""

import glob
import os

import collect
import notes
from identified import facts_of
from panels import EXPERIMENTS
from runs import read_json
from words import cell, number, percent, short, table, theory, why
from words import loss as loss_words
from words import slope as slope_words

KIND = "claims"

# The same with masses bounded from below, as the theorems have it: shares of gates that compete are at least
# e^-4 of the largest. All these truths lie inside.
BOUNDED = "claims-bounded"
BOUNDS = ["estimator.box={ gate = { b = 2.0 } }"]
COMPETING = ("softmax", "topk", "hierarchical")

# The experiments whose claim is on blocks of parameters, and these blocks: their names in the rates, and in the papers.
BLOCKS = {"claim-001-table1": {"gate.A": "A", "gate.w": "b (w)", "expert": "eta", "mass": "exp c"},
          "claim-002-T6-omega": {"group.w": "omega", "gate.w": "kappa", "expert": "eta", "mass": "exp nu"},
          "claim-004-table1": {"gate.w": "w"}}

# Rows that a paper calls equal: experiment, what is said, and the two labels' beginnings.
EQUAL = {"claim-003-table1": ("003 (after Theorem 2, and section 4) has the same rates of experts under the sigmoid gate in regime 1 and the softmax gate",
                              "regime 1", "softmax")}


def names():
    """The experiments, in the order of their names."""
    return sorted(os.path.basename(path)[:-len(".toml")]
                  for path in glob.glob(os.path.join(EXPERIMENTS, "claim-*.toml")))


def further(resolved):
    """Further runs of an experiment: their settings by kind."""
    return {BOUNDED: BOUNDS} if any(fit["gate"]["normalizer"] in COMPETING for fit in resolved["fit"]) else {}


def entry_of(moerate, name, record):
    """What is kept of an experiment: one row of its rates each."""
    about = collect.describe(moerate, name)
    bounded = read_json(moerate.record_file(name, BOUNDED))
    competing = {fit["label"] for fit in about["data"]["fits"] if fit["gate"]["normalizer"] in COMPETING}
    return {"experiment": name, "title": about["title"], "source": about["source"],
            "noise_variance": about["data"]["noise_variance"],
            "replicates": min((row["replicates"] for row in record["rows"]), default=0),
            "run": collect.run_of(record), "truths": truths_of(moerate, name, about), "rows": rows_of(name, record["rows"]),
            "bounded": bounded and {"run": collect.run_of(bounded),
                                    "rows": rows_of(name, [row for row in bounded["rows"] if row["label"] in competing])}}


def rows_of(name, rows):
    """What is kept of rows of the rates."""
    kept = []
    for row in rows:
        one = {key: row[key] for key in ("label", "loss", "r", "gauge", "target", "n", "theory")}
        one["estimate"] = collect.estimate(row)
        one["median"] = row["median"]["slope"]
        one["regression_median"] = collect.slope_at({"n": row["n"], "value": row["regression"]["p50"]}, row["n"])
        gates = row["response"]["gate"]
        one["gate"] = {**{key: gates[key] for key in ("value", "slope", "lo", "hi")}, "bracketed": bracketed(row, gates)}
        for expert in ("over", "exact"):
            found = row["expert"][expert]
            one["expert_" + expert] = {**{key: found[key] for key in ("value", "slope", "lo", "hi")},
                                       "bracketed": bracketed(row, found)}
        one["blocks"] = blocks_of(row, BLOCKS.get(name, {}))
        kept.append(one)
    return kept


def truths_of(moerate, name, about):
    """Facts of each fit's own truth, by the fit's label."""
    fits = {fit["label"]: fit for fit in about["data"]["fits"]}
    return {label: facts_of(truth, fits[label], about["data"]["d"])
            for truth in collect.plan_of_truths(moerate, name) for label in truth["labels"]}


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
and of one; *gates* is the largest distance in L2 of a true atom's gate to the sum of those of its cell (`response.gate`). "sub" is slower than any power of n over all truths, which a single truth need not show (see the worst truths).
Where a fit has an atom too many, its minimum at one truth often has that atom far away, on the box, with next to no mass ([validation.md](validation.md), "Over-specified fits"): such slopes are in brackets and decide nothing,
for or against a claim. The theorems have masses bounded from below; a second table has the same fits so, of gates whose masses compete, by `--set 'estimator.box={ gate = { b = 2.0 } }'`: no mass is below e^-4 of the largest.
Minima want less in many of these fits, which then lie on that bound: brackets there say so, while the estimator is the theorems' own, and the slopes are what they speak of.
Each truth is drawn from the experiment's seed; f determines as many of its parameters as the rank says, of what its family has in general position: fewer where the case asks for a
truth that is not (constant gates, experts without slope). Along an eigenvalue l an exactly specified fit varies by sigma / sqrt(n l): by 0.1 at n = 10000 where l is 1e-10.

"""]
    return "".join(parts) + holding(entries) + "".join(map(entry_text, entries))


def holding(entries):
    """How many claims of a power of n the intervals hold, with masses bounded and as the estimator is. Fits
    that two experiments share are counted once."""
    pairs = {}
    for entry in entries:
        plain = {(row["label"], row["loss"], row["r"]): row for row in entry["rows"]}
        for row in (entry.get("bounded") or {"rows": []})["rows"]:
            claim = row["theory"]
            if isinstance(claim, dict) and claim["stands"] and not isinstance(claim["claim"], str):
                both = row["estimate"], plain[row["label"], row["loss"], row["r"]]["estimate"]
                if all(one["lo"] is not None for one in both):
                    pairs[row["loss"], *both[0]["value"]] = (claim["claim"], *both)
    if not pairs:
        return ""
    bounded, wide = (sum(pair[at]["lo"] <= pair[0] <= pair[at]["hi"] for pair in pairs.values()) for at in (1, 2))
    narrower = sum(one["hi"] - one["lo"] < other["hi"] - other["lo"] for _, one, other in pairs.values())
    return (f"Of {len(pairs)} such rows that claim a power of n the interval of the mean loss's slope holds it in {bounded} with masses bounded and in {wide} without; "
            f"it is narrower with them in {narrower}.\n\n")


def entry_text(entry):
    """An experiment: its truths, its rates, and what they do not say."""
    rows = entry["rows"]
    reasons = [f"- {cell(row['label'])}: {row['estimate']['bracketed']}\n" for row in rows
               if row["estimate"]["bracketed"] is not None]
    reasons += [notes.regression(row) for row in unlike(rows)]
    reasons += sorted({f"- ✗ {why(row['theory'])}\n" for row in rows
                       if isinstance(row["theory"], dict) and not row["theory"]["stands"]})
    return (f"### {entry['experiment']}: {entry['title']}\n\n{entry['source']}; n = {rows[0]['n'][0]} .. "
            f"{rows[0]['n'][-1]}, {entry['replicates']} replicates, noise variance {entry['noise_variance']:g}.\n\n"
            + truths_text(entry) + rows_text(entry["experiment"], rows)
            + "".join(reasons) + ("\n" if any(reasons) else "") + equal_text(entry)
            + notes.runs({entry["experiment"]: entry.get("run")}) + bounded_text(entry))


def rows_text(experiment, rows):
    """The table of the rates, and the one by block."""
    return (table(["fit", "loss", "theory", "its slope", "median's", "experts, over", "experts, exact", "gates", "regression error",
                   "admissible", "certified", "on the box"], [line_of(row) for row in rows]) + blocks_text(experiment, rows))


def bounded_text(entry):
    """The same fits with masses bounded from below; nothing where none were run."""
    bounded = entry.get("bounded")
    if not bounded:
        return ""
    return ("With masses bounded from below (|b| <= 2 in gates, all else alike):\n\n" + rows_text(entry["experiment"], bounded["rows"])
            + notes.runs({entry["experiment"]: bounded["run"]}))


def unlike(rows):
    """Rows of unlike fits: a fit may have a row for each of several losses, and one regression error."""
    return {row["label"]: row for row in rows}.values()


def truths_text(entry):
    """The truths' table, of an entry that has them."""
    lines = [[cell(label), f"{one['rank']} of {one['parameters']}", f"{one['general']}" + (" (fewer here)" if one["rank"] < one["general"] else ""),
              f"{one['smallest_eigenvalue']:.1e}", short(one["separation"]),
              short(one["response"]) + (" (below sigma)" if one["response"] ** 2 < entry["noise_variance"] else "")]
             for label, one in entry.get("truths", {}).items()]
    return ("The truths (`moerate plan`):\n\n" + table(["fit", "rank of E[JᵀJ]", "in general position", "its smallest eigenvalue but 0",
                                                       "least cell separation", "least norm of g h"], lines) if lines else "")


def equal_text(entry):
    """What is measured of rates that a paper calls equal; nothing where it says none."""
    if entry["experiment"] not in EQUAL:
        return ""
    said, first, second = EQUAL[entry["experiment"]]
    rows = {row["label"]: row for row in entry["rows"]}
    lines = []
    for label, row in rows.items():
        kind = label.removeprefix(first + ", ")
        other = rows.get(f"{second}, {kind}")
        if kind == label or other is None:
            continue
        both = [one["expert_over"] for one in (row, other)]
        lines.append(f"- {kind}, over-specified experts: {first} {interval(both[0])}, {second} {interval(both[1])}: {decided(*both)}.\n")
    return f"{said}: n^-1/4 for GELU, slower than any power for squares and constants, of over-specified experts. Measured:\n\n" + "".join(lines) + "\n"


def decided(one, other):
    """Whether two slopes tell their rates apart."""
    if any(found["slope"] is None or found["lo"] is None for found in (one, other)):
        return "not measured"
    if one["bracketed"] or other["bracketed"]:
        which = "both" if one["bracketed"] and other["bracketed"] else "one of them"
        return f"{which} without a verdict, so that equal rates are neither seen nor refuted"
    return "no difference is seen" if one["lo"] <= other["hi"] and other["lo"] <= one["hi"] else "the rates differ"


def blocks_text(experiment, rows):
    """The table by block, where the claim is on blocks."""
    names_ = BLOCKS.get(experiment, {})
    lines = []
    for row in rows:
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
    experts = [interval(row[key]) if key in row else "-" for key in ("expert_over", "expert_exact", "gate")]
    return [cell(row["label"]), loss_words(row), theory(row["theory"]), slope_words(one), number(row["median"], 2), *experts,
            number(one["regression"], 2), percent(one["admissible"]), percent(one["certified"]), percent(one["box"])]


def interval(found):
    """A slope with its interval; a dash where some n have no such cell."""
    if found["slope"] is None:
        return "-"
    text_ = f"({number(found['slope'], 2)})" if found["bracketed"] else number(found["slope"], 2)
    return text_ if found["lo"] is None else f"{text_} [{number(found['lo'], 2)}, {number(found['hi'], 2)}]"

"""One panel as the report has it, from the records of its runs."""

import math

import sensitivity
from panels import BEST, ORACLE, SGD, VARIANTS
from runs import run_of, with_set


def panel_of(moerate, panel, files, records, before=None):
    """What the report says of a panel: `records` are by (file, kind). Of runs without a record it keeps
    what the panel's entry `before` says: results may lie on another machine."""
    described = {name: describe(moerate, name) for name in files}
    first = described[files[0]]
    sweep = (f"sensitivity-{panel}", SGD)
    done = {file: {kind: record for (other, kind), record in records.items() if other == file}
            for file in files}
    return {"panel": panel, "source": first["source"], "files": files,
            "titles": [described[name]["title"] for name in files],
            "data": {name: described[name]["data"] for name in files},
            "truths": {name: truth_facts(moerate, name) for name in files},
            "error_bars": first["error_bars"],
            "sensitivity": (sensitivity.cells_of(records[sweep]) if sweep in records
                            else before and before["sensitivity"]),
            "runs": {**(before["runs"] if before else {}),
                     **{f"{file}, {kind}": run_of(record) for file in files
                        for kind, record in done[file].items()}},
            "curves": [curve for file in files
                       for curve in curves_of(file, done[file], before["curves"] if before else [])]}


def describe(moerate, name):
    """Title, source and what a reader needs of the resolved file."""
    resolved = moerate.check(name)
    study, truth = resolved["study"], resolved["truth"]
    return {"title": study["title"], "source": study["source"], "error_bars": study["error_bars"],
            "data": {"d": resolved["data"]["d"], "noise_variance": resolved["data"]["noise_variance"],
                     "truth": truth, "start": resolved["start"], "estimator": resolved["estimator"],
                     "fits": [{key: fit.get(key) for key in ("label", "gate", "experts", "groups")}
                              for fit in resolved["fit"]]}}


def plan_of_truths(moerate, name):
    """What `plan` says of the file's truths: one entry for all fits that share one."""
    return moerate.truths(name, with_set(["study.replicates=1", "study.n=[1000]"]))


def truth_facts(moerate, name):
    """Facts of the file's own truth, as plan has them."""
    facts = plan_of_truths(moerate, name)[0]
    return {"rank": facts["rank"], "parameters": facts["parameters"],
            "smallest_eigenvalue": facts["smallest_eigenvalue"], "atoms": facts["atoms"]}


def key_of(row):
    return row["label"], row["loss"], row["r"], row["target"]


def curves_of(file, records, before):
    """One a row of the papers' procedure, with what all other runs have of the same; of runs without a
    record what the curves `before` have."""
    kept = {key_of(curve): curve for curve in before if curve["file"] == file}
    if SGD not in records:
        return [with_others(curve, records) for curve in kept.values()]
    curves = []
    for row in records[SGD]["rows"]:
        curve = {"file": file, "label": row["label"], "loss": row["loss"], "r": row["r"],
                 "gauge": row["gauge"], "target": row["target"],
                 "reported": row["reported_slope"], "theory": row["theory"], "sgd": estimate(row)}
        for name in ("oracle", "best", "moves"):
            if name in kept.get(key_of(row), {}):
                curve[name] = kept[key_of(row)][name]
        curves.append(with_others(curve, records))
    return curves


def with_others(curve, records):
    """A curve with what least squares and the settings chosen otherwise have of it."""
    of = {kind: found(record, curve) for kind, record in records.items()}
    curve = dict(curve)
    for name, kind in (("oracle", ORACLE), ("best", BEST)):
        if of.get(kind) is not None:
            curve[name] = estimate(of[kind])
        if name in curve:
            curve[name]["sgd_slope"] = slope_at(curve["sgd"], curve[name]["n"])
    curve["moves"] = moves(of) or curve.get("moves")
    return curve


def found(record, row):
    same = [other for other in record["rows"] if key_of(other) == key_of(row)]
    return same[0] if same else None


def estimate(row):
    """What the report shows of a row of the rates."""
    mean = row["mean"]
    return {"n": row["n"], "replicates": row["replicates"], "n_over_sigma2": row["n_over_sigma2"],
            "value": mean["value"], "sd": mean["sd"], "slope": mean["slope"], "lo": mean["lo"],
            "hi": mean["hi"], "start": row["start"]["slope"], "start_value": row["start"]["value"],
            "regression": row["regression"]["slope"], "admissible": row["admissible_share"],
            "certified": row["certified_share"], "near_start_won": row["near_start_won"],
            "oracle": row["oracle"]["slope"] if row["oracle"] else None,
            "box": max(row["box_share"], default=None), "truths": row.get("truths"),
            "bracketed": row["bracketed"], "failed": sum(row["failed"]),
            "no_descent": row["no_descent"], "reason": mean.get("reason")}


def moves(of):
    """Slope under each setting chosen otherwise, beside the file's own at the same sizes."""
    base = of.get("short")
    if base is None or base["mean"]["slope"] is None:
        return None
    slopes = {name: {"slope": of[name]["mean"]["slope"], "start": of[name]["start"]["slope"]}
              for name in VARIANTS if of.get(name) is not None}
    return {"n": base["n"], "slope": base["mean"]["slope"], "start": base["start"]["slope"],
            "otherwise": slopes}


def slope_at(one, sizes):
    """The least squares slope of an estimate's mean loss at some of its n."""
    pairs = [(math.log(n), math.log(value)) for n, value in zip(one["n"], one["value"])
             if n in sizes and value is not None and value > 0]
    if len(pairs) < 2 or len(pairs) < len(sizes):
        return None
    x = sum(a for a, _ in pairs) / len(pairs)
    y = sum(b for _, b in pairs) / len(pairs)
    return sum((a - x) * (b - y) for a, b in pairs) / sum((a - x) ** 2 for a, _ in pairs)

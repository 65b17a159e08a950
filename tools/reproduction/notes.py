"""Lines below the tables of the report: which machine and commit numbers are of, and regression errors that do not
fall as the theory has it."""

from words import cell, counted, number, percent

FAR = 0.2  # of a regression error's slope from -1/2


def machine(run):
    """"cpu X x86-64-v4, commit 0123456789ab, 2 threads", of what is known."""
    device = " ".join(run[key] for key in ("device", "simd") if run.get(key)) or "a machine that was not written down"
    text = f"{device}, by commit {run['commit'][:12]}{' (modified)' if run.get('dirty') else ''}"
    return text + (f", {counted(run['threads'], 'thread')}" if run.get("threads") else "")


def runs(of):
    """A line for each machine and commit; `of` are runs by experiment, None where one is not known. Where the runs
    are not of one, with the experiments. A run that found its fits finished has no time of theirs: none is told."""
    groups = {}
    for name, run in of.items():
        if run is not None:
            groups.setdefault(machine(run), []).append(name)
    lines = [f"Run on {key}" + (f": {', '.join(names)}" if len(groups) > 1 else "") + ".\n" for key, names in groups.items()]
    return "".join(lines) + ("\n" if lines else "")


def regression(row):
    """A line where the mean regression error of a claim's fits does not fall as n^-1/2; empty where it does."""
    one, median = row["estimate"], row.get("regression_median")
    if one["regression"] is None or abs(one["regression"] + 0.5) <= FAR:
        return ""
    text = (f"- {cell(row['label'])}: the mean regression error has the slope {number(one['regression'], 2)}, where the theory has -1/2; "
            f"admissible are {percent(one['admissible'])} of the fits, certified {percent(one['certified'])}. ")
    if median is None:
        return text + "Whether a few fits decide it is not kept with these numbers.\n"
    few = abs(median + 0.5) <= FAR
    return text + (f"That of its median is {number(median, 2)}: "
                   + ("a few fits decide the mean, and the row's other means with it" if few else "it is not a few fits that decide the mean") + ".\n")

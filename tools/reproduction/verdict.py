"""Whether a curve's reported slope comes out, under which settings, and how much of it is the
start's."""

from sensitivity import target_of
from words import CLOSE, counted, name, number


def word(curve):
    """yes where the slope is CLOSE to the reported one, undecided where only its interval holds that,
    else no; a dash where there is nothing to compare."""
    sgd, reported = curve["sgd"], curve["reported"]
    if sgd["slope"] is None or reported is None:
        return "-"
    if abs(sgd["slope"] - reported) <= CLOSE:
        return "yes"
    inside = sgd["lo"] is not None and sgd["lo"] <= reported <= sgd["hi"]
    return "undecided" if inside else "no"


OUTCOMES = {"yes": "is reproduced as the file has it", "no": "is not reproduced as the file has it",
            "undecided": "is inside of the interval, which is too wide to say more"}


def near(one, reported):
    return one["slope"] is not None and abs(one["slope"] - reported) <= CLOSE


def settings_that_do(curve):
    """Settings chosen otherwise whose slope at the short sizes is CLOSE to the reported one."""
    moves = curve["moves"]
    if moves is None or curve["reported"] is None:
        return []
    return [(setting, one) for setting, one in moves["otherwise"].items() if near(one, curve["reported"])]


def swept_cells(curve, sweep):
    """The settings of a panel's sweep that are of this curve: same fit, loss and target, the curve's gauge, with a
    slope. A panel may have a fit once for each loss ("softmax L1")."""
    if not sweep:
        return []
    of_loss = curve["loss"].split(".")[-1]
    return [one for one in sweep["cells"]
            if one["loss"] == curve["loss"] and target_of(one) == curve["target"] and curve["label"] in (one["fit"], f"{one['fit']} {of_loss}")
            and one["raw"] == (curve["gauge"] == "none") and one["slope"] is not None]


def swept_that_do(curve, sweep):
    """Those of them whose slope is CLOSE to the reported one."""
    return [] if curve["reported"] is None else [one for one in swept_cells(curve, sweep) if near(one, curve["reported"])]


def others_do(curve, sweep):
    """Whether any setting but the file's gives the reported slope."""
    return bool(settings_that_do(curve) or swept_that_do(curve, sweep))


def start_share(slope, start):
    """What the start's slope is of a slope, in words."""
    if slope is None or start is None:
        return ""
    if abs(slope - start) <= CLOSE:
        return f"that of the starts is {number(start)}, the same within {CLOSE}"
    return f"that of the starts is {number(start)}"


def sentence(curve, sweep=None):
    """What comes of a reported slope; `sweep` is that of its panel."""
    sgd = curve["sgd"]
    text = f"{name(curve)}: "
    if curve["reported"] is None:
        text += "no slope is reported or legible. "
    text += f"The slope is {number(sgd['slope'])}"
    share = start_share(sgd["slope"], sgd["start"])
    text += f"; {share}. " if share else ". "
    if word(curve) in OUTCOMES:
        n = sgd.get("n")
        over = f" (over n = {n[0]} .. {n[-1]}, the paper's go to 100000)" if n and n[-1] < 100000 else ""
        text += f"The reported {curve['reported']:g} {OUTCOMES[word(curve)]}{over}. "
    text += otherwise(curve) + of_sweep(curve, sweep)
    return text.strip()


def otherwise(curve):
    """The settings that would do."""
    if curve["moves"] is None or curve["reported"] is None:
        return ""
    n = curve["moves"]["n"]
    found = settings_that_do(curve)
    if not found:
        tried = len(curve["moves"]["otherwise"])
        return (f"None of the {tried} settings chosen otherwise one at a time comes within {CLOSE} of it "
                f"(n = {n[0]} .. {n[-1]}). ") if tried else ""
    parts = [f"{setting} (slope {number(one['slope'])}, its starts' {number(one['start'])})"
             for setting, one in found]
    return f"Within {CLOSE} of it at n = {n[0]} .. {n[-1]}: {', '.join(parts)}. "


def of_sweep(curve, sweep):
    """How many of the swept settings would do, and how many have their starts' slope."""
    cells = swept_cells(curve, sweep)
    if not cells:
        return ""
    n = sweep["n"]
    starts = [one for one in cells if one["of_start"] is not None and near(one, one["of_start"])]
    own = f"{len(starts)} of them within {CLOSE} of their starts' own. "
    if curve["reported"] is None:
        return f"Of {len(cells)} swept settings (n = {n[0]} .. {n[-1]}) the slope is in {own}"
    found = sorted(swept_that_do(curve, sweep), key=lambda one: abs(one["slope"] - curve["reported"]))
    if not found:
        return f"None of {len(cells)} swept settings (n = {n[0]} .. {n[-1]}) does; the slope is in {own}"
    parts = "; ".join(f"{one['start']}, batch {one['batch']}, {one['epochs']} epochs (slope {number(one['slope'])}, its "
                      f"starts' {number(one['of_start'])})" for one in found[:3])
    named = f"the nearest {parts}" if len(found) > 3 else parts
    same = sum(one in starts for one in found)
    return (f"Of {len(cells)} swept settings (n = {n[0]} .. {n[-1]}) {len(found)} {'comes' if len(found) == 1 else 'come'} within {CLOSE} of it: "
            f"{named}; in {same} of these {len(found)} the slope is within {CLOSE} of the starts' own, as in {len(starts)} of all {len(cells)}. ")


def of_panel(panel):
    """Plainly: what is reproduced, under which settings, and how much of the slopes is the starts'."""
    curves, sweep = panel["curves"], panel.get("sensitivity")
    sloped = [curve["sgd"] for curve in curves if curve["sgd"]["slope"] is not None]
    starts = sum(one["start"] is not None and near(one, one["start"]) for one in sloped)
    share = f"In {starts} of {counted(len(sloped), 'row')} the slope is that of the starts within {CLOSE}."
    known = [curve for curve in curves if curve["reported"] is not None]
    if not known:
        return f"No slope is reported or legible. {share}"
    files = [curve for curve in known if word(curve) == "yes"]
    by_others = [curve for curve in known if word(curve) != "yes" and others_do(curve, sweep)]
    text = f"Of {counted(len(known), 'row')} with a reported slope {len(files)} are reproduced as the file has it, {len(by_others)} under other settings alone"
    text += f" ({'; '.join(map(name, by_others))})" if by_others else ""
    text += f", {len(known) - len(files) - len(by_others)} under none that was run. {share}"
    settings = [(one["slope"], one["start"]) for curve in known for _, one in settings_that_do(curve)]
    settings += [(one["slope"], one["of_start"]) for curve in known for one in swept_that_do(curve, sweep)]
    if settings:
        same = sum(start is not None and abs(slope - start) <= CLOSE for slope, start in settings)
        text += f" Of {counted(len(settings), 'setting')} that give a reported slope {same} have that of their starts."
    return text

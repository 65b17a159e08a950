"""docs/reproduction.md of docs/reproduction.json, byte for byte the same each time."""

import claimed
import constant
import notes
import same_data
import sensitivity
import verdict
import worst
from panels import BEST, ORACLE, SCALES, SGD, UNSTATED, VARIANTS
from words import (CLOSE, KINDS, atoms, cell, expert, family, loss, name, number, percent, short, sizes,
                   slope, table, theory, why)


def text(document):
    """The whole page."""
    panels = document["panels"]
    parts = [introduction(document), contents(panels), "## All panels\n\n", summary(panels)]
    parts += [panel_text(panel) for panel in panels]
    parts += [section.text(document.get(section.KIND, [])) for section in (constant, worst, claimed, same_data)]
    return "".join(parts).rstrip("\n") + "\n"


def introduction(document):
    points = SCALES[document["scale"]].more[0].split("=")[1]
    return f"""# The papers' figures, and what they measure

Written by `tools/reproduce --scale {document["scale"]}` from `docs/reproduction.json`, which has every number of this page and more; with `--report-only` it writes
the page again. Each panel of the papers' figures is run by the papers' procedure (SGD), with what the paper does not state chosen otherwise, and by least squares.

How to read it. A slope is that of log(mean loss) on log n, with a 95 % interval; over several drawn truths it is the mean of the slopes within each, and the interval
covers what truths and replicates vary ([reading-the-table.md](reading-the-table.md)). ( ) gets no verdict, for the reason below its table. *start* is the slope of the
starting points' own loss: a slope near it measures the start. *theory* is the paper's claim, ✗ where it does not stand. *reproduced* is yes where the slope is within {CLOSE:g} of
the reported one, undecided where only its interval holds that, else no. Losses of different gates are not comparable in level; the axes of the papers' figures are not legible in our copies, so the levels of
the loss stand beside nothing. The sigmoid losses on softmax data (000-1, 003-1) are to the truth, which is not what their theorem is about (✗): it is about the nearest sigmoid measure, which has to be searched for
first, for longer than the study takes, and of which four starts for 003-1a found two candidates, each once ([losses.md](losses.md#against-the-projection)); so there is no row to it here, and the files say how to ask for one.
Slopes of two estimators are compared at the same n, which each table states.
Errors in L2 are over {points} points of each fit, not the files' 100000, which their slopes do not need.
Where a commit stands as modified, the fits are of a program between that commit and the next; `moerate replay` of this version gives those that were tried again to the last bit.

"""


def contents(panels):
    """What of the plan is in the page, and that the rest is not."""
    curves = [curve for panel in panels for curve in panel["curves"]]

    def of(kind, rows):
        n = [size for row in rows for size in (row["sgd"] if kind == "sgd" else row.get(kind) or {}).get("n", [])]
        return f"{len(rows)} of {len(curves)} rows" + (f", n = {min(n)} .. {max(n)}" if n else "")

    otherwise = [curve for curve in curves if curve["moves"] and curve["moves"]["otherwise"]]
    lines = [("the papers' procedure", of("sgd", curves)),
             ("its unstated settings chosen otherwise", of("otherwise", otherwise)),
             ("least squares from the start near the truth", of("oracle", [c for c in curves if c.get("oracle")])),
             ("least squares, best of eight starts", of("best", [c for c in curves if c.get("best")])),
             ("sweeps", f"{sum(bool(panel['sensitivity']) for panel in panels)} panels")]
    return ("In this page, each row by the n that were run; what is missing was not run yet, and `tools/reproduce` goes on where it ended:\n\n"
            + table(["run", "in this page"], lines) + outcome(panels))


def outcome(panels):
    """The page in a few sentences."""
    curves = [curve for panel in panels for curve in panel["curves"]]
    compared = [verdict.word(curve) for curve in curves if verdict.word(curve) != "-"]
    others = sum(verdict.word(curve) in ("no", "undecided") and verdict.others_do(curve, panel.get("sensitivity"))
                 for panel in panels for curve in panel["curves"])
    swept_too = sum(bool(verdict.swept_cells(curve, panel.get("sensitivity"))) and curve["reported"] is not None
                    for panel in panels for curve in panel["curves"])
    sloped = [curve["sgd"] for curve in curves if curve["sgd"]["slope"] is not None]
    near = sum(one["start"] is not None and abs(one["slope"] - one["start"]) <= CLOSE for one in sloped)
    return (f"Of {len(compared)} rows with a reported slope {compared.count('yes')} are reproduced by the files' settings over the n that were run, {compared.count('undecided')} are undecided "
            f"and {compared.count('no')} are not. Some other setting, chosen otherwise alone or swept ({swept_too} of the rows are), reproduces {others} of the latter at shorter n; each panel says which, and whether the slope is the starts'. "
            f"In {sum(one['slope'] > 0 for one in sloped)} of {len(sloped)} rows the loss grows with n; in {near} its slope is within {CLOSE:g} of that of "
            "the starts.\n\n")


def summary(panels):
    lines = []
    for panel in panels:
        for curve in panel["curves"]:
            oracle = curve.get("oracle")
            lines.append([f"[{panel['panel']}](#{anchor(panel)})", cell(curve["label"]), loss(curve),
                          short(curve["reported"]), theory(curve["theory"]), slope(curve["sgd"]),
                          number(curve["sgd"]["start"]), sizes(curve["sgd"]["n"]), slope(oracle), verdict.word(curve)])
    return table(["panel", "curve", "loss", "reported", "theory", "slope", "start", "n", "least squares", "reproduced"],
                 lines)


def heading(panel):
    return f"{panel['panel']}: {panel['source']}"


def anchor(panel):
    """The heading as GitHub links to it."""
    kept = "".join(c for c in heading(panel).lower() if c.isalnum() or c in " -")
    return kept.replace(" ", "-")


def panel_text(panel):
    if not panel["curves"]:  # nothing but a sweep was run
        return "".join([f"## {heading(panel)}\n\n", ademp(panel), swept(panel), truth_table(panel), runs(panel)])
    parts = [f"## {heading(panel)}\n\n", f"![{panel['panel']}](reproduction/{panel['panel']}.png)\n\n",
             ademp(panel), "By the papers' procedure:\n\n", procedure_table(panel), squares(panel),
             unstated(panel), swept(panel), truth_table(panel), ends(panel), brackets(panel), claims(panel),
             f"What comes of it. {verdict.of_panel(panel)}\n\n",
             "".join(f"* {verdict.sentence(curve, panel.get('sensitivity'))}\n" for curve in panel["curves"]), "\n", runs(panel)]
    return "".join(parts)


def ademp(panel):
    """Aims, data, estimands, methods, performance."""
    lines = []
    for file in panel["files"]:
        data = panel["data"][file]
        truth = data["truth"]
        draw = truth["draw"]
        zero = (f"; zeroed atoms {draw['zero_gate']} ({draw['zero']})" if draw["zero_gate"] else "")
        lines.append(f"`{file}`: y = f*(x) + N(0, {data['noise_variance']:g}), x uniform on [-1, 1]^{data['d']}; f* {family(truth)}, "
                     f"{expert(truth)} experts, {atoms(truth)}, gate parameters N(0, {draw['gate_variance']:g}), expert "
                     f"parameters N(0, {draw['expert_variance']:g}){zero}")
    fits = [f"{cell(fit['label'])} ({family(fit)}, {atoms(fit)})" for file in panel["files"]
            for fit in panel["data"][file]["fits"]]
    titles = "; ".join(panel["titles"])
    estimator = panel["data"][panel["files"][0]]["estimator"]
    batch = "n" if estimator["batch"] == "full" else estimator["batch"]
    losses = ", ".join(dict.fromkeys(loss(curve) for curve in panel["curves"]))
    return (f"* **Aims**: {titles}. What do the reported slopes measure?\n"
            + "".join(f"* **Data**: {line}\n" for line in lines)
            + f"* **Estimands**: the slope of {losses or 'the losses'} on n; fits {'; '.join(dict.fromkeys(fits))}\n"
            f"* **Methods**: SGD, {estimator['epochs']} epochs at rate {estimator['learning_rate']:g}, batch {batch}, start near the truth; "
            "least squares, from that start and the best of eight\n"
            + (performance(panel) if panel["curves"] else "\n"))


def performance(panel):
    """How often the papers' procedure was run."""
    first = panel["curves"][0]["sgd"]
    truths = first["truths"]["count"] if first["truths"] else 1
    return (f"* **Performance**: mean loss over {first['replicates']} replicates at each of {len(first['n'])} n, {truths} drawn truth{'s' if truths > 1 else ''}; "
            f"bars of the figure {panel['error_bars']:g} standard deviations\n\n")


def procedure_table(panel):
    lines = []
    for curve in panel["curves"]:
        sgd = curve["sgd"]
        spread = sgd["truths"]["spread"] if sgd["truths"] else None
        worst = max(sgd["no_descent"], default=0)
        lines.append([cell(curve["label"]), loss(curve), short(curve["reported"]), theory(curve["theory"]),
                      slope(sgd), number(sgd["start"]), number(spread), number(sgd["regression"]),
                      percent(sgd["admissible"]), f"{short(sgd['value'][0])} .. {short(sgd['value'][-1])}",
                      sizes(sgd["n"]), first_last(sgd["n_over_sigma2"]),
                      sgd["failed"], worst, verdict.word(curve)])
    return table(["curve", "loss", "reported", "theory", "slope", "start", "spread over truths",
                  "regression error", "admissible", "loss at the least and the largest n", "n",
                  "n/sigma^2", "failed", "most without descent at an n", "reproduced"], lines)


def first_last(values):
    """The first and the last of rising values."""
    return short(values[0]) if len(values) == 1 else f"{short(values[0])} .. {short(values[-1])}"


def squares(panel):
    """The table of least squares; nothing where none was run."""
    lines = []
    for curve in panel["curves"]:
        for kind, key in ((ORACLE, "oracle"), (BEST, "best")):
            one = curve.get(key)
            if one is None:
                continue
            ended = panel["runs"][f"{curve['file']}, {kind}"]["ends"].get(curve["label"])
            stationary = (ended["stationary"] / ended["fits"]
                          if ended and ended["stationary"] is not None else None)
            lines.append([cell(curve["label"]), loss(curve), KINDS[kind], slope(one), number(one["sgd_slope"]),
                          number(one["start"]), number(one["regression"]), percent(stationary),
                          percent(one["admissible"]), percent(one["certified"]),
                          percent(one["near_start_won"]) if kind == BEST else "-", percent(one["box"]), sizes(one["n"]), first_last(one["n_over_sigma2"])])
    return ("By least squares, one drawn truth; beside it the papers' procedure at the same n, over all its truths:\n\n"
            + table(["curve", "loss", "fit", "slope", "slope of SGD", "start", "regression error", "stationary",
                     "admissible", "certified", "start near the truth won", "most on the box at an n", "n", "n/sigma^2"], lines)
            if lines else "")


def unstated(panel):
    """What the paper does not state, what was chosen, how far the slope moves when it is chosen
    otherwise."""
    lines = []
    for curve in panel["curves"]:
        moves = curve["moves"]
        if moves is None:
            continue
        for setting, taken, others in UNSTATED:
            moved = [f"{other}: {moves['otherwise'][other]['slope'] - moves['slope']:+.3f}" for other in others
                     if other in moves["otherwise"] and moves["otherwise"][other]["slope"] is not None]
            if moved:
                lines.append([cell(curve["label"]), loss(curve), setting, taken, number(moves["slope"]), "; ".join(moved),
                              sizes(moves["n"])])
    return ("What the paper does not state, and how far the slope moves when it is chosen otherwise (one drawn truth):\n\n"
            + table(["curve", "loss", "not stated", "chosen", "slope then", "moves by", "n"], lines) if lines else "")


def swept(panel):
    sweep = panel.get("sensitivity")
    return sensitivity.text(sweep, panel["panel"]) if sweep else ""


def truth_table(panel):
    lines = []
    for file, facts in panel["truths"].items():
        def span(key, of=facts["atoms"], digits=short):
            values = [atom[key] for atom in of if atom[key] is not None]
            return f"{digits(min(values))} .. {digits(max(values))}" if values else "-"
        lines.append([f"`{file}`", span("response"), span("weight"), span("active", digits=percent), span("separation"),
                      f"{facts['rank']} of {facts['parameters']}", f"{facts['smallest_eigenvalue']:.1e}"])
    return ("The first drawn truth, least and largest over its atoms (`moerate plan`):\n\n"
            + table(["file", "norm of g h", "mean g", "active share", "cell separation", "rank of E[JᵀJ]",
                     "its smallest eigenvalue but 0"], lines))


def ends(panel):
    """How fits ended, where not all did as they should."""
    lines = []
    for run, of in panel["runs"].items():
        kind = run.split(", ", 1)[1]
        if kind not in (SGD, ORACLE, BEST):
            continue
        for label, one in of["ends"].items():
            if set(one["how"]) != {"ok"}:
                how = ", ".join(f"{count} {word}" for word, count in one["how"].items())
                lines.append([cell(label), KINDS[kind], one["fits"], how])
    return ("How fits ended ([store.md](store.md)):\n\n" + table(["curve", "fit", "fits", "ended"], lines)) if lines else ""


def brackets(panel):
    """Every reason why a slope gets no verdict, and why a number is missing."""
    lines = []
    for curve in panel["curves"]:
        for kind, key in ((SGD, "sgd"), (ORACLE, "oracle"), (BEST, "best")):
            one = curve.get(key)
            for why_not in (one["bracketed"], one["reason"]) if one else ():
                if why_not:
                    lines.append(f"* ( ) {name(curve)}, {KINDS[kind]}: {why_not}.\n")
    return "".join(dict.fromkeys(lines)) + ("\n" if lines else "")


def claims(panel):
    lines = [f"* {'✗' if not curve['theory']['stands'] else 'theory'} {name(curve)}: {why(curve['theory'])}.\n"
             for curve in panel["curves"] if isinstance(curve["theory"], dict)]
    return "".join(lines) + ("\n" if lines else "")


def runs(panel):
    """Which machine and commit the numbers are of. A gauge chosen otherwise measures fits again: its time is none of
    theirs."""
    machines = {}
    for name_, run in panel["runs"].items():
        key = notes.machine(run)
        machines[key] = machines.get(key, 0) + (run["seconds"] if VARIANTS.get(name_.split(", ", 1)[1], ()) is not None else 0)
    return "".join(f"Run on {key}: fits of {seconds:.0f} s.\n" for key, seconds in machines.items()) + "\n"

"""Runs the papers' figures and writes the report; tools/reproduce says what it is for."""

import argparse
import os
import signal
import sys
import tomllib

import claimed
import collect
import constant
import figure
import report
import same_data
import sensitivity
import worst
from panels import BEST, EXPERIMENTS, LSE, ORACLE, ROOT, SCALES, SGD, VARIANTS, chosen
from runs import Clock, Failure, Moerate, OutOfTime, read_json, write_json

SWEEP = "sensitivity"
SECTIONS = [worst, claimed, same_data]  # of no panel: each a kind of experiment and a section of the report
PHASES = [SGD, "otherwise", ORACLE, BEST, SWEEP, *(section.KIND for section in SECTIONS), constant.KIND]
OUT_OF_TIME = 75


def say(text):
    print(f"reproduce: {text}", file=sys.stderr, flush=True)


class Panels(Moerate):
    """The binary, with what the panels ask of it."""

    def check(self, name):
        resolved = self.json("check", os.path.join(EXPERIMENTS, name + ".toml"), "--json")
        return tomllib.loads(resolved["resolved"])

    def plan(self, name, words):
        return self.json("plan", os.path.join(EXPERIMENTS, name + ".toml"), "--json", *self.machine,
                         *words)

    def truths(self, name, words):
        """What `plan` says of the truths. It also measures a time, of which nobody asks here: on one thread."""
        threads = [] if "--threads" in self.machine else ["--threads", "1"]
        return self.plan(name, [*words, *threads])["truths"]


def binary():
    for place in (os.environ.get("MOERATE", ""), "build/moerate", "build-cpu/moerate", "build/gpu/moerate"):
        path = os.path.join(ROOT, place)
        if place and os.access(path, os.X_OK):
            return path
    raise Failure("there is no build/moerate (the panels are run with it) build it with tools/setup")


def settings_of(scale, truths):
    return [f"study.replicates={scale.replicates}", f"study.truths={truths}", *scale.more]


def steps(panels, beyond, scale, phases, check):
    """(file, kind, n, settings) in the order of their use: all panels by the papers' procedure first,
    up to short n before longer ones; least squares by n, so that a budget ends all panels alike."""
    files = [name for names in panels.values() for name in names]
    for n in (scale.short, scale.n) if SGD in phases else ():
        for name in files:
            yield name, SGD, n, settings_of(scale, scale.truths)
    if "otherwise" in phases:
        for name in files:
            one = settings_of(scale, 1)
            yield name, "short", scale.short, one
            for variant in scale.variants:
                yield name, variant, scale.short, one + settings_otherwise(variant, name, check)
    if SWEEP in phases and scale.swept:
        for name in sweeps_of(panels):
            yield name, SGD, scale.swept, [f"study.replicates={scale.swept_replicates}", *scale.more]
    for section in SECTIONS:
        for name in beyond[section.KIND] if section.KIND in phases else ():
            n = scale.beyond or check(name)["study"]["n"]
            settings = scale.beyond_settings.get(section.KIND, [])
            yield name, section.KIND, n, settings
            for kind, more in getattr(section, "further", lambda _: {})(check(name)).items():
                yield name, kind, n, settings + more
    for kind in (ORACLE, BEST):
        if kind not in phases or kind not in scale.lse:
            continue
        for size in range(1, 1 + max(map(len, scale.lse[kind].values()))):
            for name in files:
                n = scale.lse[kind][check(name)["data"]["d"] <= 8]
                if size <= len(n):
                    yield name, kind, n[:size], settings_of(scale, 1) + LSE[kind] + scale.lse_settings


def sweeps_of(panels):
    """The sensitivity experiments of these panels."""
    names = (f"sensitivity-{panel}" for panel in panels)
    return [name for name in names if os.path.exists(os.path.join(EXPERIMENTS, name + ".toml"))]


def asked(names):
    """The panels of these names, and the experiments of each section by its kind: those that are named,
    all where nothing is. KeyError: a name that is neither's."""
    of_sections = {section.KIND: section.names() for section in SECTIONS}
    own = [name for name in names if any(name in of for of in of_sections.values())]
    panels = chosen([name for name in names if name not in own]) if own != names or not names else {}
    return panels, {kind: [name for name in of if name in own or not names] for kind, of in of_sections.items()}


def settings_otherwise(variant, name, check):
    if VARIANTS[variant] is not None:
        return VARIANTS[variant]
    return [f'fit.{fit["label"]}.gauge="none"' for fit in check(name)["fit"]]


def records_of(moerate, files):
    """All records there are of these files."""
    kinds = [SGD, "short", *VARIANTS, ORACLE, BEST]
    found = {}
    for name in files:
        for kind in kinds:
            record = read_json(moerate.record_file(name, kind))
            if record is not None:
                found[name, kind] = record
    return found


def options():
    parser = argparse.ArgumentParser(prog="tools/reproduce", description=__doc__)
    parser.add_argument("panels", nargs="*", help="panels or files of experiments/, minimax-*, claim-* and same-data-* too; default: all")
    parser.add_argument("--scale", choices=SCALES, default="paper",
                        help="smoke: two replicates and two n; paper: the papers' sizes; large: least "
                        "squares to n = 10^5, for a GPU")
    parser.add_argument("--budget", type=float, metavar="MINUTES",
                        help="end cleanly after so long, with exit 75")
    parser.add_argument("--only", choices=PHASES, action="append",
                        help="sgd: the papers' procedure; otherwise: its unstated settings chosen "
                        "otherwise; lse-oracle, lse-best: least squares; sensitivity: the sweeps of experiments/sensitivity-*; minimax, claims, same-data: those of experiments/minimax-*, claim-*, same-data-*; constant: of each file, without fits; "
                        "may be repeated")
    parser.add_argument("--sweep-n", type=int, metavar="N", help="largest n of the sweeps; default: theirs")
    parser.add_argument("--sweep-replicates", type=int, metavar="R", help="their replicates; default: 20")
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[],
                        help="a further setting of the minimax, claims and same-data runs, as of `moerate run`")
    parser.add_argument("--results", metavar="DIR", help="default: results/reproduction/SCALE")
    parser.add_argument("-o", "--output", metavar="DIR",
                        help="where reproduction.json, .md and figures go; default: docs (smoke, large: the "
                        "results folder)")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--report-only", action="store_true",
                        help="write the .md and figures again from the .json")
    return parser.parse_args()


def write_report(output, document, panels, before=None):
    """The JSON, and what follows from it. Figures of what the JSON `before` says alike are left as they are."""
    write_json(os.path.join(output, "reproduction.json"), document)
    with open(os.path.join(output, "reproduction.md"), "w", encoding="utf-8") as file:
        file.write(report.text(document))
    os.makedirs(os.path.join(output, "reproduction"), exist_ok=True)
    document = read_json(os.path.join(output, "reproduction.json"))  # lists in place of tuples, as in `before`

    def draw(drawing, entry, name, known):
        file = os.path.join(output, "reproduction", name + ".png")
        if entry != known or not os.path.exists(file):
            drawing(entry, file)

    known = {panel["panel"]: panel for panel in before["panels"]} if before else {}
    for panel in document["panels"]:
        name = panel["panel"]
        if panels is None or name in panels:
            if panel["curves"]:
                draw(figure.draw, panel, name, known.get(name))
            if panel["sensitivity"] is not None:
                draw(lambda sweep, file, of=name: sensitivity.draw(sweep, of, file), panel["sensitivity"],
                     f"sensitivity-{name}", known.get(name, {}).get("sensitivity"))
    draw(constant.draw, document.get(constant.KIND, []), "constant", (before or {}).get(constant.KIND))
    worst_before = {entry["experiment"]: entry for entry in (before or {}).get(worst.KIND, [])}
    for entry in document.get(worst.KIND, []):
        draw(worst.draw, entry, entry["experiment"], worst_before.get(entry["experiment"]))


def run_panels(arguments, panels, beyond, moerate):
    """Runs what is missing; whether the budget let it."""
    known = {}

    def check(name):
        if name not in known:
            known[name] = moerate.check(name)
        return known[name]

    try:
        for step in steps(panels, beyond, SCALES[arguments.scale], arguments.only or PHASES, check):
            moerate.step(*step)
        if constant.KIND in (arguments.only or PHASES):
            constant.run(moerate, [name for names in panels.values() for name in names], SCALES[arguments.scale], check)
    except OutOfTime:
        return False
    return True


def update(document, section, moerate, names):
    """Takes the section's records into the document; entries of others stay."""
    kept = {entry["experiment"]: entry for entry in document.get(section.KIND, [])}
    for name in names:
        record = read_json(moerate.record_file(name, section.KIND))
        if record is not None:
            kept[name] = section.entry_of(moerate, name, record)
    document[section.KIND] = [kept[name] for name in sorted(kept)]


def reproduce(arguments):
    output = arguments.output
    results = arguments.results or os.path.join(ROOT, "results/reproduction", arguments.scale)
    if output is None:
        output = os.path.join(ROOT, "docs") if arguments.scale == "paper" else results
    os.makedirs(output, exist_ok=True)
    document = read_json(os.path.join(output, "reproduction.json"))
    if arguments.report_only:
        write_report(output, document, None)
        return 0
    before = read_json(os.path.join(output, "reproduction.json"))
    panels, beyond = asked(arguments.panels)
    scale = SCALES[arguments.scale]
    scale.swept = [n for n in scale.swept if n <= (arguments.sweep_n or n)]
    scale.swept_replicates = arguments.sweep_replicates or scale.swept_replicates
    scale.beyond_settings = {section.KIND: scale.beyond_settings.get(section.KIND, []) + arguments.set for section in SECTIONS}
    moerate = Panels(binary(), results, Clock(arguments.budget), arguments.threads, arguments.device, say)
    finished = run_panels(arguments, panels, beyond, moerate)
    moerate.clock.end = None
    if document is None or document["scale"] != arguments.scale:
        document = {"scale": arguments.scale, "panels": []}
    made = {panel["panel"]: panel for panel in document["panels"]}
    for panel, files in panels.items():
        records = records_of(moerate, [*files, *sweeps_of([panel])])
        if records:
            made[panel] = collect.panel_of(moerate, panel, files, records, made.get(panel))
    document["panels"] = [made[panel] for panel in sorted(made)]
    for section in SECTIONS:
        update(document, section, moerate, beyond[section.KIND])
    update(document, constant, moerate, [name for names in panels.values() for name in names])
    write_report(output, document, panels, before)
    say(f"{output}/reproduction.md" + ("" if finished else "; the budget is spent or a signal came, run it again to go on"))
    return 0 if finished else OUT_OF_TIME


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = options()
    try:
        return reproduce(arguments)
    except KeyError as error:
        say(f"there is no panel or experiment {error} (names of experiments/00*.toml, with or without "
            "what they have after the panel) choose one of " + ", ".join(chosen([])))
        return 2
    except (Failure, OSError) as error:
        say(error)
        return 1
    except KeyboardInterrupt:
        return OUT_OF_TIME


if __name__ == "__main__":
    sys.exit(main())

"""tools/compare-peers: the same batch of fits in moerate, JAX, PyTorch and NumPy, timed in one run.

Every peer first makes one step from given parameters on given data, which is compared with the float64
gradient of `moerate eval`; then each of its recipes is tried and the fastest one timed, in turns with
moerate. At the end the mean training MSE of the fits, and its descent from their starts' (which the noise
of the data leaves alone), must agree with moerate's within noise.
"""
import argparse
import json
import math
import os
import random
import sys
import tempfile
from pathlib import Path

from entrants import Absent, MoerateEntrant, PeerEntrant, call

PEERS = ("jax", "torch", "numpy")
STEP_TOLERANCE = 1e-4  # of the step's length: float32 has 6e-8, sums of a batch some 10 times that
AGREEMENT = 4.0  # standard errors: a false alarm in 16,000 comparisons
FITS = {"cpu": 64, "cuda": 4096}  # a thread on the CPU; in all on a GPU


def options():
    parser = argparse.ArgumentParser(prog="tools/compare-peers", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--device", choices=("cpu", "cuda", "all"), default="all", help="all: the CPU, and a GPU if usable")
    add("--peers", default=",".join(PEERS), help="which of %(default)s")
    add("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of the CPU [all cores]")
    add("--processes", type=int, help="of a peer on the CPU [1 and one a thread are tried]")
    add("--fits", type=int, help="replicates in all [CPU 64 a thread, GPU 4096]")
    for name, value, text in (("n", 10000, "samples"), ("d", 32, "inputs"), ("k", 9, "fitted atoms"),
                              ("true-atoms", 8, "true atoms"), ("batch", 32, "minibatch"),
                              ("epochs", 10, "passes over the data"), ("rounds", 3, "best of how many")):
        add(f"--{name}", type=int, default=value, help=f"{text} [%(default)s]")
    add("--learning-rate", type=float, default=0.1, help="[%(default)s]")
    add("--activation", default="relu", choices=("relu", "identity", "tanh", "sigmoid"))
    add("--bin", type=Path, default=Path("build"), help="folder of moerate and moerate-bench [%(default)s]")
    add("--python", default=sys.executable, help="interpreter of the peers [%(default)s]")
    add("--json", action="store_true", help="one JSON object instead of the table")
    return parser.parse_args()


def note(text):
    print(f"compare-peers: {text}", file=sys.stderr, flush=True)


def truth_rows(measure):
    """(W [2k*, d], c [2k*]) of a measure as moerate writes it: gates, then experts."""
    gates = [atom["gate"] for atom in measure["atoms"]]
    experts = [atom["expert"] for atom in measure["atoms"]]
    return ([g["w"] for g in gates] + [e["a"] for e in experts],
            [g["b"] for g in gates] + [e["b"] for e in experts])


def measure_of(o, w, c):
    """The measure of fitted rows, as `moerate eval` reads it."""
    atoms = [{"gate": {"w": w[i], "b": c[i]}, "expert": {"a": w[o.k + i], "b": c[o.k + i]}}
             for i in range(o.k)]
    return {"d": o.d, "gate": {"score": "linear", "normalizer": "softmax"},
            "expert": {"form": "ridge", "activation": o.activation}, "atoms": atoms}


def step_cases(o, fits=2):
    """Data of a single batch, full and short, for a few fits; `after` is theta - rate * gradient by
    `moerate eval`, flattened as the workers answer."""
    draw = random.Random(1)

    def normals(count, sd):
        return [draw.gauss(0, sd) for _ in range(count)]

    cases, questions = [], []
    for size in (o.batch, max(1, o.batch // 2)):
        case = {"w": [[normals(o.d, 0.3) for _ in range(2 * o.k)] for _ in range(fits)],
                "c": [normals(2 * o.k, 0.3) for _ in range(fits)],
                "x": [[[draw.uniform(-1, 1) for _ in range(o.d)] for _ in range(size)]
                      for _ in range(fits)],
                "y": [normals(size, 1) for _ in range(fits)], "after": []}
        cases.append(case)
        questions += [{"name": "step", "measure": measure_of(o, w, c), "x": x, "y": y}
                      for w, c, x, y in zip(case["w"], case["c"], case["x"], case["y"])]
    answers = json.loads(call([o.bin / "moerate", "eval", "--device", "cpu", "-"],
                              input=json.dumps(questions)))
    for at, answer in enumerate(answers):
        case, fit = cases[at // fits], at % fits
        by_w, by_c = truth_rows(answer["gradient"])
        gradient = [value for row in by_w for value in row] + by_c
        before = [value for row in case["w"][fit] for value in row] + case["c"][fit]
        case["after"].append([b - o.learning_rate * g for b, g in zip(before, gradient)])
    return cases


def step_error(cases, steps):
    """Largest |step - expected| / |expected step| over cases and fits."""
    worst = 0.0
    for case, moved in zip(cases, steps):
        for w, c, after, got in zip(case["w"], case["c"], case["after"], moved):
            before = [value for row in w for value in row] + c
            worst = max(worst, math.dist(got, after) / math.dist(after, before))
    return worst


def check_steps(entrant, cases):
    """Puts the error of its step into every trial; one that is too large fails the recipe."""
    for trial in entrant.trials:
        if "failed" not in trial:
            trial["step_error"] = step_error(cases, trial.pop("steps"))
            if not trial["step_error"] < STEP_TOLERANCE:
                trial["failed"] = f"its step is off by {trial['step_error']:.1e} of its length"
        if "failed" in trial:
            note(f"{entrant.name}: recipe '{trial['recipe']}' failed: {trial['failed']}")


def enter_peer(o, name, problem, cases, cores, scratch, tried):
    """The peer in its faster arrangement: one process with all cores, or one a core. Adds the trials of
    both to `tried`. Raises Absent."""
    best, speed = None, 0.0
    counts = [1] if problem["device"] == "cuda" else sorted({1, len(cores)})
    if o.processes and problem["device"] == "cpu":
        counts = [o.processes]
    for processes in counts:
        note(f"{name} on {problem['device']}: compiling and trying recipes, {processes} process(es)")
        entrant = PeerEntrant(o.python, name, problem, cases, processes, cores, scratch)
        check_steps(entrant, cases)
        tried += [{"name": name, "processes": processes, **trial} for trial in entrant.trials]
        reached = entrant.choose()
        if reached > speed:
            best, entrant, speed = entrant, best, reached
        if entrant is not None:
            entrant.close()
    return best


def problem_for(o, device, cores):
    if o.k < o.true_atoms:
        sys.exit(f"tools/compare-peers: error: --k {o.k} is below --true-atoms {o.true_atoms} (every true "
                 "atom has a fitted one at the start) give more")
    if o.processes and len(cores) % o.processes:
        sys.exit(f"tools/compare-peers: error: --processes {o.processes} cannot share {len(cores)} "
                 "thread(s) evenly (every process gets as many) give a divisor")
    fits = o.fits or FITS[device] * (1 if device == "cuda" else len(cores))
    if device == "cpu" and fits % len(cores):
        sys.exit(f"tools/compare-peers: error: --fits {fits} cannot be shared evenly by {len(cores)} "
                 "thread(s) (every thread gets as many) give a multiple")
    return {"device": device, "fits": fits, "d": o.d, "k": o.k, "true_atoms": o.true_atoms, "n": o.n,
            "batch": o.batch, "epochs": o.epochs, "activation": o.activation,
            "learning_rate": o.learning_rate}


def peer_problem(problem, row):
    """What the workers are told: sizes, and the truth that moerate-bench drew."""
    start = row["start"]
    shared = {key: value for key, value in problem.items() if key != "true_atoms"}
    return {**shared, "truth": truth_rows(row["truth"]), "noise_sd": math.sqrt(row["noise_variance"]),
            "start_sd": start["scale"] * problem["n"] ** start["exponent"]}


def mean_and_error(values):
    """Mean and standard error over the fits, of a list or as moerate-bench gives them."""
    if isinstance(values, dict):
        return {"mean": values["mean"], "standard_error": values["standard_error"] or 0.0}
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / max(1, len(values) - 1)
    return {"mean": mean, "standard_error": math.sqrt(variance / len(values))}


def agree(a, b):
    return abs(a["mean"] - b["mean"]) <= AGREEMENT * math.hypot(a["standard_error"], b["standard_error"])


def row_of(entrant, results):
    best = max(results, key=lambda r: r["updates_per_s"])
    return {"name": entrant.name, **entrant.facts, "processes": entrant.processes,
            "threads": entrant.threads, "recipe": best["recipe"], "compile_s": best["compile_s"],
            "updates_per_s": best["updates_per_s"],
            "updates_per_s_of_rounds": [r["updates_per_s"] for r in results
                                        if r["recipe"] == best["recipe"]],
            "whole_updates_per_s": max(r["whole_updates_per_s"] for r in results),
            **{key: mean_and_error(best[key]) for key in ("mse", "descent")}}


def measure(entrants, rounds, absent):
    """Best of `rounds` turns of all entrants, as rows; the first entrant is the reference. Who fails on
    the way goes to `absent`."""
    results = {entrant: [] for entrant in entrants}
    for turn in range(rounds):
        for entrant in list(results):
            note(f"round {turn + 1} of {rounds}: {entrant.name}")
            try:
                results[entrant] += entrant.round(turn + 1)
            except Absent as reason:
                absent[entrant.name] = f"failed in round {turn + 1}: {reason}"
                del results[entrant]
    rows = [row_of(entrant, done) for entrant, done in results.items()]
    for row in rows:
        row["ratio"] = row["updates_per_s"] / rows[0]["updates_per_s"]
        row["agrees"] = all(agree(row[key], rows[0][key]) for key in ("mse", "descent"))
    return rows


def compare_on(o, device, cases, scratch):
    cores = sorted(os.sched_getaffinity(0))
    cores = cores if device == "cuda" else cores[: o.threads]
    problem = problem_for(o, device, cores)
    entrants = [MoerateEntrant(o.bin / "moerate-bench", problem, cores)]
    asked = peer_problem(problem, entrants[0].run(fits=1, epochs=1))
    absent, tried = {}, []
    for name in o.peers.split(","):
        try:
            if name == "numpy" and device == "cuda":
                raise Absent("NumPy runs on the CPU only")
            entrants.append(enter_peer(o, name, asked, cases, cores, scratch, tried))
        except Absent as reason:
            absent[name] = str(reason)
            note(f"{name} on {device} is absent: {reason}")
    rows = measure(entrants, o.rounds, absent)
    for entrant in entrants:
        entrant.close()
    return {"problem": problem, "rounds": o.rounds, "rows": rows, "absent": absent,
            "tried": tried}


def sound(result):
    """Whether all steps were right and all fits agree."""
    steps = all(trial.get("step_error", 0) < STEP_TOLERANCE for trial in result["tried"])
    return steps and all(row["agrees"] for row in result["rows"])


def quality(value):
    return f"{value['mean']:.6f} +- {value['standard_error']:.6f}"


def print_table(result):
    p, first = result["problem"], result["rows"][0]
    print(f"\n{first['device']} ({p['device']}), {p['fits']} fits, n = {p['n']}, d = {p['d']}, k = {p['k']}, "
          f"k* = {p['true_atoms']}, batch {p['batch']}, {p['epochs']} epochs, {p['activation']}, float32; "
          f"best of {result['rounds']}\n")
    print(f"{'':18} {'recipe':28} {'proc x thr':>10} {'1e6 upd./s':>11} {'of moerate':>10} "
          f"{'with data':>10} {'compile s':>9}  {'training MSE':20}  descent of it")
    for row in result["rows"]:
        name = f"{row['name']} {row['version']}"
        verdict = "" if row["agrees"] else "  DIFFERS"
        print(f"{name:18} {row['recipe']:28} {row['processes']:>6} x {row['threads']:<1} "
              f"{row['updates_per_s'] / 1e6:>11.2f} {row['ratio']:>10.3f} "
              f"{row['whole_updates_per_s'] / 1e6:>10.2f} {row['compile_s']:>9.1f}  "
              f"{quality(row['mse'])}  {quality(row['descent'])}{verdict}")
    for name, reason in result["absent"].items():
        print(f"{name:18} absent: {reason}")
    print("\nevery recipe tried: processes, 1e6 updates/s of one epoch, error of a step")
    for t in result["tried"]:
        speed = t.get("failed") or f"{t['updates_per_s'] / 1e6:8.2f}   {t['step_error']:.0e}"
        print(f"  {t['name']:6} {t['recipe']:28} {t['processes']:>3}  {speed}")


def main():
    o = options()
    unknown = set(o.peers.split(",")) - set(PEERS)
    if unknown:
        sys.exit(f"tools/compare-peers: error: --peers {','.join(sorted(unknown))} is unknown (known: "
                 f"{', '.join(PEERS)})")
    devices = {"all": ["cpu"], "cpu": ["cpu"], "cuda": ["cuda"]}[o.device]
    doctor = json.loads(call([o.bin / "moerate", "doctor", "--json"]))
    if o.device == "all" and doctor["cuda_usable"]:
        devices.append("cuda")
    elif o.device == "all":
        note(f"no GPU: {doctor['cuda']}")
    cases = step_cases(o)
    with tempfile.TemporaryDirectory() as scratch:
        results = [compare_on(o, device, cases, scratch) for device in devices]
    for result in [] if o.json else results:
        print_table(result)
    if o.json:
        print(json.dumps(results, indent=1))
    return 0 if all(sound(result) for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())

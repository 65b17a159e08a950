"""tools/compare-lse: the same least-squares problems in moerate, Ceres, GSL, JAX, optimistix and SciPy.

Every entrant gets the same problems and starts, unbounded, one thread. With --box B those that know
bounds do them again with every parameter in [-B, B], in rows of their own: what bounds cost. Its time for a fit is what the
processor took until its MSE was within 1e-8, relative, of the lowest that any entrant found; moerate's is all
of a batch's, past that mark to its own end, over the fits. Peers may do fewer fits: the first ones. A fit that ended elsewhere (another
minimum, or short of it) has no time, and is counted.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CPP = {"ceres": ["-lceres", "-lglog", "-lopenblas"], "gsl": ["-lgsl", "-lopenblas", "-lm"]}
PYTHON = ("jax", "optimistix", "scipy-trf", "scipy-lm")
BOUNDED = ("ceres", "scipy-trf")  # the peers that know bounds
CASES = {"small": (8, 4), "large": (32, 9)}  # d, k
MARK = 1e-8
ONE_THREAD = {**{name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")},
              "JAX_PLATFORMS": "cpu", "PYTHONDONTWRITEBYTECODE": "1",
              "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"}


class Absent(Exception):
    """An entrant that is not here; the text says why."""


def options():
    parser = argparse.ArgumentParser(prog="tools/compare-lse", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--case", choices=tuple(CASES), action="append",
        help="small: d = 8, k = 4; large: d = 32, k = 9 [both]")
    add("--peers", default=",".join((*CPP, *PYTHON)), help="which of %(default)s")
    add("--fits", type=int, default=64, help="problems in moerate's batch [%(default)s]")
    add("--peer-fits", type=int, help="problems of each peer [as many]")
    add("--n", type=int, default=10000, help="samples [%(default)s]")
    add("--d", type=int, help="inputs, instead of the case's")
    add("--k", type=int, help="atoms, instead of the case's")
    add("--box", type=float, help="also in the box of this half width [unbounded alone]")
    add("--limit", type=float, default=600, help="seconds that a peer may take; it keeps what it has done by then [%(default)s]")
    add("--bin", type=Path, default=Path("build"), help="folder of moerate-bench [%(default)s]")
    add("--json", action="store_true", help="one JSON object instead of the table")
    return parser.parse_args()


def note(text):
    print(f"compare-lse: {text}", file=sys.stderr, flush=True)


def built(name, folder):
    """The peer's program, compiled with what is installed."""
    program = folder / name
    command = ["c++", "-std=c++17", "-O3", "-march=native", "-I/usr/include/eigen3",
               HERE / f"{name}_peer.cpp", "-o", program, *CPP[name]]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        raise Absent(f"does not compile: {(run.stderr.strip().splitlines() or ['?'])[0]}")
    return program


def lines_of(command, limit):
    """The JSON lines that a program printed before it ended, or was ended after `limit` seconds."""
    core = {min(os.sched_getaffinity(0))}
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD},
                               preexec_fn=lambda: os.sched_setaffinity(0, core))
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        note(f"ended after {limit:g} s")
    whole = out[:out.rfind("\n") + 1].splitlines()
    if process.returncode not in (0, -9) or not whole:
        raise Absent((err.strip().splitlines() or ["no answer"])[-1])
    return [json.loads(line) for line in whole]


def named(name, box):
    return name if box is None else f"{name} box {box:g}"


def moerate(o, path, box):
    command = [o.bin / "moerate-bench", "--estimator", "lse", "--problems", path, "--threads", "1"]
    if box is not None:
        command += ["--box", str(box)]
    run = subprocess.run(command, capture_output=True, text=True, check=True,
                         env={**os.environ, **ONE_THREAD})
    answer = json.loads(run.stdout)
    done = answer["problems"]
    each = done["processor_seconds"] / done["fits"]
    return {"name": named("moerate", box), "version": f"{answer['version']} ({answer['commit'][:7]})",
            "machine": f"{answer['device']}, {answer['simd']}",
            "at_bound": done["at_bound"], "points": [[[each, mse]] for mse in done["mse"]]}


def peer(o, name, path, folder, box):
    command = ([built(name, folder), path] if name in CPP
               else [sys.executable, HERE / "python_peer.py", name, path])
    fits = o.peer_fits or o.fits
    if name in CPP:  # these do all that is in the file
        few = folder / "few"
        few.write_bytes(first_problems(path, fits))
        command[1] = few
    else:
        command.append(fits)
    if box is not None:
        command.append(box)
    head, *points = lines_of(command, o.limit)
    return {"name": named(name, box), "version": head["version"], "points": points}


def first_problems(path, fits):
    import numpy as np

    data = path.read_bytes()
    _, n, d, k = (int(one) for one in np.frombuffer(data[:16], "<i4"))
    size = 8 * (n * d + n + 2 * k * (d + 1))
    return np.array([fits, n, d, k], "<i4").tobytes() + data[16:16 + fits * size]


def timed(rows):
    """Adds to each row the seconds of its fits to the mark, and what became of the others."""
    fits = max(len(row["points"]) for row in rows)
    best = [min(row["points"][i][-1][1] for row in rows if row["points"][i:i + 1] not in ([], [[]]))
            for i in range(fits)]
    for row in rows:
        seconds = [next((at for at, mse in points if mse <= best[i] * (1 + MARK)), None)
                   for i, points in enumerate(row["points"])]
        there = [at for at in seconds if at is not None]
        row.update(fits=len(seconds), reached=len(there),
                   seconds=sum(there) / len(there) if there else None)
        row["ratio"] = (row["seconds"] / rows[0]["seconds"]
                        if there and rows[0]["seconds"] else None)
        del row["points"]
    return rows


def compare(o, case):
    import problems

    d, k = o.d or CASES[case][0], o.k or CASES[case][1]
    rows, absent = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        path = folder / "problems"
        problems.write(path, o.fits, o.n, d, k)
        note(f"{case}: moerate, {o.fits} fits, d = {d}, k = {k}, n = {o.n}")
        boxes = [None] if o.box is None else [None, o.box]
        rows += [moerate(o, path, box) for box in boxes]
        for name, box in ((name, box) for name in o.peers.split(",") for box in boxes):
            if name in absent or (box is not None and name not in BOUNDED):
                continue
            note(f"{case}: {named(name, box)}")
            try:
                rows.append(peer(o, name, path, folder, box))
            except Absent as reason:
                absent[name] = str(reason)
                note(f"{name} is absent: {reason}")
    return {"case": case, "d": d, "k": k, "n": o.n, "p": problems.parameters(d, k),
            "rows": timed(rows), "absent": absent}


def print_table(result):
    rows = result["rows"]
    print(f"\n{rows[0]['machine']}; d = {result['d']}, k = {result['k']}, p = {result['p']}, "
          f"n = {result['n']}, softmax/gelu, one thread\n\n{'':34} {'fits':>5} {'at the minimum':>14} "
          f"{'s a fit':>10} {'x moerate':>10}")
    for row in rows:
        seconds = "-" if row["seconds"] is None else f"{row['seconds']:.4f}"
        ratio = "-" if row["ratio"] is None else f"{row['ratio']:.2f}"
        print(f"{row['name'] + ' ' + row['version']:34} {row['fits']:>5} {row['reached']:>14} "
              f"{seconds:>10} {ratio:>10}")
    for name, reason in result["absent"].items():
        print(f"{name:34} absent: {reason}")


def main():
    o = options()
    unknown = set(o.peers.split(",")) - {*CPP, *PYTHON}
    if unknown:
        sys.exit(f"tools/compare-lse: error: --peers {','.join(sorted(unknown))} is unknown (known: "
                 f"{', '.join((*CPP, *PYTHON))}) name some of these")
    results = [compare(o, case) for case in o.case or CASES]
    for result in [] if o.json else results:
        print_table(result)
    if o.json:
        print(json.dumps(results, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

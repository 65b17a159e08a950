"""One peer in a process of its own: python worker.py jax|torch|numpy, JSON lines on stdin and stdout.

In: first {"problem", "cases"}, later {"recipe", "seed"}, a line a round. Out: first the facts of the peer
and a trial of each of its recipes, later the times of each round. Every recipe first makes one step on the
given cases, whose outcome the driver checks. What the libraries print goes to stderr.
"""
import importlib
import json
import os
import sys
import time

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def say(**answer):
    print(json.dumps(answer), file=out, flush=True)


def read():
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def one_step(peer, recipe, case):
    """Parameters after one epoch over data of a single batch, flattened fit by fit: w, then c."""
    import numpy as np

    w, c, x, y = (np.asarray(case[name], np.float32) for name in ("w", "c", "x", "y"))
    peer.load(w, c, x, y)
    peer.train(recipe, 1)
    w, c = peer.parameters()
    return [w_r.ravel().tolist() + c_r.tolist() for w_r, c_r in zip(w, c)]


def trial(peer, recipe, cases):
    """Steps on the cases, and speed of the better of two epochs after one that compiles."""
    steps = [one_step(peer, recipe, case) for case in cases]
    peer.generate(0, peer.problem.starts(0))
    seconds = []
    for _ in range(3):
        begin = time.monotonic()
        peer.train(recipe, 1)
        seconds.append(time.monotonic() - begin)
    return {"recipe": recipe, "steps": steps, "compile_s": max(0.0, seconds[0] - min(seconds[1:])),
            "updates_per_s": peer.problem.fits * peer.problem.n / min(seconds[1:])}


def main(name):
    task = read()
    from problem import Problem

    peer = importlib.import_module(f"{name}_peer").Peer(Problem(**task["problem"]))
    trials = []
    for recipe in peer.recipes():
        try:
            trials.append(trial(peer, recipe, task["cases"]))
        except Exception as error:  # a recipe that this machine cannot do is reported, not fatal
            trials.append({"recipe": recipe, "failed": f"{type(error).__name__}: {error}"[:300]})
    say(facts=peer.facts(), trials=trials)
    while (order := read()) is not None:
        starts = peer.problem.starts(order["seed"])  # by NumPy on the host, so not in the time
        start = time.monotonic()
        peer.generate(order["seed"], starts)
        peer.train(order["recipe"], 0)
        start_mse = peer.mse()
        begin = time.monotonic()
        peer.train(order["recipe"], peer.problem.epochs)
        end = time.monotonic()
        mse = peer.mse()
        say(start=start, begin=begin, end=end, done=time.monotonic(), mse=mse,
            descent=[a - b for a, b in zip(start_mse, mse)])


if __name__ == "__main__":
    main(sys.argv[1])

#!/usr/bin/python3
"""Counterexamples that `moerate identify` found (docs/identifiability.md), by mixture.py, which was
written from the formulas and not from the engine: f at 10^5 fresh inputs and the loss of spec.md 2.2,
without the gauge (of softmax.L1 an upper bound of the aligned one: the shares below move no gate).
A test of ctest; by hand: tests/reference/counterexamples.py
"""

import json
import pathlib

import numpy as np

import mixture


def cells(fitted, true):
    """The true atom of each fitted one: nearest in gate location and expert (spec.md 2.1)."""
    def places(measure):
        return np.array([np.concatenate([np.ravel(atom[part][name]) for part in ("gate", "expert")
                                         for name in sorted(atom[part]) if (part, name) != ("gate", "b")])
                         for atom in measure["atoms"]])

    distance = np.linalg.norm(places(fitted)[:, None] - places(true)[None], axis=2)
    return np.argmin(distance, axis=1)


def loss(name, fitted, true):
    """softmax.L1 (002 eq 6) or sigmoid.D1 (003 eq 6)."""
    mass = np.exp if name == "softmax.L1" else mixture.sigmoid
    cell = cells(fitted, true)
    total = 0.0
    for j, truth in enumerate(true["atoms"]):
        members = [fitted["atoms"][i] for i in np.flatnonzero(cell == j)]
        masses = [float(mass(np.float64(atom["gate"]["b"]))) for atom in members]
        over = len(members) > 1
        if name == "softmax.L1" or over:
            total += abs(sum(masses) - float(mass(np.float64(truth["gate"]["b"]))))
        for atom, m in zip(members, masses):
            parts = [np.subtract(atom["gate"]["w"], truth["gate"]["w"]),
                     np.concatenate([np.ravel(np.subtract(atom["expert"][key], truth["expert"][key]))
                                     for key in truth["expert"]])]
            weight = m if name == "softmax.L1" else 1.0
            total += weight * sum(np.linalg.norm(part) ** (2 if over else 1) for part in parts)
            if name == "sigmoid.D1" and not over:
                total += abs(atom["gate"]["b"] - truth["gate"]["b"])
    return total


def main():
    x = np.random.default_rng(1).uniform(-1, 1, (100000, 2))
    stored = pathlib.Path(__file__).with_name("counterexamples.json")
    failed = False
    for case in json.loads(stored.read_text()):
        fitted, true = case["counterexample"], case["truth"]
        gap = np.max(np.abs(mixture.predict(fitted, x) - mixture.predict(true, x)))
        value = loss(case["loss"], fitted, true)
        holds = gap < 1e-9 and value > 0.04 and np.isclose(value, case["value"], rtol=1e-6)
        failed = failed or not holds
        print(f"{'holds' if holds else 'FAILS'}  max|f - f*| {gap:.1e}, {case['loss']} {value:.6g} "
              f"({case['value']:.6g} by the engine, gauge {case['gauge']}): {case['name']}")
    raise SystemExit(failed)


if __name__ == "__main__":
    main()

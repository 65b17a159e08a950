"""The exact flat directions that refute claimed rates (spec.md 1.3, docs/losses.md), by mixture.py,
which was written from the formulas and not from the engine: f before and after a move of finite size,
and the ranks of J at truths drawn as the papers draw them.

    python3 tests/reference/flat_directions.py
"""

import numpy as np

import mixture


def atom(random, d, gate_sd, expert_sd, zero=False):
    """An atom with gate parameters N(0, gate_sd^2), or 0, and expert parameters N(0, expert_sd^2)."""
    scale = 0.0 if zero else gate_sd
    return {"gate": {"w": list(scale * random.standard_normal(d)), "b": scale * random.standard_normal()},
            "expert": {"a": list(expert_sd * random.standard_normal(d)), "b": expert_sd * random.standard_normal()}}


def scaled(one, factor, bias):
    """The atom with its expert times `factor` and its gate's bias moved by `bias`."""
    return {"gate": {"w": one["gate"]["w"], "b": one["gate"]["b"] + bias},
            "expert": {"a": [factor * a for a in one["expert"]["a"]], "b": factor * one["expert"]["b"]}}


def measure_of(gate, activation, atoms):
    return {"gate": gate, "expert": {"form": "ridge", "activation": activation}, "atoms": atoms}


def gap(one, other, x):
    return np.max(np.abs(mixture.predict(one, x) - mixture.predict(other, x)))


def rank(measure, x):
    """Of J scaled to columns of unit length, with the two singular values that it falls between."""
    j = mixture.jacobian(measure, x)
    j = j / np.maximum(np.linalg.norm(j, axis=0), 1e-300)
    s = np.linalg.svd(j, compute_uv=False)
    found = int(np.sum(s > 1e-9 * s[0]))
    return found, s[found - 1] / s[0], s[found] / s[0] if found < len(s) else 0.0


def shares(random):
    """d = 4, k* = 3, k = 4: half of a true atom's mass each, experts (1 +- 1/2) of its own."""
    gate = {"score": "linear", "normalizer": "softmax"}
    x = random.uniform(-1, 1, (2000, 4))
    for activation in ("relu", "identity", "gelu", "tanh"):
        atoms = [atom(random, 4, 1, 1) for _ in range(3)]
        shared = atoms[:2] + [scaled(atoms[2], f, -np.log(2)) for f in (1.5, 0.5)]
        print(f"shares traded, {activation}: max |f - f*| = "
              f"{gap(measure_of(gate, activation, shared), measure_of(gate, activation, atoms), x):.1e}")


def masses(random):
    """The truth of 004, Figure 1a, in fewer dimensions: two zeroed gates, an exact fit."""
    gate = {"score": "cosine", "normalizer": "softmax", "tau1": 0.1, "tau2": 0.1}
    d = 6
    x = random.uniform(-1, 1, (3000, d))
    for zeroed in (True, False):
        atoms = [atom(random, d, 1, 1, zero=zeroed and i >= 2) for i in range(4)]
        moved = atoms[:2] + [scaled(one, 1 / m, np.log(m)) for one, m in zip(atoms[2:], (1.4, 0.6))]
        truth = measure_of(gate, "relu", atoms)
        found, above, below = rank(truth, x)
        flat = len(mixture.parameters(truth)) - found
        print(f"masses traded, {'two gates zeroed' if zeroed else 'none zeroed'}: max |f - f*| = "
              f"{gap(measure_of(gate, 'relu', moved), truth, x):.1e}; {flat} flat directions, of which a common "
              f"shift has {d + 1} (singular values {above:.0e} above, {below:.0e} below)")


if __name__ == "__main__":
    shares(np.random.default_rng(1))
    masses(np.random.default_rng(2))

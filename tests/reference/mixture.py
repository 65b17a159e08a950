"""The mixture of spec.md 1 in plain NumPy, from a measure as JSON (interfaces.md): float64, written
from the formulas and not from the engine. The parameters may be complex, so that derivatives come
from complex steps: d f(theta) = imag f(theta + i h) / h, exact to rounding for h = 1e-30.

    python3 tests/reference/mixture.py MOERATE     compares it with `MOERATE eval` on tests/golden
"""

import json
import math
import pathlib
import subprocess
import sys

import numpy as np

try:
    from scipy.special import erf
except ImportError:  # of real numbers alone
    erf = np.vectorize(math.erf, otypes=[float])

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"


def positive(t):
    return np.where(t.real > 0, t, 0)


def sigmoid(t):
    """1 / (1 + exp(-t)) without overflow."""
    e = np.exp(np.where(t.real > 0, -t, t))
    return np.where(t.real > 0, 1, e) / (1 + e)


ACTIVATIONS = {
    "identity": lambda t, power: t,
    "relu": lambda t, power: positive(t),
    "gelu": lambda t, power: t * (1 + erf(t / np.sqrt(2))) / 2,
    "silu": lambda t, power: t * sigmoid(t),
    "sigmoid": lambda t, power: sigmoid(t),
    "tanh": lambda t, power: np.tanh(t),
    "power": lambda t, power: t ** power,
}


def norm(v):
    return np.sqrt(np.sum(v * v, axis=-1))


def atoms_of(measure, part, name):
    return np.array([atom[part][name] for atom in measure["atoms"]])


def scores(measure, x):
    """s_i(x_t) before the temperature, [n][k]."""
    gate, kind = measure["gate"], measure["gate"]["score"]

    def of(name):
        return atoms_of(measure, "gate", name)

    def square():
        return np.einsum("ta,iab,tb->ti", x, of("A"), x)

    if kind == "linear":
        return x @ of("w").T + of("b")
    if kind == "quadratic":
        return square() + x @ of("w").T + of("b")
    if kind == "monomial":
        return square() + of("b")
    if kind == "cosine":
        lengths = (norm(of("w")) + gate.get("tau1", 0)) * (norm(x)[:, None] + gate.get("tau2", 0))
        return x @ of("w").T / lengths + of("b")
    if kind == "ridge":
        return ACTIVATIONS[gate["activation"]](x @ of("w").T, gate.get("power", 2)) + of("b")
    if kind == "attention":
        query = x @ np.array(measure["shared"]["Q"]).T + np.array(measure["shared"]["q"])
        key = np.einsum("ira,ta->tir", of("K"), x) + of("kappa")
        return np.einsum("tr,tir->ti", query, key)
    if kind == "euclidean":
        return -np.sum((x[:, None, :] - of("w")) ** 2, axis=2) + of("b")
    raise ValueError(kind)


def softmax(s):
    e = np.exp(s - np.max(s.real, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def weights(measure, x):
    """g_i(x_t), [n][k]."""
    s = scores(measure, x) / measure.get("temperature", 1.0)
    kind = measure["gate"]["normalizer"]
    if kind == "softmax":
        return softmax(s)
    if kind == "sigmoid":
        return sigmoid(s)
    if kind == "topk":
        g = np.zeros_like(s)
        for t, order in enumerate(np.argsort(-s.real, axis=1, kind="stable")):
            kept = order[:measure["gate"]["top"]]
            g[t, kept] = softmax(s[t:t + 1, kept])
        return g
    if kind == "hierarchical":
        group = np.array([atom["gate"]["group"] for atom in measure["atoms"]])
        outer = softmax(x @ np.array([g["w"] for g in measure["groups"]]).T
                        + np.array([g["b"] for g in measure["groups"]]))
        g = np.zeros_like(s + outer[:, :1])
        for j in range(outer.shape[1]):
            g[:, group == j] = outer[:, j:j + 1] * softmax(s[:, group == j])
        return g
    raise ValueError(kind)


def responses(measure, x):
    """h_i(x_t), [n][k]."""
    expert = measure["expert"]

    def of(name):
        return atoms_of(measure, "expert", name)

    if expert["form"] == "constant":
        return np.zeros((len(x), 1)) + of("b")
    at = x / norm(x)[:, None] if expert["form"] == "normalized" else x
    h = ACTIVATIONS[expert["activation"]](at @ of("a").T + of("b"), expert.get("power", 2))
    return h if expert["form"] == "ridge" else of("lambda") * h


def predict(measure, x):
    return np.sum(weights(measure, x) * responses(measure, x), axis=1)


def places(measure):
    """Where the parameters stand in the JSON: their paths, in its order."""
    found = []

    def walk(node, path):
        if isinstance(node, dict):
            for name in node:
                walk(node[name], path + [name])
        elif isinstance(node, list):
            for i, one in enumerate(node):
                walk(one, path + [i])
        elif path[-1] != "group":
            found.append(path)

    if measure["gate"].get("temperature") == "learned":
        found.append(["temperature"])
    for part in ("shared", "groups", "atoms"):
        walk(measure.get(part, []), [part])
    return found


def number_at(measure, path):
    for step in path:
        measure = measure[step]
    return measure


def parameters(measure):
    return np.array([number_at(measure, path) for path in places(measure)])


def copied(node):
    if isinstance(node, dict):
        return {name: copied(one) for name, one in node.items()}
    return [copied(one) for one in node] if isinstance(node, list) else node


def with_parameters(measure, theta):
    changed = copied(measure)
    for path, value in zip(places(measure), theta):
        number_at(changed, path[:-1])[path[-1]] = value
    return changed


def jacobian(measure, x, step=1e-30):
    """d f(x_t) / d theta_u, [n][p]."""
    theta = parameters(measure)
    columns = []
    for u in range(len(theta)):
        moved = theta.astype(complex)
        moved[u] += 1j * step
        columns.append(predict(with_parameters(measure, moved), x).imag / step)
    return np.array(columns).T


def engine(moerate, cases):
    """What `moerate eval` says of cases."""
    run = subprocess.run([moerate, "eval", "-"], input=json.dumps(cases), capture_output=True,
                         text=True, check=True)
    return json.loads(run.stdout)


def difference(moerate, cases):
    """The largest difference from `moerate eval`, relative above 1, of f and weights."""
    largest = 0.0
    for case, got in zip(cases, engine(moerate, cases)):
        x = np.array(case["x"])
        for own, its in ((predict(case["measure"], x), got["f"]),
                         (weights(case["measure"], x), got["weights"])):
            its = np.array(its)
            largest = max(largest, np.max(np.abs(own - its) / (1 + np.abs(its))))
    return largest


if __name__ == "__main__":
    for name in ("golden_eval.json", "golden_slice_eval.json"):
        cases = json.loads((GOLDEN / name).read_text())
        cases = [{key: case[key] for key in ("name", "measure", "x")} for case in cases]
        print(name, len(cases), "cases:", difference(sys.argv[1], cases))

"""Writes least_squares.json: small least-squares problems with the minimum that SciPy's
least_squares finds from the same start, for tests/estimate/agreement_test.cpp.

    OPENBLAS_NUM_THREADS=1 python3 tests/reference/least_squares.py > tests/reference/least_squares.json
    python3 tests/reference/least_squares.py --check MOERATE

Needs SciPy (written with 1.17.1 and NumPy 2.4); the tests only read the file. The model is mixture.py,
its Jacobian by complex steps. Method trf with x_scale "jac" and ftol = xtol = gtol = 1e-15 gives the
result; methods dogbox and, in the free problems, lm (MINPACK) go from the same start, and a draw
whose methods end at different minima, or not within 400 evaluations, is drawn again: where several basins are near, two sound
optimisers may differ, and the test would measure luck. --check compares the models of all problems
with `MOERATE eval` at start and minimum: f and weights differed by at most 1e-15, relative above 1.
"""

import json
import sys

import numpy as np
from scipy.optimize import least_squares

import mixture
from responses import EXPERTS, GATES, draw

GATES = {**GATES,
         "sigmoid quadratic": GATES["quadratic"],
         "softmax quadratic": {"score": "quadratic", "normalizer": "softmax"},
         "sigmoid monomial": {"score": "monomial", "normalizer": "sigmoid"},
         "sigmoid cosine": {**GATES["cosine"], "normalizer": "sigmoid"},
         "silu": {"score": "ridge", "normalizer": "sigmoid", "activation": "silu"},
         "learned tanh": {**GATES["tanh"], "temperature": "learned"}}
EXPERTS = {**EXPERTS,
           "silu": {"form": "ridge", "activation": "silu"},
           "tanh": {"form": "ridge", "activation": "tanh"},
           "ffn gelu": {"form": "ffn", "activation": "gelu"},
           "ffn tanh": {"form": "ffn", "activation": "tanh"}}
FREE, SMALL = 10.0, 1.0  # boxes; no minimum touches the first, each touches the second
TEMPERATURES = [0.05, 10.0]
# gate, expert, d, k*, k, n, box
PROBLEMS = [
    ("softmax", "gelu", 2, 2, 2, 200, FREE),
    ("softmax", "tanh", 2, 3, 3, 250, FREE),
    ("softmax", "identity", 4, 2, 2, 300, FREE),
    ("softmax", "square", 2, 2, 2, 200, FREE),
    ("softmax", "constant", 2, 2, 2, 150, FREE),
    ("softmax", "ffn gelu", 2, 2, 2, 300, FREE),
    ("softmax", "normalized", 2, 2, 2, 300, FREE),
    ("sigmoid", "silu", 2, 2, 2, 200, FREE),
    ("sigmoid", "gelu", 3, 3, 3, 400, FREE),
    ("sigmoid", "identity", 2, 2, 2, 250, FREE),
    ("sigmoid", "ffn tanh", 2, 2, 2, 300, FREE),
    ("softmax quadratic", "gelu", 2, 2, 2, 300, FREE),
    ("sigmoid quadratic", "tanh", 2, 2, 2, 400, FREE),
    ("monomial", "silu", 2, 2, 2, 300, FREE),
    ("sigmoid monomial", "gelu", 3, 2, 2, 350, FREE),
    ("cosine", "gelu", 3, 2, 2, 300, FREE),
    ("sigmoid cosine", "tanh", 2, 2, 2, 300, FREE),
    ("tanh", "gelu", 2, 2, 2, 300, FREE),
    ("silu", "gelu", 2, 2, 2, 300, FREE),
    ("euclidean", "gelu", 2, 2, 2, 300, FREE),
    ("euclidean", "tanh", 2, 2, 2, 300, FREE),
    ("attention", "gelu", 2, 2, 2, 400, FREE),
    ("learned", "gelu", 2, 2, 2, 300, FREE),
    ("learned tanh", "gelu", 2, 2, 2, 300, FREE),
    ("hierarchical", "gelu", 2, 4, 4, 400, FREE),
    ("softmax", "gelu", 2, 2, 2, 60, SMALL),
    ("sigmoid", "tanh", 2, 2, 2, 100, SMALL),
    ("softmax", "relu", 2, 2, 2, 200, FREE),
    ("sigmoid", "relu", 3, 3, 3, 400, FREE),
    ("softmax quadratic", "relu", 2, 2, 2, 300, FREE),
    ("sigmoid monomial", "relu", 2, 2, 2, 300, FREE),
]
NOISE = 0.1
SMOOTH, RELU = 1e-9, 1e-4  # how far apart, relative, the methods' minima may be


def scaled(measure, random, k):
    """A truth whose atoms are apart, and a start near it; atoms above k* share the last one."""
    theta = mixture.parameters(measure)
    free = np.array([place[0] != "temperature" for place in mixture.places(measure)])
    truth = mixture.with_parameters(measure, np.round(np.where(free, 1.5 * theta, theta), 3))
    start = json.loads(json.dumps(truth))
    while len(start["atoms"]) < k:
        start["atoms"].append(json.loads(json.dumps(start["atoms"][-1])))
    theta = mixture.parameters(start)
    return truth, mixture.with_parameters(
        start, np.round(theta + 0.1 * random.normal(size=len(theta)), 3))


def box_of(measure, box):
    bounds = [TEMPERATURES if place[0] == "temperature" else [-box, box]
              for place in mixture.places(measure)]
    return np.array(bounds).T


def solve(start, x, y, bounds, method):
    def residual(theta):
        return mixture.predict(mixture.with_parameters(start, theta), x) - y

    def jacobian(theta):
        return mixture.jacobian(mixture.with_parameters(start, theta), x)

    settings = {} if method == "lm" else {"bounds": bounds}
    return least_squares(residual, mixture.parameters(start), jacobian, method=method,
                         x_scale="jac", ftol=1e-15, xtol=1e-15, gtol=1e-15, max_nfev=400,
                         **settings)


def drawn(gate, expert, d, true_k, k, n, box, random):
    """One problem, or None where the methods do not end at one minimum."""
    truth, start = scaled(draw(random, GATES[gate], EXPERTS[expert], d, true_k), random, k)
    x = np.round(random.uniform(-1, 1, size=(n, d)), 4)
    y = np.round(mixture.predict(truth, x) + NOISE * random.normal(size=n), 6)
    bounds = box_of(start, box)
    inside = np.clip(mixture.parameters(start), 0.9 * bounds[0], 0.9 * bounds[1])
    start = mixture.with_parameters(start, np.round(inside, 3))
    methods = (["lm"] if box == FREE else []) + ["dogbox", "trf"]
    found = {}
    for method in methods:
        found[method] = solve(start, x, y, bounds, method)
        if found[method].status == 0:  # evaluations ran out
            return None
    mse = {method: 2 * one.cost / n for method, one in found.items()}
    best = found["trf"]
    reach = np.max(np.abs(best.x) / np.where(bounds[1] == box, box, np.inf))
    spread = (max(mse.values()) - min(mse.values())) / min(mse.values())
    start_mse = float(np.mean((mixture.predict(start, x) - y) ** 2))
    minimum = mixture.with_parameters(start, best.x.tolist())
    active = np.min(np.mean(mixture.responses(minimum, x) != 0, axis=0))
    if (spread > (RELU if expert == "relu" else SMOOTH) or (reach > 0.9) != (box == SMALL)
            or start_mse < 1.05 * mse["trf"] or active < 0.1):  # nothing to do, or dead atoms
        return None
    return {"name": f"{gate} {expert} d={d} k*={true_k} k={k} n={n} box={box:g}",
            "smooth": expert != "relu", "start": start, "box": box, "temperatures": TEMPERATURES,
            "x": x.tolist(), "y": y.tolist(),
            "start_mse": start_mse,
            "mse": float(mse["trf"]), "nfev": int(best.nfev),
            "minimum": minimum}


def main():
    problems = []
    for number, settings in enumerate(PROBLEMS):
        random = np.random.default_rng(number)
        for draws in range(1, 100):
            problem = drawn(*settings, random)
            if problem is not None:
                break
        else:
            sys.exit(f"no draw of {settings} has one minimum")
        print(f"{problem['name']}: mse {problem['start_mse']:.3g} -> {problem['mse']:.6g}, "
              f"nfev {problem['nfev']}, draw {draws}", file=sys.stderr, flush=True)
        problems.append(problem)
    print("[" + ",\n".join(json.dumps(one) for one in problems) + "]")


def check(moerate):
    with open(__file__.replace(".py", ".json"), encoding="utf-8") as file:
        problems = json.load(file)
    cases = [{"name": one["name"], "measure": one[at], "x": one["x"]}
             for one in problems for at in ("start", "minimum")]
    print(len(cases), "models:", mixture.difference(moerate, cases))


if __name__ == "__main__":
    check(sys.argv[2]) if sys.argv[1:2] == ["--check"] else main()

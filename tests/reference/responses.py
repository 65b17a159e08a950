"""Writes responses.json: the errors of spec.md 2.2 that a fit has on given points (regression,
expert errors, responses), by mixture.py and plain NumPy sums.

    python3 tests/reference/responses.py > tests/reference/responses.json
"""

import json

import numpy as np

import mixture

GATES = {
    "softmax": {"score": "linear", "normalizer": "softmax"},
    "sigmoid": {"score": "linear", "normalizer": "sigmoid"},
    "quadratic": {"score": "quadratic", "normalizer": "sigmoid"},
    "monomial": {"score": "monomial", "normalizer": "softmax"},
    "cosine": {"score": "cosine", "normalizer": "softmax", "tau1": 0.1, "tau2": 0.1},
    "tanh": {"score": "ridge", "normalizer": "softmax", "activation": "tanh"},
    "attention": {"score": "attention", "normalizer": "softmax", "rank": 2},
    "euclidean": {"score": "euclidean", "normalizer": "softmax"},
    "topk": {"score": "linear", "normalizer": "topk", "top": 2},
    "learned": {"score": "linear", "normalizer": "softmax", "temperature": "learned"},
    "hierarchical": {"score": "linear", "normalizer": "hierarchical"},
}
EXPERTS = {
    "relu": {"form": "ridge", "activation": "relu"},
    "gelu": {"form": "ridge", "activation": "gelu"},
    "identity": {"form": "ridge", "activation": "identity"},
    "square": {"form": "ridge", "activation": "power", "power": 2},
    "ffn": {"form": "ffn", "activation": "silu"},
    "normalized": {"form": "normalized", "activation": "tanh"},
    "constant": {"form": "constant"},
}
# name of the case: fitted gate and expert, its k; true gate and expert, k*; d, points
CASES = [
    ("softmax", "relu", 4, "softmax", "relu", 3, 2, 40),
    ("sigmoid", "relu", 3, "softmax", "relu", 3, 2, 33),
    ("sigmoid", "gelu", 2, "sigmoid", "gelu", 4, 3, 45),
    ("quadratic", "identity", 5, "quadratic", "identity", 2, 2, 50),
    ("monomial", "square", 3, "quadratic", "square", 2, 2, 31),
    ("cosine", "relu", 4, "softmax", "relu", 2, 3, 64),
    ("tanh", "gelu", 3, "tanh", "gelu", 3, 1, 65),
    ("attention", "ffn", 4, "attention", "ffn", 3, 2, 37),
    ("euclidean", "normalized", 3, "euclidean", "normalized", 2, 2, 40),
    ("topk", "gelu", 5, "topk", "gelu", 3, 2, 48),
    ("learned", "gelu", 3, "softmax", "gelu", 2, 2, 40),
    ("hierarchical", "gelu", 6, "hierarchical", "gelu", 4, 2, 40),
    ("softmax", "constant", 4, "softmax", "constant", 2, 2, 40),
    ("sigmoid", "ffn", 3, "softmax", "relu", 2, 2, 40),  # no lambda there: it counts as 0
    ("softmax", "relu", 1, "sigmoid", "ffn", 3, 2, 40),  # two cells are empty
]


def draw(random, gate, expert, d, k):
    """A measure whose parameters have three decimals."""
    def normal(*shape):
        return np.round(random.normal(size=shape), 3).tolist()

    gate, expert = GATES[gate], EXPERTS[expert]
    measure = {"d": d, "gate": gate, "expert": expert}
    if gate.get("temperature") == "learned":
        measure["temperature"] = 0.75
    if gate["score"] == "attention":
        measure["shared"] = {"Q": normal(gate["rank"], d), "q": normal(gate["rank"])}
    if gate["normalizer"] == "hierarchical":
        measure["groups"] = [{"w": normal(d), "b": normal()} for _ in range(2)]
    measure["atoms"] = []
    for i in range(k):
        own = {}
        if gate["score"] in ("quadratic", "monomial"):
            own["A"] = normal(d, d)
        if gate["score"] not in ("monomial", "attention"):
            own["w"] = normal(d)
        if gate["score"] == "attention":
            own.update({"K": normal(gate["rank"], d), "kappa": normal(gate["rank"])})
        else:
            own["b"] = normal()
        if gate["normalizer"] == "hierarchical":
            own["group"] = i * 2 // k
        if expert["form"] == "constant":
            atom = {"b": normal()}
        else:
            atom = {"a": normal(d), "b": normal()}
            if expert["form"] != "ridge":
                atom["lambda"] = normal()
        measure["atoms"].append({"gate": own, "expert": atom})
    return measure


def relu_split(d):
    """spec.md 1.3, last row: half masses and experts (1 -+ 1/2) (a, b) on the first true atom."""
    truth = {"d": d, "gate": GATES["softmax"], "expert": EXPERTS["relu"], "atoms": [
        {"gate": {"w": [0.5] * d, "b": 0.25}, "expert": {"a": [1.0] * d, "b": 0.5}},
        {"gate": {"w": [-1.0] * d, "b": 0.0}, "expert": {"a": [-3.0] * d, "b": 1.0}}]}
    fit = json.loads(json.dumps(truth))
    first = fit["atoms"][0]
    first["gate"]["b"] -= float(np.log(2))
    parts = []
    for share in (0.5, 1.5):
        part = json.loads(json.dumps(first))
        part["expert"] = {"a": [share * a for a in first["expert"]["a"]],
                          "b": share * first["expert"]["b"]}
        parts.append(part)
    fit["atoms"] = parts + fit["atoms"][1:]
    return fit, truth


def expert_parameters(measure, names):
    """[k][numbers]; a parameter that the measure lacks is 0."""
    d = measure["d"]
    return np.array([[number for name in names
                      for number in np.ravel(atom["expert"].get(name, [0.0] * (d if name == "a"
                                                                              else 1)))]
                     for atom in measure["atoms"]])


def errors(fit, truth, x):
    def l2(values):
        return np.sqrt(np.mean(values ** 2, axis=0))

    own, its = expert_parameters(fit, "a b lambda".split()), expert_parameters(
        truth, "a b lambda".split())
    cell = np.argmin(np.sum((own[:, None, :] - its) ** 2, axis=2), axis=1)
    g, h = mixture.weights(fit, x), mixture.responses(fit, x)
    g_true, h_true = mixture.weights(truth, x), mixture.responses(truth, x)
    size = np.bincount(cell, minlength=len(its))
    apart = l2(h[:, :, None] - h_true[:, None, :])  # [k][k*]
    of_cell = np.array([apart[i, cell[i]] for i in range(len(own))])

    def worst(values):
        return float(np.max(values)) if len(values) else None

    member = (cell[:, None] == np.arange(len(its))).astype(float)
    return {
        "regression": float(l2(np.sum(g * h, axis=1) - np.sum(g_true * h_true, axis=1))),
        "expert_over": worst(of_cell[size[cell] > 1]),
        "expert_exact": worst(of_cell[size[cell] == 1]),
        "expert_missed": worst(np.min(apart, axis=0)),
        "response_cell": worst(l2((g * h) @ member - g_true * h_true)),
        "response_gate": worst(l2(g @ member - g_true)),
    }


def case(name, fit, truth, x):
    return {"name": name, "fit": fit, "truth": truth, "x": x.tolist(),
            "expected": errors(fit, truth, x)}


def main():
    random = np.random.default_rng(2)
    cases = []
    for gate, expert, k, true_gate, true_expert, true_k, d, points in CASES:
        fit = draw(random, gate, expert, d, k)
        truth = draw(random, true_gate, true_expert, d, true_k)
        x = np.round(random.uniform(-1, 1, size=(points, d)), 3)
        cases.append(case(f"{gate} {expert} k={k} to {true_gate} {true_expert} k={true_k}", fit,
                          truth, x))
    x = np.round(random.uniform(-1, 1, size=(50, 2)), 3)
    cases.append(case("relu split", *relu_split(2), x))
    print("[" + ",\n".join(json.dumps(one) for one in cases) + "]")


if __name__ == "__main__":
    main()

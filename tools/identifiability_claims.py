"""What the papers state of a gate and an expert: whether the over-specified loss is bounded by
||f_G - f*|| ("bound", the expert is strongly identifiable with the gate), or is not ("none")."""


def of_softmax(score, warm, expert):
    form, activation = expert["form"], expert.get("activation")
    if score == "linear" and not warm:
        if form == "constant":
            return "none", "003 Table 1"
        if form == "ridge" and activation == "identity":
            return "none", "002 Theorem 2"
        if form == "ridge" and activation == "relu":  # n^-1/4 of over-specified experts
            return "bound", "003 Table 1, 004 Table 1"
        if activation in ("identity", "power"):
            return "none", "002 Definition 1, example"
        if activation in ("gelu", "sigmoid", "tanh"):  # its introduction speaks of networks in general
            return "bound", "002 Definition 1, example" if form == "normalized" else "002 Contributions, as we read it"
    if score == "linear" and warm and form != "constant":
        return "none", "002 Theorem 3"
    if score == "ridge" and warm and form == "normalized" and activation in ("gelu", "sigmoid"):
        return "bound", "002 Definition 2, example"
    if score in ("quadratic", "monomial"):
        if activation in ("relu", "tanh"):
            return "bound", "001 Definition 3.2, example" if score == "quadratic" else "001 Definition B.2"
        if activation == "identity":
            return "none", "001 Definition 3.2, example" if score == "quadratic" else "001 Theorem C.1"
    if score == "quadratic":  # of networks and polynomials
        if activation == "gelu" and form in ("ridge", "ffn"):
            return "bound", "000 Table 1"
        if activation == "power" and form == "ridge":
            return "none", "000 Table 1"
    return None


def of_cosine(perturbed, expert):
    form, activation = expert["form"], expert.get("activation")
    if not perturbed:
        return "none", "004 Theorem 2"
    if form == "ridge" and activation in ("relu", "tanh", "power"):
        return "bound", "004 Definition 1, example"
    if form == "ridge" and activation == "identity":
        return "none", "004 Definition 1, example"
    return None


def of_sigmoid(score, sparse, expert):
    form, activation = expert["form"], expert.get("activation")
    if score == "linear" and form == "constant":
        return "none", "003 Theorem 3 (a = 0), Table 1" if sparse else "003 Definition 2, example (a = 0), Table 1"
    if score == "linear" and form == "ridge":
        if activation in ("relu", "gelu"):
            return "bound", "003 Definitions 1, 2, examples"
        if activation in ("identity", "power"):
            return ("none", "003 Scenario II") if sparse else ("bound", "003 Definition 2, example")
    if score in ("quadratic", "monomial"):
        if form == "ffn" and activation in ("relu", "gelu"):
            return "bound", "000 Definitions 1, 2, examples" if score == "quadratic" else "000 Definition 3, example"
        if form == "ridge" and activation in ("identity", "power"):
            if score == "monomial":
                return "bound", "000 Definition 3, example"
            return ("none", "000 Definition 1, example") if sparse else ("bound", "000 Definition 2, example")
        if score == "quadratic" and form == "ridge" and activation in ("relu", "gelu"):
            return "bound", "000 Table 1, Figures 1 and 2" if activation == "relu" else "000 Table 1"
    return None


def claim(gate, expert, sparse):
    """("bound" or "none", where it stands), or nothing."""
    warm = gate.get("temperature") == "learned"
    if gate["normalizer"] == "sigmoid":
        return of_sigmoid(gate["score"], sparse, expert)
    if gate["normalizer"] == "hierarchical":
        if expert.get("activation") in ("gelu", "sigmoid", "tanh"):
            return "bound", "002 Theorem 5"
        return ("none", "002 Theorem 6") if expert.get("activation") == "identity" else None
    if gate["normalizer"] == "topk":
        return ("none", "004, after Theorem 2") if gate["score"] == "cosine" and "tau1" not in gate else None
    if gate["score"] == "cosine":
        return of_cosine("tau1" in gate, expert)
    return of_softmax(gate["score"], warm, expert)

"""What of a family's parameters f does not determine at a truth in general position: its gauge."""


def flat_directions(gate, experts, d, groups=None):
    """How many directions of the parameters leave f as it is, of an exactly specified fit of `experts` atoms whose
    experts have no scale of their own (ridge and constant ones)."""
    if gate["normalizer"] == "hierarchical":  # of the groups' gates, and of the members' in every group
        return (1 + len(groups)) * (d + 1)
    score, tau1 = gate["score"], gate.get("tau1")
    form = d * (d + 1) // 2
    count = 0
    if gate["normalizer"] != "sigmoid":
        count = {"linear": d + 1, "euclidean": d + 1, "quadratic": form + d + 1, "monomial": form + 1,
                 "cosine": d + 1 if tau1 else experts + 1 + max(0, d - experts)}.get(score, 1)
        count += gate.get("temperature") == "learned" and has_scale(gate)
    if score in ("quadratic", "monomial"):  # antisymmetric parts
        count += experts * d * (d - 1) // 2
    return count


def has_scale(gate):
    """Whether a learned temperature trades a factor with the scores' parameters."""
    if gate["score"] == "cosine":
        return bool(gate.get("tau1"))
    return gate["score"] != "ridge" or gate["activation"] in ("identity", "relu", "power")


def facts_of(truth, fit, d):
    """What a claim's truth is, from an entry of `plan`'s truths: numbers of parameters, of those that f determines,
    and in the families' general position; the smallest eigenvalue that counts, the least separation and response."""
    atoms = truth["atoms"]
    return {"parameters": truth["parameters"], "rank": truth["rank"],
            "general": truth["parameters"] - flat_directions(fit["gate"], len(atoms), d, fit.get("groups")),
            "smallest_eigenvalue": truth["smallest_eigenvalue"],
            "separation": min(atom["separation"] for atom in atoms),
            "response": min(atom["response"] for atom in atoms)}

"""docs/identifiability.md from docs/identifiability.json."""

import pathlib

from identifiability_claims import claim

TEXT = pathlib.Path(__file__).with_name("identifiability.txt")


def name_of(spec):
    words = [spec[key] for key in ("score", "normalizer", "form", "activation") if key in spec]
    if "score" in spec:
        words = [spec["score"] + (f" ({spec['activation']})" if "activation" in spec else ""), spec["normalizer"]]
        words += [text for key, text in (("tau1", "τ = 0.1"), ("top", "K = 2 of 3"), ("rank", "rank 1")) if key in spec]
        if spec["score"] == "cosine" and "tau1" not in spec:
            words.append("τ = 0")
        if spec.get("temperature") == "learned":
            words.append("learned T")
        return ", ".join(words)
    return " ".join(words) + (" 2" if spec.get("activation") == "power" else "")


def kinds(truth, where, over, gauge="align"):
    found = [one["kind"] for one in truth["found"]
             if one["where"] == where and one["gauge"] == gauge and (one["k"] > truth["k_true"]) == over]
    return sorted(set(found))


def dependent(of):
    """How many functions depend on others; zero ones in parentheses, those across atoms behind a +."""
    if of["rank"] == 0:
        return "-"
    count = of["functions"] - of["rank"] - of["zero"] - of["joining"]
    text = str(count) + (f" + {of['joining']}" if of["joining"] else "") + (f" ({of['zero']})" if of["zero"] else "")
    return text if of["sharp"] else text + " ?"


def verdict(stated, truth):
    """What the search says to the papers' statement."""
    flat = kinds(truth, "near", False) + kinds(truth, "near", True)
    if stated is None:
        return ""
    kind, source = stated
    if kind == "bound":
        return f"bound ({source}): " + ("**refuted**" if flat else "nothing against it")
    return f"no bound ({source}): " + ("agrees, exactly" if flat else "no exact direction")


def tables_of(data):
    """(gate, regime) with rows (expert, truth), in the file's order."""
    tables = {}
    for row in data["rows"]:
        for truth in row["truths"]:
            key = (name_of(row["gate"]), truth["regime"])
            tables.setdefault(key, []).append((row, truth))
    return tables


def table(title, rows):
    gate, regime = title
    sparse = "location" in regime
    lines = [f"### {gate}" + (", one true atom of constant gate" if sparse else ""), ""]
    moved = sorted({one["blocks"][0] if len(one["blocks"]) == 1 else " and ".join(one["blocks"])
                    for _, truth in rows for one in truth["found"]
                    if one["where"] == "near" and one["gauge"] == "none" and one["kind"] == "common shift"})
    if moved:
        lines += [f"By raw parameters, exactly specified: common shifts of {', '.join(moved)}.", ""]
    lines += ["| expert | ∂f/∂θ | F, ∂F, ∂²F | near, k = k\\* | near, k > k\\* | far, k = k\\* | far, k > k\\* | papers |",
              "|---|---|---|---|---|---|---|---|"]
    for row, truth in rows:
        cells = [name_of(row["expert"]), dependent(truth["first"]), dependent(truth["second"])]
        for where in ("near", "far"):
            for over in (False, True):
                cells.append(", ".join(kinds(truth, where, over)) or "-")
        cells.append(verdict(claim(row["gate"], row["expert"], sparse), truth))
        lines.append("| " + " | ".join(cells) + " |")
    return lines + [""]


def summary(data):
    """Refuted statements, and statements with nothing against them, by gate."""
    lists = {"**refuted**": {}, "nothing against it": {}, "agrees, exactly": {}, "no exact direction": {}}
    for (gate, regime), rows in tables_of(data).items():
        sparse = "location" in regime
        for row, truth in rows:
            text = verdict(claim(row["gate"], row["expert"], sparse), truth)
            for outcome, by_gate in lists.items():
                if text.endswith(outcome):
                    where = gate + (", constant gate" if sparse else "")
                    by_gate.setdefault(where, []).append(name_of(row["expert"]))
    heads = {"**refuted**": "A bound is stated, and a measure of the same f with a loss refutes it",
             "nothing against it": "A bound is stated, and nothing was found against it",
             "agrees, exactly": "No bound is stated, and f has exact flat directions, which is more",
             "no exact direction": "No bound is stated, and no exact direction was found: a rate slower than any power is "
                                   "a supremum over truths, which one truth cannot show"}
    lines = []
    for outcome, by_gate in lists.items():
        lines += [f"* {heads[outcome]}:"]
        lines += [f"  * {where}: {', '.join(experts)}" for where, experts in by_gate.items()] or ["  * none"]
    return lines + [""]


def relations(data):
    """Dependent combinations by text, with the gates and experts that have them."""
    who = {}
    for (gate, _), rows in tables_of(data).items():
        for row, truth in rows:
            for one in truth["second"]["relations"]:
                text = one.split(" (")[0]
                if "combination of" not in text:
                    who.setdefault(text, {}).setdefault(gate, set()).add(name_of(row["expert"]))
    common = sorted(who.items(), key=lambda item: (-sum(len(e) for e in item[1].values()), item[0]))
    lines = ["| combination | gates (experts of those asked) |", "|---|---|"]
    for text, gates in common[:14]:
        lines.append(f"| `{text}` | " + "; ".join(f"{gate} ({len(e)})" for gate, e in sorted(gates.items())) + " |")
    return lines + [""]


def page(data):
    lines = TEXT.read_text().format(**data["settings"]).rstrip().split("\n")
    parts = {"@summary": summary(data), "@relations": relations(data),
             "@tables": [line for title, rows in tables_of(data).items() for line in table(title, rows)]}
    out = []
    for line in lines:
        out += parts.get(line, [line])
    return "\n".join(out).rstrip() + "\n"

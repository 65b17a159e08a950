"""Numbers, tables and names of the report."""

from panels import BEST, ORACLE, SGD

CLOSE = 0.05  # slopes this near are called the same


def number(value, digits=3):
    """A number as a table has it; a dash where there is none. The minus is ASCII, for searching."""
    return "-" if value is None else f"{value:.{digits}f}"


def short(value):
    return "-" if value is None else f"{value:.3g}"


def percent(share):
    return "-" if share is None else f"{100 * share:.0f} %"


def counted(count, noun):
    """"1 row", "2 rows"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def slope(estimate, bracketed=True):
    """"-0.512 [-0.560, -0.470]", in brackets where the rates give it no verdict."""
    if estimate is None or estimate["slope"] is None:
        return "-"
    text = number(estimate["slope"])
    if bracketed and estimate["bracketed"] is not None:
        text = f"({text})"
    if estimate["lo"] is None:
        return text
    return f"{text} [{number(estimate['lo'])}, {number(estimate['hi'])}]"


def theory(claim):
    """The claim, struck where it does not stand."""
    if claim is None:
        return "-"
    if not isinstance(claim, dict):
        return claim if isinstance(claim, str) else f"{claim:g}"
    value = claim["claim"] if isinstance(claim["claim"], str) else f"{claim['claim']:g}"
    return value if claim["stands"] else f"~~{value}~~ ✗"


def why(claim):
    return claim["why"] if isinstance(claim, dict) else ""


def loss(curve):
    text = f"`{curve['loss']}`"
    if curve["loss"].endswith("r"):
        text += f" r = {curve['r']:g}"
    if curve["gauge"] != "align":
        text += f", gauge {curve['gauge']}"
    return text if curve["target"] == "truth" else f"{text}, to the {curve['target']}"


def name(curve):
    """What sets a curve apart in its panel."""
    return f"{cell(curve['label'])}, {loss(curve)}"


def cell(text):
    """User's text in a table."""
    return text.replace("|", "\\|")


def table(head, lines):
    """A Markdown table; nothing where there is no line."""
    if not lines:
        return ""
    rows = [head, ["---"] * len(head), *lines]
    return "".join("| " + " | ".join(str(cell) for cell in row) + " |\n" for row in rows) + "\n"


def sizes(n):
    """"10^3 .. 10^5" as whole numbers, with how many."""
    return "-" if not n else f"{n[0]}" if len(n) == 1 else f"{n[0]} .. {n[-1]} ({len(n)})"


def family(of):
    """Gate and expert, or gate alone, in words."""
    gate = of["gate"]
    text = f"{gate['score']} {gate['normalizer']}"
    if gate.get("tau1"):
        text += f", tau = {gate['tau1']:g}"
    if gate.get("activation"):
        text += f" ({gate['activation']})"
    if gate.get("temperature", "fixed") != "fixed":
        text += ", learned temperature"
    return text


def expert(of):
    text = f"{of['expert']['form']} {of['expert']['activation']}"
    power = of["expert"].get("power")
    return text if not power else f"{text} {power}"


def atoms(of):
    return f"groups {of['groups']}" if of.get("groups") else f"k = {of['experts']}"


KINDS = {SGD: "the papers' procedure", ORACLE: "least squares from the start near the truth",
         BEST: "best of eight starts"}

"""Whether a curve's reported slope comes out, under which settings, and how much of it is the
start's."""

from words import CLOSE, name, number


def word(curve):
    """yes where the slope is CLOSE to the reported one, undecided where only its interval holds that,
    else no; a dash where there is nothing to compare."""
    sgd, reported = curve["sgd"], curve["reported"]
    if sgd["slope"] is None or reported is None:
        return "-"
    if abs(sgd["slope"] - reported) <= CLOSE:
        return "yes"
    inside = sgd["lo"] is not None and sgd["lo"] <= reported <= sgd["hi"]
    return "undecided" if inside else "no"


OUTCOMES = {"yes": "is reproduced as the file has it", "no": "is not reproduced as the file has it",
            "undecided": "is inside of the interval, which is too wide to say more"}


def settings_that_do(curve):
    """Settings chosen otherwise whose slope at the short sizes is CLOSE to the reported one."""
    moves = curve["moves"]
    if moves is None or curve["reported"] is None:
        return []
    return [(setting, one) for setting, one in moves["otherwise"].items()
            if one["slope"] is not None and abs(one["slope"] - curve["reported"]) <= CLOSE]


def start_share(slope, start):
    """What the start's slope is of a slope, in words."""
    if slope is None or start is None:
        return ""
    if abs(slope - start) <= CLOSE:
        return f"that of the starts is {number(start)}, the same within {CLOSE}"
    return f"that of the starts is {number(start)}"


def sentence(curve):
    """What comes of a reported slope."""
    sgd = curve["sgd"]
    text = f"{name(curve)}: "
    if curve["reported"] is None:
        text += "no slope is reported or legible. "
    text += f"The slope is {number(sgd['slope'])}"
    share = start_share(sgd["slope"], sgd["start"])
    text += f"; {share}. " if share else ". "
    if word(curve) in OUTCOMES:
        n = sgd.get("n")
        over = f" (over n = {n[0]} .. {n[-1]}, the paper's go to 100000)" if n and n[-1] < 100000 else ""
        text += f"The reported {curve['reported']:g} {OUTCOMES[word(curve)]}{over}. "
    text += otherwise(curve)
    return text.strip()


def otherwise(curve):
    """The settings that would do."""
    if curve["moves"] is None or curve["reported"] is None:
        return ""
    n = curve["moves"]["n"]
    found = settings_that_do(curve)
    if not found:
        tried = len(curve["moves"]["otherwise"])
        return (f"None of the {tried} settings chosen otherwise comes within {CLOSE} of it "
                f"(n = {n[0]} .. {n[-1]}). ") if tried else ""
    parts = [f"{setting} (slope {number(one['slope'])}, its starts' {number(one['start'])})"
             for setting, one in found]
    return f"Within {CLOSE} of it at n = {n[0]} .. {n[-1]}: {', '.join(parts)}. "

"""What one curve of a figure is made of: a statistic of a row at every n, with its spread."""

import math

from plot_input import QUANTITIES, InputError, drawable, slope_at, value_of

STYLES = ("interval", "median", "paper")
# Student's 97.5 % quantiles for 1 to 4 degrees of freedom; beyond, an expansion is good to 1e-3.
STUDENT = (12.7062, 4.3027, 3.1824, 2.7764)


def student(freedom):
    """The 97.5 % quantile of Student's distribution (Abramowitz and Stegun 26.7.5)."""
    if freedom < 1:
        return math.inf
    if freedom <= len(STUDENT):
        return STUDENT[freedom - 1]
    z = 1.959964
    return (z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
            + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3))


class Series:
    """n, value, and lower and upper ends of the bars or the band; slope of the line through them; the
    same of the starting points. Points that no logarithmic axis can show are left out; a lower end
    may be 0 or below."""

    def __init__(self, row, quantity, style, deviations):
        self.row = row
        slope = slope_at(row, QUANTITIES[quantity][0])
        if slope is None:
            raise InputError(f"row {row['label']} has no {quantity} (an older version wrote it) run "
                             "`moerate rates` of this version")
        self.points = points(row, slope, style, deviations or bars_of(row))
        start = row["start"] if quantity == "loss" else {"value": [], "slope": None}
        key = "p50" if style == "median" else "value"
        self.start = [(n, v) for n, v in zip(row["n"], start.get(key, start["value"])) if drawable(v)]
        named = row["median"] if style == "median" and quantity == "loss" else slope
        self.slope = named["slope"]
        if style == "median" and quantity != "loss":
            self.slope = line_slope([(n, v) for n, v, _, _ in self.points])
        self.bracketed = bracketed(row, named)
        self.theory, self.refuted = theory_of(row) if quantity == "loss" else (None, False)

    def slope_text(self, digits=2):
        if self.slope is None:
            return "no slope"
        text = f"{self.slope:.{digits}f}".replace("-", "\u2212")
        return f"({text})" if self.bracketed else text

    def line(self):
        """Ends of the least squares line."""
        return line_through([p[0] for p in self.points], [p[1] for p in self.points], self.slope)


def line_through(n, value, slope):
    """The line of this slope through the centre of the points: for the least squares slope, the least
    squares line."""
    centre_n = sum(map(math.log, n)) / len(n)
    centre = sum(map(math.log, value)) / len(value)
    ends = [min(n), max(n)]
    return ends, [math.exp(centre + slope * (math.log(v) - centre_n)) for v in ends]


def bracketed(row, slope):
    """Whether the table has a slope of a row in brackets: for a reason in its fits, or one of its own."""
    if "reasons" not in row:
        return row["bracketed"] is not None
    return bool(slope.get("reasons")) or any(reason.get("of") == "fits" for reason in row["reasons"])


def bars_of(row):
    """Half length of bars in standard deviations, as the study has it."""
    return row.get("error_bars", 2)


def theory_of(row):
    """Slope of the row's theory, and whether it is known not to hold: a number, "sub" (no power), or
    {"claim", "stands", "why"} of these."""
    theory, refuted = row["theory"], False
    if isinstance(theory, dict):
        refuted = theory.get("stands") is False
        theory = theory.get("claim")
    number = isinstance(theory, (int, float)) and not isinstance(theory, bool)
    return (float(theory) if number else None), refuted


def points(row, slope, style, deviations):
    """(n, value, low, high) of each n."""
    if style == "median":
        if "p50" not in slope:
            raise InputError("the median and its band need percentiles (the rates are of an older "
                             "version) pass the results folder")
        found = zip(row["n"], slope["p50"], slope["p05"], slope["p95"])
        return [one for one in found if drawable(one[1])]
    found = []
    for n, value, sd in zip(row["n"], slope["value"], slope.get("sd") or [None] * len(row["n"])):
        if not drawable(value):
            continue
        low = high = value
        if sd is not None and style == "paper":
            low, high = value - deviations * sd, value + deviations * sd
        elif sd is not None and row["replicates"] > 1:
            # Of the mean's logarithm, so that it ends above 0: sd / mean is that of the logarithm.
            truths = (row.get("truths") or {}).get("count", 1)  # each with so many replicates
            width = student(row["replicates"] - 1) * sd / (value * math.sqrt(row["replicates"] * truths))
            low, high = value * math.exp(-width), value * math.exp(min(width, 700.0))
        found.append((n, value, low, high))
    return found


def line_slope(pairs):
    """Least squares slope of log(value) on log n; None for fewer than two n."""
    if len(pairs) < 2:
        return None
    x, y = [math.log(n) for n, _ in pairs], [math.log(v) for _, v in pairs]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx)**2 for a in x)


def series_of(rows, quantity, style, deviations):
    """One a row; what does not depend on the loss once for all losses of a curve. And the rows that
    have nothing to draw."""
    found, empty, seen = [], [], set()
    for row in rows:
        key = (row["study"], row["label"])
        if quantity != "loss" and key in seen:
            continue
        seen.add(key)
        series = Series(row, quantity, style, deviations)
        if series.points:
            found.append(series)
        else:
            empty.append(row)
    if not found:
        raise InputError(f"nothing to draw (no row has a positive {quantity}) finish the run first, "
                         "or choose another --y")
    return found, empty


def panels_of(series, facets):
    """Series by the values of the facets' keys, in order of appearance."""
    panels = {}
    for one in series:
        panels.setdefault(tuple(value_of(one.row, key) for key in facets), []).append(one)
    return panels

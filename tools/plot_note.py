"""The note below a figure: what its points are, and what is drawn beside them."""

from plot_series import bars_of
from plot_text import literal


def span(values):
    """One value, or the least and the largest."""
    values = sorted(values)
    return " to ".join(str(v) for v in dict.fromkeys([values[0], values[-1]]))


def fit_text(rows, facets, named):
    """The name of the only fit, where neither titles nor the curves' names have it."""
    fits = {row["fit"] for row in rows}
    return f"Fit {literal(fits.pop())}. " if len(fits) == 1 and not named and not {"fit", "label"} & set(
        facets) else ""


def points_text(rows, style, deviations):
    """What the points are, and how far they spread. One replicate has no spread."""
    several = max(row["replicates"] for row in rows) > 1
    what = ("Medians" if style == "median" else "Means") if several else "Values"
    text = f"{what} of {span({row['replicates'] for row in rows})} replicate{'s' if several else ''}"
    truths = {(row.get("truths") or {}).get("count", 1) for row in rows}
    if max(truths) > 1:
        text += f", geometric means over {span(truths)} truths"
    if not several:
        return text + "."
    bars = deviations or " or ".join(f"{size:g}" for size in sorted({bars_of(row) for row in rows}))
    spreads = {"interval": (", with" if max(truths) > 1 else " with") + " 95 % intervals",
               "median": "; bands from the 5th to the 95th percentile",
               "paper": f"; bars of {bars} standard deviations"}
    return text + spreads[style] + "."


def note_text(layout, style, deviations):
    named = len({layout.name(one) for one in layout.series}) > 1 and "label" in layout.keys
    text = fit_text(layout.rows, layout.facets, named) + points_text(layout.rows, style, deviations)
    text += " Numbers: slopes"
    text += ", in brackets without verdict." if any(one.bracketed for one in layout.series) else "."
    if any(one.start for one in layout.series):
        text += " Dashed: starting points."
    if any(one.theory is not None for one in layout.series):
        text += " Triangle: theory" + (", \u2717: refuted." if any(
            one.refuted for one in layout.series) else ".")
    return text + (f" Without a point: {', '.join(map(literal, layout.left_out))}." if layout.left_out else "")

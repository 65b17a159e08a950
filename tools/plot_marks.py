"""The marks of one panel: points with their bars or bands, lines, starts, triangles of theory; its
limits and ticks."""

import math

from plot_boxes import text_size

# Told apart with every common colour blindness, and in grey: their lightness L* differs by 7 and more.
COLOURS = ["#00437F", "#C2501E", "#56B4E9", "#000000", "#0A9A74", "#8E3A84", "#F0B429"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
SMALL, TEXT = 6.5, 7.5  # points; of ticks and labels, of axes
FARTHEST_BAR = 10.0     # bars widen the axis by no more than this factor


def limits_of(series):
    """Ends of the vertical axis: all values and starts, bars as far as FARTHEST_BAR allows."""
    values = [p[1] for one in series for p in one.points] + [v for one in series for _, v in one.start]
    low, high = min(values), max(values)
    bars = [end for one in series for _, _, *ends in one.points for end in ends
            if low / FARTHEST_BAR <= end <= high * FARTHEST_BAR]
    beyond = any(end > high * FARTHEST_BAR for one in series for p in one.points for end in p[3:])
    low, high = min([low, *bars]), max([high, *bars])
    margin = (high / low)**0.07 if high > low else 1.6
    return low / margin, high * margin * (FARTHEST_BAR if beyond else 1.0)


def extent_of(series):
    n = [p[0] for one in series for p in one.points]
    margin = (max(n) / min(n))**0.06 if max(n) > min(n) else 1.5
    return min(n) / margin, max(n) * margin


def draw_series(axes, one, style, place, of, colour):
    """Points and line; `place` of `of` moves bars aside, so that those of other rows stay visible."""
    from matplotlib import markers
    shade, marker = COLOURS[colour], MARKERS[colour]
    n, value, low, high = zip(*one.points)
    left, right = axes.get_xlim()
    floor, top = axes.get_ylim()
    shift = (right / left)**(0.007 * (place - (of - 1) / 2))
    moved = [size * shift for size in n]
    if style == "median":
        ends = zip(*[(max(a, floor), min(b, top)) for a, b in zip(low, high)])
        axes.fill_between(n, *ends, color=shade, alpha=0.16, linewidth=0, zorder=1)
        axes.plot(n, value, color=shade, marker=marker, markersize=3.2, linewidth=1.1, zorder=4,
                  gid="points")
    else:
        below = [v - max(a, floor) for v, a in zip(value, low)]
        above = [min(b, top) - v for v, b in zip(value, high)]
        bars = axes.errorbar(moved, value, yerr=[below, above], fmt=marker, color=shade, markersize=3.2,
                             linewidth=0.8, capsize=1.6, capthick=0.8, zorder=3)
        bars.lines[0].set_gid("points")
        cut = [m for m, a in zip(moved, low) if a < floor]
        axes.plot(cut, [floor] * len(cut), linestyle="none", marker=markers.CARETUPBASE, markersize=3,
                  color=shade, zorder=3)  # the bar goes on below the axis
        if one.slope is not None:
            axes.plot(*one.line(), color=shade, linewidth=1.3, zorder=4, gid="line")
    if one.start:
        axes.plot(*zip(*one.start), color=shade, linewidth=0.8, zorder=2, gid="start",
                  linestyle=(2 * place, (2, 3 if of == 1 else 6)))  # equal starts take turns


def fraction(slope):
    """-0.5 as a minus sign and 1/2, other numbers as they are."""
    for whole in range(1, 17):
        if abs(slope * whole - round(slope * whole)) < 1e-9 and abs(round(slope * whole)) <= 9:
            over = abs(round(slope * whole))
            sign = "\u2212" if slope < 0 else ""
            return f"{sign}{over}/{whole}" if whole > 1 else f"{sign}{over}"
    return f"{slope:g}".replace("-", "\u2212")


def in_panel(axes, n, value):
    """A point in fractions of the panel."""
    (left, right), (floor, top) = axes.get_xlim(), axes.get_ylim()
    return math.log(n / left) / math.log(right / left), math.log(value / floor) / math.log(top / floor)


def traces(axes, series):
    """Points along all that is drawn of these, in fractions of the panel."""
    found = []
    for one in series:
        floor, top = axes.get_ylim()
        for n, _, low, high in one.points:
            ends = [in_panel(axes, n, min(max(end, floor), top)) for end in (low, high)]
            found += [(ends[0][0], ends[0][1] + i / 8 * (ends[1][1] - ends[0][1])) for i in range(9)]
        paths = [[(p[0], p[1]) for p in one.points], one.start]
        if one.slope is not None:
            paths.append(list(zip(*one.line())))
        for path in paths:
            for (n0, v0), (n1, v1) in zip(path, path[1:]):
                a, b = in_panel(axes, n0, v0), in_panel(axes, n1, v1)
                found += [(a[0] + i / 12 * (b[0] - a[0]), a[1] + i / 12 * (b[1] - a[1])) for i in range(13)]
    return found


def free_place(width, height, obstacles, taken):
    """Lower left corner of the emptiest place of that size in the panel; None if there is none."""
    import numpy
    px, py = numpy.array(obstacles).T
    best, where = 0.025, None
    for i in range(21):
        for j in range(21):
            x, y = 0.03 + i / 20 * (0.94 - width), 0.04 + j / 20 * (0.92 - height)
            box = (x, y, x + width, y + height)
            if any(min(box[2], t[2]) > max(box[0], t[0]) and min(box[3], t[3]) > max(box[1], t[1])
                   for t in taken):
                continue
            away = numpy.hypot(numpy.maximum(0, numpy.maximum(box[0] - px, px - box[2])),
                               numpy.maximum(0, numpy.maximum(box[1] - py, py - box[3])))
            room = min(away.min(), 0.12)  # of the points to the box
            if room > best + 1e-9:
                best, where = room, (x, y)
    return where


def draw_triangles(axes, series, size):
    """A slope triangle for each rate of the theory, where the panel is empty; False if there is no such
    place. `size`: of the panel in inches."""
    rates = list(dict.fromkeys((one.theory, one.refuted) for one in series if one.theory is not None))
    obstacles, taken = traces(axes, series), []
    (left, right), (floor, top) = axes.get_xlim(), axes.get_ylim()
    for slope, refuted in rates:
        text = fraction(slope) + (" \u2717" if refuted else "")
        wide, tall = text_size(axes.figure, text, SMALL)
        wide, tall = wide / size[0], tall / size[1]
        rise = abs(slope) * math.log(right / left) / math.log(top / floor)  # of the panel, a panel's width
        base = min(0.2, 0.35 / rise) if rise > 0 else 0.2
        box = base + 0.02 + wide, max(rise * base, tall)
        place = free_place(*box, obstacles, taken)
        if place is None:
            return False
        x, y = place
        taken.append((x, y, x + box[0], y + box[1]))
        up = y + rise * base
        corner = (x, y) if slope < 0 else (x + base, y)
        hypotenuse = [(x, up), (x + base, y)] if slope < 0 else [(x, y), (x + base, up)]
        ends = zip(hypotenuse[0], corner, hypotenuse[1], hypotenuse[0])
        axes.plot(*ends, transform=axes.transAxes, color="0.25", linewidth=0.7, zorder=5,
                  linestyle="--" if refuted else "-", gid="theory")
        axes.text(x + base + 0.02, y + box[1] / 2, text, transform=axes.transAxes, fontsize=SMALL,
                  color="0.25", va="center", gid="theory")
    return True


def thinned(values, most):
    """At most so many of the values, evenly."""
    step = -(-len(values) // most) if values else 1
    return values[::step]


def tick_values(low, high, most, own=()):
    """(value, text) of a logarithmic axis: decades where there are two, else `own` values, else round
    ones."""
    decades = [10.0**k for k in range(math.ceil(math.log10(low) - 1e-9),
                                      math.floor(math.log10(high) + 1e-9) + 1)]
    if len(decades) >= 2:
        return [(v, f"$10^{{{round(math.log10(v))}}}$") for v in thinned(decades, most)]
    if own:
        for step in range(1, len(own) + 1):
            kept = list(own)[::step]
            gaps = [math.log(b / a) for a, b in zip(kept, kept[1:])]
            if not gaps or min(gaps) >= math.log(high / low) / (most - 0.5):
                return [(v, f"{v:g}" if v < 1e5 else f"{v / 1000:g}k") for v in kept]
    first = math.floor(math.log10(low))
    for mantissas in ((1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8), [1 + i / 10 for i in range(90)],
                      [1 + i / 100 for i in range(900)]):
        values = [m * 10.0**k for k in range(first, first + 3) for m in mantissas
                  if low <= m * 10.0**k <= high]
        if len(values) >= 2:
            return [(v, f"{v:.6g}") for v in thinned(values, most)]
    return [(math.sqrt(low * high), f"{math.sqrt(low * high):.3g}")]


def set_ticks(axis, low, high, most, own=()):
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter
    values, texts = zip(*tick_values(low, high, most, own))
    axis.set_major_locator(FixedLocator(values))
    axis.set_major_formatter(FixedFormatter(texts))
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    minor = [m * 10.0**k for k in range(first, last + 1) for m in range(1, 10)] if last - first < 8 else []
    axis.set_minor_locator(FixedLocator([v for v in minor if low <= v <= high and v not in values]))
    axis.set_minor_formatter(NullFormatter())

"""Slopes of a sweep as coloured fields: one swept key across, another upwards."""

from plot_boxes import LayoutError, faults, text_size
from plot_input import differing, value_of
from plot_marks import SMALL, TEXT
from plot_note import fit_text
from plot_panels import TALLEST, WIDTHS, Layout, short, wrapped
from plot_text import literal


def numeric(text):
    try:
        return 0, float(text), text
    except ValueError:
        return 1, 0.0, text


def axis_values(series, key):
    """The key's values, numbers ascending, texts in order of appearance behind them."""
    values = list(dict.fromkeys(value_of(one.row, key) for one in series))
    return sorted(values, key=lambda text: numeric(text)[:2])


def cells_of(members, across, upwards):
    """Series by (x, y); one each."""
    cells = {}
    for one in members:
        cells.setdefault((value_of(one.row, across), value_of(one.row, upwards)), []).append(one)
    for place, several in cells.items():
        if len(several) > 1:
            inside = differing([one.row for one in several], [across, upwards])
            raise LayoutError(f"{len(several)} curves have {across} = {place[0]}, {upwards} = {place[1]} "
                              f"(a field shows one slope) add --facet "
                              f"{' or --facet '.join(inside) or 'label'}")
    return {place: several[0] for place, several in cells.items()}


def ink(shade):
    """Black or white, whichever can be read on a colour."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055)**2.4 for c in shade[:3])
    return "black" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else "white"


def advice(options, facets, panels):
    """What to do about a figure that does not fit, of what has not been done."""
    ways = [] if options.width == "double" else ["--width double"]
    if options.facet:
        ways.append(f"facet by less: {', '.join(facets)}")
    elif panels > 1:  # nobody has asked for these
        ways.append(f"fewer rows: there is a panel for each {' and '.join(facets)}")
    else:
        ways.append("fewer values of the two keys")
    return "try " + ", or ".join(ways)


def draw_heatmap(series, options):
    """The figure: a panel a combination of the facets' values. Raises LayoutError."""
    import matplotlib
    from matplotlib import pyplot
    across, upwards = options.heatmap
    facets = list(options.facet)
    rest = [key for key in differing([one.row for one in series], [across, upwards, *facets])
            if key in ("loss", "fit")]
    if not facets:  # what is no number of a sweep: a panel each
        facets = rest if options.y == "loss" else [key for key in rest if key != "loss"]
    x, y = axis_values(series, across), axis_values(series, upwards)
    layout = Layout.__new__(Layout)
    layout.series, layout.quantity, layout.facets = series, options.y, facets
    layout.rows = [one.row for one in series]
    panels = {}
    for one in series:
        panels.setdefault(tuple(value_of(one.row, key) for key in facets), []).append(one)
    layout.panels = panels
    cells = {panel: cells_of(members, across, upwards) for panel, members in panels.items()}
    rows, columns, places = layout.grids(options.width)[0]
    width = WIDTHS[options.width]
    height = min(max(0.75 * width / columns, 0.32 * len(y) + 0.8), 3.2)
    title = 0.25 if options.title else 0.0
    if rows * height > TALLEST:
        raise LayoutError(f"{len(panels)} panels are {rows * height:.1f} inches high (a page has {TALLEST}) "
                          "try --width double, or fewer rows")
    figure = pyplot.figure(figsize=(width, rows * height + 0.35 + title), layout="constrained",
                           dpi=options.dpi)
    note = "Slopes" + (", in brackets without verdict." if any(one.bracketed for one in series) else ".")
    note = fit_text(layout.rows, facets, "fit" in options.heatmap or "label" in options.heatmap) + note
    note += " Crossed out: no slope." if any(one.slope is None for one in series) else ""
    note = wrapped(figure, note, 0.97 * width, SMALL)
    bottom = (text_size(figure, note, SMALL)[1] + 0.08) / figure.get_figheight()
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, rect=(0, bottom, 1, 1 - bottom))
    figure.text(0.5, 0.03 / figure.get_figheight(), note, fontsize=SMALL, ha="center", va="bottom", color="0.25",
                gid="note").set_in_layout(False)
    grid = figure.subplots(rows, columns, squeeze=False)
    slopes = [one.slope for one in series if one.slope is not None]
    scale = matplotlib.colors.Normalize(min(slopes, default=-1.0), max(slopes, default=0.0))
    colours = matplotlib.colormaps["cividis"]
    for place in ((r, c) for r in range(rows) for c in range(columns)):
        grid[place].set_visible(place in places.values())
    for panel, place in places.items():
        axes = grid[place]
        fill(axes, cells[panel], x, y, scale, colours)
        axes.set_xlabel(literal(across), fontsize=TEXT, labelpad=1.5)
        axes.set_ylabel(literal(upwards), fontsize=TEXT, labelpad=2)
        names = ", ".join(short(key, value) for key, value in zip(facets, panel))
        axes.set_title(wrapped(figure, names, 0.7 * width / columns, TEXT), fontsize=TEXT, pad=3)
    bar = figure.colorbar(matplotlib.cm.ScalarMappable(scale, colours), ax=list(grid.flat), pad=0.015,
                          aspect=25)
    bar.ax.tick_params(labelsize=SMALL, width=0.5)
    bar.locator = matplotlib.ticker.MaxNLocator(4)
    bar.update_ticks()
    what = layout.axis_text(layout.rows, options.style)
    bar.set_label(f"slope of {what}", fontsize=TEXT)
    if options.title:
        figure.suptitle(literal(options.title), fontsize=TEXT + 1)
    figure.canvas.draw()
    found = faults(figure) + overfull(grid, places, x, y)
    if found:
        raise LayoutError(f"the figure does not fit ({found[0]}) {advice(options, facets, len(panels))}")
    return figure


def fill(axes, cells, x, y, scale, colours):
    for i, across in enumerate(x):
        for j, upwards in enumerate(y):
            one = cells.get((across, upwards))
            if one is None or one.slope is None:
                axes.plot([i - 0.5, i + 0.5], [j - 0.5, j + 0.5], color="0.6", linewidth=0.6)
                continue
            shade = colours(scale(one.slope))
            axes.fill([i - 0.5, i + 0.5, i + 0.5, i - 0.5], [j - 0.5, j - 0.5, j + 0.5, j + 0.5],
                      color=shade, linewidth=0)
            digits = 2 if scale.vmax - scale.vmin >= 0.1 else 3
            axes.text(i, j, one.slope_text(digits), ha="center", va="center", fontsize=SMALL, color=ink(shade),
                      gid="slope")
    axes.set_xlim(-0.5, len(x) - 0.5)
    axes.set_ylim(-0.5, len(y) - 0.5)
    axes.set_xticks(range(len(x)), [literal(text) for text in x])
    axes.set_yticks(range(len(y)), [literal(text) for text in y])
    axes.tick_params(labelsize=SMALL, width=0.5, pad=2)
    for spine in axes.spines.values():
        spine.set_linewidth(0.6)


def overfull(grid, places, x, y):
    """Fields that are too small for their numbers."""
    found = []
    for place in places.values():
        axes = grid[place]
        box = axes.get_window_extent()
        for text in axes.texts:
            its = text.get_window_extent()
            if its.width > 0.96 * box.width / len(x) or its.height > 0.96 * box.height / len(y):
                found.append(f"\"{text.get_text()}\" is wider than its field")
    return found

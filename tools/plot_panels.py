"""Curves over n in panels: what is in which, sizes, labels, legend, and whether all of it fits."""

from plot_boxes import LayoutError, faults, spread_out, text_size
from plot_input import QUANTITIES, differing, known_keys, loss_text, value_of
from plot_marks import (COLOURS, MARKERS, SMALL, TEXT, draw_series, draw_triangles, extent_of, in_panel,
                        limits_of, set_ticks)
from plot_note import note_text
from plot_series import panels_of
from plot_text import literal

WIDTHS = {"single": 3.35, "double": 7.0}  # inches: one column of a journal, two
TALLEST = 9.2
WIDEST_LABEL = 0.40  # of a panel's width: direct labels with names; wider ones go to a legend


def not_swept(key, value):
    """Whether the fit has no value of a swept key: it sets the key itself, or the sweep is another's."""
    return "." in key and value == "-"


def short(key, value):
    """A value as a name says it: of swept keys with the key's last part."""
    last = key.split(".")[-1]
    if not_swept(key, value):
        return literal(f"{last} not swept")
    return literal(f"{last} = {value}" if "." in key else value)


def advice(rows, facets, color, wider=True):
    """What to do about a figure that does not fit: which keys still tell its rows apart, and where a
    `wider` one would help."""
    keys = differing(rows, facets)
    used = "".join(f" --facet {key}" for key in facets)
    options = [f"--facet {key}" + (f" (after{used})" if used else "") for key in keys if key != color]
    more = ["--width double"] * wider + ["fewer rows: one loss, fewer folders"]
    return "try " + ", or ".join([*options[:3], *more])


def label_text(layout, one, with_names):
    """Name and slope of a curve; a name that all curves have says nothing."""
    if not with_names or len({layout.name(other) for other in layout.series}) == 1:
        return one.slope_text()
    return f"{layout.name(one)}  {one.slope_text()}"


def name_keys(series, facets, color):
    """The keys whose values name the curves: studies, fits and swept values that differ, and more only
    where that leaves two of a panel with one name."""
    if color:
        return [color]
    keys = differing([one.row for one in series], facets)
    keys.sort(key=lambda key: (key not in ("study", "fit"), "." not in key))
    usual = [key for key in keys if key in ("study", "fit") or "." in key] or ["fit"]
    more = [key for key in keys if key not in usual]
    while more and any(len({tuple(value_of(one.row, key) for key in usual) for one in members})
                       < len(members) for members in panels_of(series, facets).values()):
        usual.append(more.pop(0))
    return usual


class Layout:
    """Panels of series, their colours and names. Raises LayoutError where colours would repeat."""

    def __init__(self, series, quantity, facets, color, left_out=()):
        self.quantity, self.facets, self.color, self.left_out = quantity, facets, color, left_out
        self.rows = [one.row for one in series]
        self.series = series
        self.panels = panels_of(series, facets)
        self.keys = name_keys(series, facets, color)
        names = list(dict.fromkeys(self.name(one) for one in series))
        self.colour = {name: i for i, name in enumerate(names)}
        for members in self.panels.values():
            self.check(members, len(names) > len(COLOURS))

    def name(self, one):
        values = [(key, value_of(one.row, key)) for key in self.keys]
        own = [value for value in values if not not_swept(*value)]
        return ", ".join(short(*value) for value in own or values)

    def check(self, members, per_panel):
        names = [self.name(one) for one in members]
        if len(set(names)) < len(names):
            inside = differing([one.row for one in members], [*self.facets, *self.keys])
            raise LayoutError(f"{len(names)} curves of a panel have {len(set(names))} colours (--color "
                              f"{self.color or ' '.join(self.keys)} does not tell them apart) add "
                              f"--facet {' or --facet '.join(inside) or 'study'}")
        if len(names) > len(COLOURS):
            raise LayoutError(f"{len(names)} curves in a panel (there are {len(COLOURS)} colours that "
                              f"print in grey) {advice(self.rows, self.facets, self.color, False)}")
        if per_panel:  # colours mean the same in all panels as long as there are enough
            self.colour = None

    def colour_of(self, one, members):
        return members.index(one) if self.colour is None else self.colour[self.name(one)]

    def axis_text(self, rows, style):
        statistic = "median" if style == "median" else "mean"
        losses = {loss_text(row) for row in rows if "loss" not in self.facets}
        if self.quantity == "loss":
            return f"{statistic} {literal(losses.pop())}" if len(losses) == 1 else f"{statistic} loss"
        return f"{statistic} {QUANTITIES[self.quantity][1]}"

    def grids(self, width):
        """(rows, columns, places of the panels) in the order in which they are tried: the keys' own where
        there are two that fill more than half of their grid, else as many side by side as can be read."""
        count = len(self.panels)
        if len(self.facets) == 2:
            sides = [list(dict.fromkeys(panel[i] for panel in self.panels)) for i in (0, 1)]
            places = {panel: (sides[0].index(panel[0]), sides[1].index(panel[1])) for panel in self.panels}
            if 2 * count > len(sides[0]) * len(sides[1]):
                return [(len(sides[0]), len(sides[1]), places)]
        wanted = {"single": [1] if count < 3 else [2, 1],
                  "double": {1: [1], 2: [2, 1], 4: [2, 4]}.get(count, [3, 4, 2] if count < 10 else [4, 3])}
        return [(-(-count // columns), columns,
                 {panel: divmod(i, columns) for i, panel in enumerate(self.panels)})
                for columns in wanted[width]]


def wrapped(figure, text, width, size):
    """A text in lines that are no wider than `width` inches."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_size(figure, longer, size)[0] > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def add_labels(axes, layout, members, with_names):
    """Names and slopes at the right ends of the lines, moved apart; False where they do not fit."""
    texts = [label_text(layout, one, with_names) for one in members]
    size = axes.get_window_extent().height / axes.figure.dpi
    tall = max(text_size(axes.figure, text, SMALL)[1] for text in texts) * 1.12 / size
    ends = []
    for one in members:
        n, value = max(one.points)[:2]
        if one.slope is not None:
            n, value = one.line()[0][1], one.line()[1][1]
        ends.append(min(max(in_panel(axes, n, value)[1], 0.0), 1.0))
    places = spread_out(ends, tall, 0.0, 1.0)
    if places is None:
        return False
    for one, text, end, place in zip(members, texts, ends, places):
        colour = COLOURS[layout.colour_of(one, members)]
        axes.plot([1.0, 1.035], [end, place], transform=axes.transAxes, color=colour, linewidth=0.8,
                  clip_on=False, gid="leader")
        axes.text(1.05, place, text, transform=axes.transAxes, fontsize=SMALL, va="center",
                  ha="left", gid="label")
    return True


def add_legend(figure, layout, bottom):
    """Names below the panels, as many in a line as fit; its height in inches."""
    from matplotlib.lines import Line2D
    names = dict.fromkeys(layout.name(one) for one in layout.series)
    handles = [Line2D([], [], color=COLOURS[layout.colour[name]], marker=MARKERS[layout.colour[name]],
                      markersize=3.2, linewidth=1.3) for name in names]
    for columns in range(len(names), 0, -1):
        legend = figure.legend(handles, ["-"] * len(names), fontsize=SMALL, frameon=False, ncol=columns,
                               loc="lower center", handlelength=1.8, columnspacing=1.2, borderpad=0,
                               bbox_to_anchor=(0.5, bottom / figure.get_figheight()))
        for text, name in zip(legend.get_texts(), names):
            text.set_text(name)  # legend() leaves out what begins with an underscore
        legend.set_in_layout(False)
        figure.canvas.draw()
        box = legend.get_window_extent(figure.canvas.get_renderer())
        if box.width < 0.98 * figure.bbox.width or columns == 1:
            return box.height / figure.dpi
        legend.remove()
    return 0.0


def panel_title(figure, layout, panel, width):
    text = ", ".join(short(key, value) for key, value in zip(layout.facets, panel))
    return wrapped(figure, text, width, TEXT)


def draw_panels(layout, options):
    """The figure, with the first grid that fits. Raises LayoutError where none does."""
    from matplotlib import pyplot
    problem = None
    for grid in layout.grids(options.width):
        try:
            return draw_grid(layout, options, *grid)
        except LayoutError as error:
            pyplot.close()
            problem = problem or error
    raise problem


def draw_grid(layout, options, rows, columns, places):
    from matplotlib import pyplot
    width = WIDTHS[options.width]
    height = min(max(0.72 * width / columns, 1.5), 3.3 if options.width == "double" else 2.4)
    figure = pyplot.figure(figsize=(width, rows * height), layout="constrained", dpi=options.dpi)
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03)
    alike = layout.quantity != "loss" or len({loss_text(row) for row in layout.rows}) == 1
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=alike)
    note = wrapped(figure, note_text(layout, options.style, options.sd), 0.97 * width, SMALL)
    panel_width = width / columns
    widest = max(text_size(figure, label_text(layout, one, True), SMALL)[0] for one in layout.series)
    direct = layout.colour is None or widest <= WIDEST_LABEL * panel_width
    note_height = text_size(figure, note, SMALL)[1] + 0.06
    legend = 0.0 if direct else add_legend(figure, layout, note_height) + 0.06
    title = text_size(figure, literal(options.title), TEXT + 1)[1] + 0.06 if options.title else 0.0
    height = min(height, max((TALLEST - note_height - legend - title) / rows, 1.3))
    total = rows * height + note_height + legend + title
    if total > TALLEST:
        raise LayoutError(f"{len(layout.panels)} panels are {total:.1f} inches high (a page has {TALLEST}) "
                          + advice(layout.rows, layout.facets[1:], layout.color))
    figure.set_figheight(total)
    bottom = (note_height + legend) / total
    figure.get_layout_engine().set(rect=(0, bottom, 1, 1 - bottom))
    figure.text(0.5, 0.03 / total, note, fontsize=SMALL, ha="center", va="bottom", color="0.25",
                gid="note").set_in_layout(False)
    for shown in figure.legends:
        shown.set_bbox_to_anchor((0.5, note_height / total), figure.transFigure)
    if options.title:
        figure.suptitle(literal(options.title), fontsize=TEXT + 1)
    for place in ((r, c) for r in range(rows) for c in range(columns)):
        grid[place].set_visible(place in places.values())
    whole = limits_of(layout.series)
    for panel, place in places.items():
        fill_panel(grid[place], layout, layout.panels[panel], options, whole if alike else None)
        grid[place].set_title(panel_title(figure, layout, panel, 0.8 * panel_width), fontsize=TEXT, pad=3)
        below = (place[0] + 1, place[1]) not in places.values()
        grid[place].tick_params(labelbottom=below, labelleft=not alike or place[1] == 0)
        if below:
            grid[place].set_xlabel("sample size $n$", fontsize=TEXT, labelpad=1.5)
        if not alike or place[1] == 0:
            grid[place].set_ylabel(layout.axis_text([one.row for one in layout.panels[panel]],
                                                    options.style), fontsize=TEXT, labelpad=2)
    settle(figure, layout, [(grid[place], layout.panels[panel]) for panel, place in places.items()], direct)
    return figure


def fill_panel(axes, layout, members, options, limits):
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(*extent_of(layout.series))
    axes.set_ylim(*(limits or limits_of(members)))
    for place, one in enumerate(members):
        draw_series(axes, one, options.style, place, len(members), layout.colour_of(one, members))
    axes.grid(True, which="major", linewidth=0.3, alpha=0.5)
    axes.tick_params(which="both", labelsize=SMALL, width=0.5, pad=2)
    for spine in axes.spines.values():
        spine.set_linewidth(0.6)


def settle(figure, layout, panels, direct):
    """Labels, triangles and ticks, which depend on the panels' sizes; then the last look at all of it."""
    own = sorted({p[0] for one in layout.series for p in one.points})
    for axes, members in panels:  # stand-ins: they take the labels' room
        for one in members:
            axes.text(1.05, 0.5, label_text(layout, one, direct), transform=axes.transAxes,
                      fontsize=SMALL, gid="stand-in")
        set_ticks(axes.xaxis, *axes.get_xlim(), 3, own)
        set_ticks(axes.yaxis, *axes.get_ylim(), 4)
    figure.canvas.draw()
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")
    for axes, members in panels:
        for text in [text for text in axes.texts if text.get_gid() == "stand-in"]:
            text.remove()
    size = panels[0][0].get_window_extent()
    size = size.width / figure.dpi, size.height / figure.dpi
    for _ in range(4):
        full = [axes for axes, members in panels if not draw_triangles(axes, members, size)]
        if not full:
            break
        for axes, _ in panels:  # a shared axis moves in all
            for mark in [m for m in [*axes.lines, *axes.texts] if m.get_gid() == "theory"]:
                mark.remove()
        for axes in full[:1] if len({axes.get_ylim() for axes, _ in panels}) == 1 else full:
            low, high = axes.get_ylim()
            axes.set_ylim(low / (high / low)**0.18, high)  # room below the curves
    crowded = False
    for axes, members in panels:
        set_ticks(axes.xaxis, *axes.get_xlim(), max(2, int(size[0] / 0.42)), own)
        set_ticks(axes.yaxis, *axes.get_ylim(), max(2, int(size[1] / 0.28)))
        crowded = not add_labels(axes, layout, members, direct) or crowded
    figure.canvas.draw()
    found = (["labels at the lines' ends do not fit below each other"] if crowded else []) + faults(figure)
    if found:
        raise LayoutError(f"the figure does not fit ({found[0]}) "
                          + advice(layout.rows, layout.facets, layout.color))


def default_facets(rows, quantity):
    """Losses are not comparable, so each has its panel."""
    losses = {value_of(row, "loss") for row in rows}
    return ["loss"] if quantity == "loss" and len(losses) > 1 and "loss" in known_keys(rows) else []

"""Where texts and panels of a figure come to lie: what a layout is judged by."""

from plot_input import InputError


class LayoutError(InputError):
    """A layout that does not fit (why) what to facet."""


LEAST_PANEL = (0.9, 0.8)  # width and height in inches of the smallest panel that can be read


def text_boxes(figure):
    """(text, box in pixels) of every text that is seen."""
    from matplotlib.text import Text
    renderer = figure.canvas.get_renderer()
    found = []
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not low * (1 - 1e-9) <= tick.get_loc() <= high * (1 + 1e-9):
                    hidden.update((tick.label1, tick.label2))
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and text not in hidden:
            box = text.get_window_extent(renderer)
            if box.width > 0 and box.height > 0 and shown(text):
                found.append((text.get_text(), box))
    return found


def shown(artist):
    """Whether an artist and the axes it stands in are drawn."""
    axes = getattr(artist, "axes", None)
    return axes is None or axes.get_visible()


def overlap(a, b, slack=0.5):
    """Whether two boxes share more than a seam."""
    return (min(a.x1, b.x1) - max(a.x0, b.x0) > slack and min(a.y1, b.y1) - max(a.y0, b.y0) > slack)


def faults(figure):
    """What is wrong with a drawn figure: texts that overlap or are cut, panels too small to read."""
    boxes, found = text_boxes(figure), []
    frame = figure.bbox
    for i, (text, box) in enumerate(boxes):
        if box.x0 < -0.5 or box.y0 < -0.5 or box.x1 > frame.x1 + 0.5 or box.y1 > frame.y1 + 0.5:
            found.append(f"\"{text}\" is cut")
        found += [f"\"{text}\" and \"{other}\" overlap" for other, its in boxes[i + 1:]
                  if overlap(box, its)]
    for axes in figure.axes:
        if axes.get_visible() and axes.get_label() != "<colorbar>":
            size = axes.get_window_extent().width / figure.dpi, axes.get_window_extent().height / figure.dpi
            if size[0] < LEAST_PANEL[0] or size[1] < LEAST_PANEL[1]:
                found.append(f"a panel is {size[0]:.2f} x {size[1]:.2f} inches")
    return found


def text_size(figure, text, size):
    """Width and height of a text in inches."""
    shown_text = figure.text(0, 0, text, fontsize=size)
    box = shown_text.get_window_extent(figure.canvas.get_renderer())
    shown_text.remove()
    return box.width / figure.dpi, box.height / figure.dpi


def spread_out(wanted, size, low, high):
    """Centres as near to the wanted ones as boxes of this size between low and high allow, in the same
    order; None where they do not fit. One pass joins neighbours that touch into blocks."""
    if len(wanted) * size > (high - low) * (1 + 1e-9):
        return None
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    blocks = []  # [members, centre]
    for i in order:
        blocks.append([[i], wanted[i]])
        while True:
            half = size * len(blocks[-1][0]) / 2
            blocks[-1][1] = min(max(blocks[-1][1], low + half), high - half)
            if len(blocks) < 2:
                break
            before, last = blocks[-2:]
            if before[1] + size * len(before[0]) / 2 <= last[1] - half + 1e-9:
                break
            members = before[0] + last[0]
            centre = sum(wanted[m] for m in members) / len(members)
            blocks[-2:] = [[members, centre]]
    centres = [0.0] * len(wanted)
    for members, centre in blocks:
        for place, i in enumerate(members):
            centres[i] = centre + size * (place - (len(members) - 1) / 2)
    return centres

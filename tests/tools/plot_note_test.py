#!/usr/bin/python3
"""Tests of what tools/plot says of its points: the note below a figure, and names of curves."""

import contextlib
import io
import unittest

from figures import draw, marked, panels, row_of, sweep
from matplotlib import pyplot
import plot


def note(rows, *options):
    """The note in one line."""
    texts = [text for text in draw(rows, *options).texts if text.get_gid() == "note"]
    return texts[0].get_text().replace("\n", " ")


def names(figure):
    """Labels at the lines' ends, and in a legend, without slopes."""
    direct = [text.get_text().split("  ")[0] for axes in panels(figure) for text in marked(axes, "label")]
    return direct + [text.get_text() for legend in figure.legends for text in legend.get_texts()]


class Notes(unittest.TestCase):
    def tearDown(self):
        pyplot.close("all")

    def test_one_replicate_has_no_mean_and_no_interval(self):
        row = row_of()
        row = {**row, "replicates": 1, "mean": {**row["mean"], "sd": [None] * len(row["n"])}}
        for style in ("interval", "median", "paper"):
            text = note([row], "--style", style)
            self.assertIn("Values of 1 replicate. Numbers", text)
        self.assertIn("Means of 10 replicates with 95 % intervals.", note([row_of()]))
        self.assertIn("Means of 1 to 10 replicates with", note([row, row_of("other")]))

    def test_points_over_truths_are_geometric_means(self):
        row = {**row_of(), "truths": {"count": 3}}
        self.assertIn("Means of 10 replicates, geometric means over 3 truths, with 95 % intervals.",
                      note([row]))
        self.assertIn("Medians of 10 replicates, geometric means over 3 truths; bands",
                      note([row], "--style", "median"))

    def test_the_only_fit_is_named(self):
        self.assertIn("Fit softmax. Means", note([row_of()]))
        self.assertIn("Fit softmax. Means", note(sweep(), "--facet", "batch"))
        self.assertIn("Fit a$b. ", note([row_of("a$b")]).replace("\\$", "$"))
        self.assertIn("Fit softmax. Slopes", note(sweep(), "--heatmap", "batch", "learning_rate"))
        for rows, options in (([row_of(), row_of("other")], []), ([row_of()], ["--facet", "fit"])):
            self.assertNotIn("Fit ", note(rows, *options))

    def test_a_key_that_is_swept_elsewhere_is_no_part_of_a_name(self):
        rows = [row_of("sigmoid", level=9), row_of(swept={"fit.experts": 3}),
                row_of(level=1, swept={"fit.experts": 4})]
        self.assertEqual(names(draw(rows)), ["sigmoid", "softmax, experts = 3", "softmax, experts = 4"])
        figure = draw(rows, "--color", "experts", "--facet", "fit")
        self.assertEqual(names(figure), ["experts not swept", "experts = 3", "experts = 4"])

    def test_dots_that_no_figure_has_are_refused_as_a_word_of_the_command(self):
        for dots in ("0", "29", "2401", "100000", "-5", "many", "1.5"):
            said = io.StringIO()
            with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as end:
                plot.options_of(["-", "-o", "x.png", f"--dpi={dots}"])
            self.assertEqual(end.exception.code, 2)
            self.assertIn("is no whole number from 30 to 2400", said.getvalue())
        self.assertEqual(plot.options_of(["-", "-o", "x.png", "--dpi", "30"]).dpi, 30)


if __name__ == "__main__":
    unittest.main()

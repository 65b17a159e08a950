#!/usr/bin/python3
"""Tests of tools/plot.py: what a figure shows of users' text."""

import os
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))

import plot  # noqa: E402
from matplotlib import pyplot  # noqa: E402
from plot_text import literal, visible  # noqa: E402

# What is written -> what the figure shows.
SHOWN = {"plain": "plain", "T=$0.1$ rate_a": "T=$0.1$ rate_a", "cost $_$ x": "cost $_$ x",
         "_hidden": "_hidden", "\\$ \\alpha": "\\$ \\alpha", "a\nb\tc": "a\\nb\\tc",
         "nul\0": "nul\\x00", "\u202eturned": "\\u202eturned", "caf\udce9": "caf\\xe9",
         "\ud800": "\\ud800", "\u6df7\u5408": "\u6df7\u5408"}


def row_of(label):
    """A row as `moerate rates --json` has it, with what plot.py reads."""
    slope = {"value": [1.0, 0.5], "sd": [0.1, 0.1], "slope": -0.3, "lo": -0.4, "hi": -0.2}
    return {"study": "s", "label": label, "loss": "softmax.L1", "r": 1.0, "gauge": "align",
            "target": "truth", "n": [100, 1000], "replicates": 3, "bracketed": None, "mean": slope,
            "start": slope, "theory": -0.5}


class Figure(unittest.TestCase):
    def drawn(self, text):
        """What matplotlib makes of a text of a figure; it must not be mathematics."""
        shown, mathematics = text._preprocess_math(text.get_text())
        self.assertFalse(mathematics, text)
        return shown

    def test_labels_and_title_come_out_as_they_are_written(self):
        with tempfile.TemporaryDirectory() as folder:
            plot.draw([row_of(label) for label in SHOWN], "st$_$udy_", folder + "/figure")
        figure = pyplot.gcf()
        self.assertEqual(self.drawn(figure._suptitle), "st$_$udy_")
        want = [text for label in SHOWN.values()
                for text in (f"{label}: slope -0.300 [-0.400, -0.200]",
                             f"{label}, start: slope -0.300", f"{label}, theory -0.5")]
        legend = figure.axes[0].get_legend().get_texts()
        self.assertEqual([self.drawn(text) for text in legend], want)


class Theory(unittest.TestCase):
    def drawn(self, **changes):
        """Texts of the legend, label of the y axis, and half lengths of the bars in data."""
        with tempfile.TemporaryDirectory() as folder:
            plot.draw([{**row_of("a"), **changes}], "s", folder + "/figure")
        axes = pyplot.gcf().axes[0]
        bars = [segment for line in axes.containers[0][2] for segment in line.get_segments()]
        return ([text.get_text() for text in axes.get_legend().get_texts()], axes.get_ylabel(),
                [round(float(bar[1][1]), 12) for bar in bars])

    def test_a_claim_that_does_not_stand_is_struck(self):
        refuted = {"claim": -0.5, "stands": False, "why": "flat"}
        self.assertEqual(self.drawn(theory=refuted)[0][-1], "a, theory -0.5 \u2717 does not stand")
        rests = {"claim": -0.5, "stands": True, "why": "letter"}
        self.assertEqual(self.drawn(theory=rests)[0][-1], "a, theory -0.5")
        for none in (None, "sub", {"claim": "sub", "stands": True, "why": "w"}):
            self.assertEqual(len(self.drawn(theory=none)[0]), 2)

    def test_bars_are_as_long_as_the_study_says(self):
        self.assertEqual(self.drawn()[1:],
                         ("loss (mean over 3 replicates, bars 2 standard deviations)", [1.2, 0.7]))
        self.assertEqual(self.drawn(error_bars=3.0)[1:],
                         ("loss (mean over 3 replicates, bars 3 standard deviations)", [1.3, 0.8]))


class Text(unittest.TestCase):
    def test_visible(self):
        for text, want in SHOWN.items():
            self.assertEqual(visible(text), want)

    def test_no_unescaped_dollar_is_left(self):
        self.assertEqual(literal("$a$"), r"\$a\$")


if __name__ == "__main__":
    unittest.main()

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


class Text(unittest.TestCase):
    def test_visible(self):
        for text, want in SHOWN.items():
            self.assertEqual(visible(text), want)

    def test_no_unescaped_dollar_is_left(self):
        self.assertEqual(literal("$a$"), r"\$a\$")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""Tests of tools/plot --heatmap."""

import unittest

from figures import draw, marked, panels, sweep
from matplotlib import pyplot
from plot_boxes import LayoutError, faults


class Heatmaps(unittest.TestCase):
    def tearDown(self):
        pyplot.close("all")

    def test_heatmap_has_the_slopes(self):
        rows = sweep() + [dict(row, label="s" + row["label"], fit="s", loss="sigmoid.D3") for row in sweep()]
        figure = draw(rows, "--heatmap", "batch", "learning_rate", "--width", "double")
        for axes in figure.axes[:-1]:  # a panel a fit without gaps between them, then the colours
            shown = {text.get_position(): text.get_text() for text in marked(axes, "slope")}
            for place, row in enumerate(sweep()):
                self.assertEqual(shown[divmod(place, 3)], f"{row['mean']['slope']:.2f}".replace("-", "\u2212"))

    def test_a_small_heatmap(self):
        def two(names):
            return [row for name in names for row in sweep() if row["swept"]["estimator.batch"] != 128
                    and row["swept"]["estimator.learning_rate"] != 0.3 and not row.update(fit=name, label=name)]
        figure = draw(two(["one", "other"]), "--heatmap", "batch", "learning_rate")
        self.assertEqual((len(panels(figure)), faults(figure)), (2, []))
        with self.assertRaises(LayoutError) as error:  # nobody has asked for these panels
            draw(two(["a", "b", "c", "d"]), "--heatmap", "batch", "learning_rate")
        self.assertIn("try --width double, or fewer rows: there is a panel for each fit", str(error.exception))


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""Tests of tools/plot: what its figures show, and where their texts come to lie."""

import json
import math
import os
import subprocess
import tempfile
import unittest
import warnings

import figures
from figures import draw, four_folders, marked, one_study, panels, row_of, sweep
from matplotlib import colors, pyplot
from plot_boxes import LayoutError, faults, spread_out
from plot_input import InputError
from plot_marks import COLOURS, MARKERS, fraction
from plot_path import draw_path, read_path
from plot_series import line_slope, points, student
from plot_text import literal, visible
import plot

# What is written -> what the figure shows.
SHOWN = {"plain": "plain", "T=$0.1$ rate_a": "T=$0.1$ rate_a", "cost $_$ x": "cost $_$ x",
         "_hidden": "_hidden", "\\$ \\alpha": "\\$ \\alpha", "a\nb\tc": "a\\nb\\tc",
         "nul\0": "nul\\x00", "\u202eturned": "\\u202eturned", "caf\udce9": "caf\\xe9",
         "\ud800": "\\ud800", "\u6df7\u5408": "\u6df7\u5408"}
# Each case, and the layouts in which it is asked for.
LAYOUTS = [(one_study, layout) for layout in (
    [], ["--width", "double"], ["--style", "median"], ["--style", "paper"],
    ["--style", "paper", "--sd", "3", "--width", "double"], ["--y", "regression"],
    ["--y", "expert.over", "--width", "double"], ["--facet", "fit", "--width", "double"])]
LAYOUTS += [(four_folders, layout) for layout in (
    ["--facet", "study"], ["--facet", "study", "--width", "double"], ["--facet", "batch"],
    ["--facet", "batch", "--color", "study", "--width", "double"],
    ["--facet", "study", "--facet", "batch", "--width", "double", "--y", "regression"],
    ["--facet", "study", "--style", "median"], ["--heatmap", "batch", "study", "--width", "double"])]
LAYOUTS += [(sweep, layout) for layout in (
    ["--facet", "batch"], ["--facet", "batch", "--width", "double"],
    ["--facet", "batch", "--color", "learning_rate", "--style", "paper"],
    ["--facet", "learning_rate", "--facet", "batch", "--width", "double"],
    ["--heatmap", "batch", "learning_rate"], ["--heatmap", "learning_rate", "batch", "--y", "regression"])]


def content(name):
    with open(name, "rb") as file:
        return file.read()


class Case(unittest.TestCase):
    def tearDown(self):
        pyplot.close("all")


class Layouts(Case):
    def test_no_text_is_cut_and_none_lies_over_another(self):
        for case, layout in LAYOUTS:
            with self.subTest(case.__name__, layout=layout):
                figure = draw(case(), *layout)
                self.assertEqual(faults(figure), [])
                self.assertIn(round(figure.get_figwidth(), 2), (3.35, 7.0))
                for axes in panels(figure):  # no colour and no marker stands twice in a panel
                    points = marked(axes, "points")
                    for used in ([p.get_color() for p in points], [p.get_marker() for p in points]):
                        self.assertEqual(len(set(used)), len(points))
                pyplot.close(figure)

    def test_the_judge_sees_what_is_wrong(self):
        figure = draw(one_study(), "--y", "regression")
        figure.text(0.99, 0.5, "far out to the right")
        self.assertIn("is cut", " ".join(faults(figure)))
        figure = draw(one_study(), "--y", "regression")
        figure.axes[0].text(0.5, 0.02, "beside", transform=figure.transFigure)  # over the note
        self.assertIn("overlap", " ".join(faults(figure)))

    def test_what_does_not_fit_is_an_error_that_says_what_to_facet(self):
        for rows, layout, words in (
                (sweep(), [], "9 curves in a panel"), (four_folders(), [], "--facet estimator.batch"),
                (four_folders(), [], "--facet study"), (sweep(), ["--color", "batch"], "does not tell them apart"),
                (sweep(), ["--color", "batch"], "--facet estimator.learning_rate"),
                (four_folders(), ["--heatmap", "batch", "fit"], "--facet study"),
                ([row_of(f"fit {i}", swept={"a.b": i}) for i in range(60)],
                 ["--facet", "a.b"], "inches")):
            with self.subTest(layout=layout, words=words), self.assertRaises(LayoutError) as error:
                draw(rows, *layout)
            self.assertIn(words, str(error.exception))

    def test_colours_differ_in_grey(self):
        def lightness(colour):
            linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055)**2.4 for c in colors.to_rgb(colour)]
            y = sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))
            return 116 * y**(1 / 3) - 16 if y > 0.008856 else 903.3 * y
        grey = sorted(map(lightness, COLOURS))
        self.assertGreaterEqual(min(b - a for a, b in zip(grey, grey[1:])), 7)  # 2.3 is just seen
        self.assertLessEqual(grey[-1], 80)  # and stands off from paper
        self.assertEqual(len(set(MARKERS)), len(COLOURS))

    def test_boxes_are_moved_apart_by_no_more_than_they_need(self):
        self.assertEqual(spread_out([0.2, 0.8], 0.1, 0, 1), [0.2, 0.8])
        for got, want in zip(spread_out([0.5, 0.5, 0.0], 0.1, 0, 1), [0.45, 0.55, 0.05]):
            self.assertAlmostEqual(got, want)
        self.assertIsNone(spread_out([0.5] * 11, 0.1, 0, 1))


class Data(Case):
    def test_curves_are_the_rows(self):
        figure = draw(one_study(), "--width", "double")
        axes = panels(figure)[0]
        self.assertEqual(axes.get_title(), "softmax.L1")
        for row, points, line, start in zip(one_study(), marked(axes, "points"), marked(axes, "line"),
                                            marked(axes, "start")):
            self.assertEqual(list(points.get_ydata()), row["mean"]["value"])
            for n, shown in zip(row["n"], points.get_xdata()):
                self.assertLess(abs(math.log(shown / n)), 0.1)  # moved aside by less than its marker
            (n0, n1), (v0, v1) = line.get_xdata(), line.get_ydata()
            self.assertAlmostEqual(math.log(v1 / v0) / math.log(n1 / n0), row["mean"]["slope"])
            self.assertEqual(list(start.get_ydata()), row["start"]["value"])
            self.assertNotEqual(start.get_linestyle(), "-")
        labels = [text.get_text() for axes in panels(figure) for text in marked(axes, "label")]
        self.assertEqual(labels, ["\u22120.52", "\u22120.15", "\u22120.75", "\u22120.26", "(\u22120.06)", "0.15"])

    def test_shared_quantities_share_an_axis(self):
        figure = draw(one_study(), "--y", "regression")
        self.assertEqual(len(panels(figure)), 1)
        self.assertEqual(len(marked(panels(figure)[0], "points")), 6)
        self.assertIn("regression error", panels(figure)[0].get_ylabel())
        limits = {axes.get_ylim() for axes in panels(draw(four_folders(), "--facet", "study"))}
        self.assertEqual(len(limits), 1)

    def test_styles(self):
        row = row_of(spread=0.4)
        value, sd = row["mean"]["value"][0], row["mean"]["sd"][0]

        def ends(*options):
            axes = panels(draw([row], *options))[0]
            if axes.containers:
                return axes.containers[0].lines[2][0].get_segments()[0][:, 1]
            band = axes.collections[0].get_paths()[0].vertices
            at_first = [v for n, v in band if n == row["n"][0]]
            return min(at_first), max(at_first)
        low = panels(draw([row], "--style", "paper", "--sd", "3"))[0].get_ylim()[0]  # below 0: to the axis
        half = 2.2622 * 0.4 / math.sqrt(10)  # Student's 97.5 % quantile of 9 degrees of freedom
        for got, want in ((ends(), (value * math.exp(-half), value * math.exp(half))),
                          (ends("--style", "paper"), (value - 2 * sd, value + 2 * sd)),
                          (ends("--style", "paper", "--sd", "3"), (low, value + 3 * sd)),
                          (ends("--style", "median"), (0.5 * value, 1.8 * value))):
            for end, right in zip(got, want):
                self.assertAlmostEqual(end / right, 1, places=3)
        median = panels(draw([row], "--style", "median"))[0]
        self.assertEqual(list(marked(median, "points")[0].get_ydata()), row["mean"]["p50"])

    def test_bars_are_as_long_as_the_study_says(self):
        row = {**row_of(spread=0.2), "error_bars": 3.0}
        figure = draw([row], "--style", "paper")
        top = panels(figure)[0].containers[0].lines[2][0].get_segments()[0][1, 1]
        self.assertAlmostEqual(top / (row["mean"]["value"][0] + 3 * row["mean"]["sd"][0]), 1)
        self.assertIn("bars of 3 standard deviations", " ".join(
            text.get_text().replace("\n", " ") for text in figure.texts))

    def test_intervals_over_truths_are_of_all_their_replicates(self):
        row = row_of(spread=0.2)
        ends = [points(one, one["mean"], "interval", 1)[0][3] / one["mean"]["value"][0]
                for one in (row, {**row, "truths": {"count": 4}})]
        self.assertAlmostEqual(math.log(ends[0]) / math.log(ends[1]), 2)

    def test_brackets_are_those_of_the_slope_that_is_drawn(self):
        start = [{"code": "start", "text": "t", "of": "mean"}]
        row = {**row_of(bracketed="t"), "reasons": start}
        row["mean"] = {**row["mean"], "reasons": [{"code": "start", "text": "t"}]}
        for options, want in (([], "(\u22120.30)"), (["--y", "regression"], "\u22120.50")):
            self.assertEqual(marked(panels(draw([row], *options))[0], "label")[0].get_text(), want)
        row["reasons"] = [{"code": "box", "text": "t", "of": "fits"}]
        self.assertEqual(marked(panels(draw([row], "--y", "regression"))[0], "label")[0].get_text(),
                         "(\u22120.50)")

    def test_bars_end_on_the_axis(self):
        for options in (["--style", "paper"], ["--style", "paper", "--sd", "3"], []):
            axes = panels(draw([row_of(spread=2.0), row_of("other", level=0.1)], *options))[0]
            low, high = axes.get_ylim()
            for bars in axes.containers:
                for segment in bars.lines[2][0].get_segments():
                    self.assertGreaterEqual(segment[0, 1], 0.999 * low)
                    self.assertLessEqual(segment[1, 1], 1.001 * high)

    def test_theory_is_a_triangle_of_its_slope(self):
        for theory, text, style in ((-0.5, "\u22121/2", "-"), (-0.125, "\u22121/8", "-"),
                                    ({"claim": -0.5, "stands": False, "why": "w"}, "\u22121/2 \u2717", "--")):
            axes = panels(draw([row_of(theory=theory)]))[0]
            triangle, label = marked(axes, "theory")
            to_data = axes.transAxes + axes.transData.inverted()
            (n0, v0), _, (n1, v1), _ = to_data.transform(list(zip(*triangle.get_data())))
            slope = theory["claim"] if isinstance(theory, dict) else theory
            self.assertAlmostEqual(math.log(v1 / v0) / math.log(n1 / n0), slope, places=6)
            self.assertEqual((label.get_text(), triangle.get_linestyle()), (text, style))
        for theory in (None, "sub"):
            self.assertEqual(marked(panels(draw([row_of(theory=theory)]))[0], "theory"), [])

    def test_small_functions(self):
        self.assertEqual([fraction(s) for s in (-0.5, -1.0, -0.25, 0.3, -1 / 7)],
                         ["\u22121/2", "\u22121", "\u22121/4", "3/10", "\u22121/7"])
        self.assertAlmostEqual(line_slope([(10, 5.0), (100, 0.5)]), -1)
        for freedom, want in ((1, 12.706), (4, 2.776), (5, 2.571), (9, 2.262), (29, 2.045)):
            self.assertAlmostEqual(student(freedom), want, places=2)


class Input(Case):
    def test_older_rows_are_drawn(self):
        row = row_of()
        for key in ("fit", "swept", "regression", "expert", "response"):
            del row[key]
        for key in ("p05", "p50", "p95"):
            del row["mean"][key]
        self.assertEqual(len(panels(draw([dict(row)]))), 1)
        with self.assertRaisesRegex(InputError, "older version"):
            draw([dict(row)], "--style", "median")

    def test_an_unknown_key_is_an_error_that_names_the_known_ones(self):
        for key in ("bath", "nothing"):
            with self.assertRaisesRegex(InputError, "estimator.batch"):
                draw(sweep(), "--facet", key)

    def test_labels_come_out_as_they_are_written(self):
        warnings.filterwarnings("ignore", "Glyph")  # choose_fonts says so
        for label, want in SHOWN.items():
            with self.subTest(label):
                figure = draw([row_of(label), row_of("other", level=9)], "--title", label, "--width", "double")
                texts = [marked(panels(figure)[0], "label")[0], figure._suptitle]
                self.assertEqual(faults(figure), [])
                for text, suffix in zip(texts, ("  \u22120.30", "")):
                    shown, mathematics = text._preprocess_math(text.get_text())
                    self.assertFalse(mathematics)
                    self.assertEqual(shown, want + suffix)
                pyplot.close(figure)

    def test_visible(self):
        for text, want in SHOWN.items():
            self.assertEqual(visible(text), want)
        self.assertEqual(literal("$a$"), r"\$a\$")


class Files(Case):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.rates = os.path.join(self.folder.name, "rates.json")
        with open(self.rates, "w", encoding="utf-8") as file:
            json.dump({"rows": one_study()}, file)

    def tearDown(self):
        super().tearDown()
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def call(self, *arguments):
        return subprocess.run([os.path.join(figures.ROOT, "tools", "plot"), *arguments], capture_output=True,
                              text=True, check=False)

    def test_every_kind_of_file_with_its_fonts_inside(self):
        files = [self.path("f." + ending) for ending in ("pdf", "png", "svg")]
        run = self.call(self.rates, *(word for file in files for word in ("-o", file)))
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        pdf, png, svg = map(content, files)
        self.assertEqual((pdf[:4], png[:4], svg[:5]), (b"%PDF", b"\x89PNG", b"<?xml"))
        self.assertIn(b"/FontFile2", pdf)  # TrueType, whole: publishers refuse type 3
        self.assertNotIn(b"/Type3", pdf)
        self.assertNotIn(b"<text", svg)    # glyphs as outlines

    def test_what_cannot_be_drawn_is_said(self):
        for arguments, words in (((self.rates, "-o", self.path("f.doc")), "no kind of figure"),
                                 ((self.rates, "-o", self.path("no/f.pdf")), "is not a folder"),
                                 ((self.path("gone.json"), "-o", self.path("f.pdf")), "cannot read"),
                                 ((self.folder.name, "-o", self.path("f.pdf")), "moerate")):
            run = self.call(*arguments)
            self.assertEqual(run.returncode, 2, run.stderr)
            self.assertIn(words, run.stderr)
            self.assertEqual(run.stderr.count("\n"), 1)

    def test_the_way_of_a_fit(self):
        file = self.path("path.jsonl")
        with open(file, "w", encoding="utf-8") as out:
            for i in range(11):
                out.write(json.dumps({"label": "softmax", "n": 1000, "replicate": 2, "unit": "epoch",
                                      "iteration": i, "mse": 0.01 + 0.5**i, "mse_truth": 0.01,
                                      "regression": 0.6**i, "loss": {"softmax.L1": 0.7**i},
                                      "from_start": 0.1 * i, "to_end": 1.0 - 0.1 * i}) + "\n")
        figure = draw_path(read_path(file), plot.options_of([file, "-o", "x.png"]))
        self.assertEqual(faults(figure), [])
        self.assertEqual(list(figure.axes[1].lines[0].get_ydata()), [0.7**i for i in range(11)])
        self.assertEqual(list(figure.axes[3].lines[0].get_xdata()), list(range(1, 11)))  # 0 has no logarithm
        self.assertEqual(self.call(file, "-o", self.path("way.png")).returncode, 0)
        with open(file, "w", encoding="utf-8") as out:
            out.write("{}\n")
        self.assertIn("no path of a fit (line 1", self.call(file, "-o", self.path("way.png")).stderr)


if __name__ == "__main__":
    unittest.main()

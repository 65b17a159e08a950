#!/usr/bin/env python3
"""tools/reproduce: the committed report is that of its numbers, every panel runs at the smallest scale,
what is finished is reused, a budget ends it cleanly. Arguments: BUILD_FOLDER [-k TEST]."""

import glob
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest
from unittest import mock

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "reproduction"))
sys.path.insert(0, os.path.join(ROOT, "tests", "tools"))
sys.dont_write_bytecode = True

import claimed  # noqa: E402
import collect  # noqa: E402
import main  # noqa: E402
import panels  # noqa: E402
import report  # noqa: E402
import runs  # noqa: E402
import same_data  # noqa: E402
import sensitivity  # noqa: E402
import verdict  # noqa: E402
import words  # noqa: E402
import worst  # noqa: E402
from reproduce_sections import Sections  # noqa: E402, F401

BUILD = os.path.join(ROOT, "build")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def curve(slope, reported, lo=None, hi=None, start=None, otherwise=None):
    moves = {"n": [1000, 7743], "slope": slope, "start": start, "otherwise": otherwise or {}}
    return {"label": "a", "loss": "softmax.L2r", "r": 1.0, "gauge": "align", "target": "truth",
            "reported": reported, "moves": moves,
            "sgd": {"slope": slope, "lo": lo, "hi": hi, "start": start, "bracketed": None}}


class Report(unittest.TestCase):
    def test_the_committed_page_is_that_of_its_numbers(self):
        document = json.loads(read(os.path.join(ROOT, "docs", "reproduction.json")))
        self.assertEqual(report.text(document), read(os.path.join(ROOT, "docs", "reproduction.md")))
        for panel in document["panels"]:
            self.assertTrue(os.path.exists(os.path.join(ROOT, "docs", "reproduction", panel["panel"] + ".png")))
        for entry in document.get("minimax", []):
            self.assertTrue(os.path.exists(os.path.join(ROOT, "docs", "reproduction", entry["experiment"] + ".png")))

    def test_every_experiment_of_the_papers_is_of_a_panel(self):
        files = {os.path.basename(path)[:-5] for path in glob.glob(os.path.join(ROOT, "experiments", "00*.toml"))}
        self.assertEqual({name for names in panels.files_of_panels().values() for name in names}, files)
        self.assertEqual(panels.chosen(["003-2a-relu"]), {"003-2a": ["003-2a-identity", "003-2a-relu"]})
        with self.assertRaises(KeyError):
            panels.chosen(["003-9"])

    def test_what_comes_of_a_reported_slope(self):
        self.assertEqual(verdict.word(curve(-0.46, -0.5)), "yes")
        self.assertEqual(verdict.word(curve(-0.3, -0.5, -0.4, -0.2)), "no")
        self.assertEqual(verdict.word(curve(-0.3, -0.5, -0.6, 0.0)), "undecided")
        self.assertEqual(verdict.word(curve(-0.3, None)), "-")
        told = verdict.sentence(curve(-0.02, -0.5, start=-0.04, otherwise={
            "start n^-1/2": {"slope": -0.48, "start": -0.5}, "batch 1": {"slope": 0.1, "start": -0.04}}))
        self.assertIn("that of the starts is -0.040, the same within 0.05", told)
        self.assertIn("The reported -0.5 is not reproduced as the file has it", told)
        self.assertIn("start n^-1/2 (slope -0.480, its starts' -0.500)", told)
        self.assertNotIn("batch 1", told)

    def test_what_comes_of_a_sweep(self):
        def of(slope, start, raw=False, fit="a"):
            return {"fit": fit, "loss": "softmax.L2r", "raw": raw, "slope": slope, "of_start": start, "start": "start n^-1/2",
                    "batch": "32", "epochs": 10}
        sweep = {"n": [1000, 10000], "cells": [of(-0.49, -0.5), of(-0.53, -0.2), of(0.1, 0.09), of(-0.5, -0.5, raw=True),
                                               of(-0.5, -0.5, fit="b"), of(None, -0.5)]}
        one = curve(-0.02, -0.5, start=-0.04, otherwise={"batch 1": {"slope": 0.1, "start": -0.04}})
        told = verdict.sentence(one, sweep)
        self.assertIn("None of the 1 settings chosen otherwise one at a time", told)
        self.assertIn("Of 3 swept settings (n = 1000 .. 10000) 2 come within 0.05 of it: start n^-1/2, batch 32, 10 epochs "
                      "(slope -0.490, its starts' -0.500); ", told)
        self.assertIn("in 1 of these 2 the slope is within 0.05 of the starts' own, as in 2 of all 3", told)
        self.assertIn("None of 3 swept settings", verdict.sentence({**one, "reported": -0.9}, sweep))
        self.assertEqual(len(verdict.swept_cells({**one, "label": "a L2r"}, sweep)), 3)  # a fit once for each loss
        self.assertEqual(verdict.swept_cells({**one, "label": "a, 8 experts"}, sweep), [])
        self.assertEqual(verdict.swept_cells({**one, "target": "projection"}, sweep), [])  # these are to the truth
        self.assertEqual(len(verdict.swept_cells({**one, "target": "projection"}, {**sweep, "cells": [
            {**of(-0.4, -0.5), "target": "projection"}, of(-0.4, -0.5)]})), 1)
        panel = {"panel": "p", "curves": [one, {**one, "reported": -0.9}], "sensitivity": sweep}
        self.assertIn("Of 2 rows with a reported slope 0 are reproduced as the file has it, 1 under other settings alone (a, `softmax.L2r` r = 1), "
                      "1 under none that was run.", verdict.of_panel(panel))
        self.assertIn("Of 2 settings that give a reported slope 1 have that of their starts.", verdict.of_panel(panel))
        self.assertIn("reproduces 1 of the latter", report.outcome([panel]))
        self.assertIn("reproduces 0 of the latter", report.outcome([{**panel, "sensitivity": None}]))

    def test_least_squares_have_their_n_over_sigma2(self):
        one = {"slope": None, "sgd_slope": None, "start": None, "regression": None, "admissible": None, "certified": None,
               "near_start_won": None, "box": None, "n": [1000, 3000], "n_over_sigma2": [1e5, 3e5]}
        panel = {"curves": [{**curve(-0.1, None), "file": "f", "oracle": one}], "runs": {"f, lse-oracle": {"ends": {}}}}
        self.assertIn("| n | n/sigma^2 |\n", report.squares(panel))
        self.assertIn("| 1000 .. 3000 (2) | 1e+05 .. 3e+05 |\n", report.squares(panel))

    def test_a_loss_to_the_truth_whose_theorem_is_about_the_projection_is_struck(self):
        for panel in ("000-1a", "000-1b", "003-1a", "003-1b"):
            with open(os.path.join(ROOT, "experiments", panel + ".toml"), "rb") as file:
                fits = {fit["label"]: fit for fit in tomllib.load(file)["fit"]}
            self.assertEqual(fits["sigmoid"]["target"], "truth")
            self.assertFalse(fits["sigmoid"]["theory"]["stands"])
        page = read(os.path.join(ROOT, "docs", "reproduction.md"))
        self.assertIn("| sigmoid | `sigmoid.D3` | -0.51 | ~~-0.5~~ ✗ |", page)
        self.assertIn("so there is no row to it here", page)

    def test_a_claim_that_is_struck_later_leaves_a_stored_study_as_it_is(self):
        with tempfile.TemporaryDirectory() as folder:
            def run(*settings):
                words_ = [word for one in ("study.n=[100]", "study.replicates=1", "study.regression_samples=100", *settings) for word in ("--set", one)]
                return subprocess.run([os.path.join(BUILD, "moerate"), "run", os.path.join(ROOT, "experiments", "003-1b.toml"), "-o", folder,
                                       "--device", "cpu", "--threads", "1", *words_], capture_output=True, text=True, check=True)
            self.assertIn("2 fits done", run("fit.sigmoid.theory=-0.5").stderr)
            again = run()
            self.assertIn("0 fits done", again.stderr)
            self.assertIn("-0.5 ✗", again.stdout)

    def test_struck_claims_and_bracketed_slopes(self):
        self.assertEqual(words.theory({"claim": -0.5, "stands": False, "why": "flat"}), "~~-0.5~~ ✗")
        self.assertEqual(words.theory({"claim": "sub", "stands": True, "why": "w"}), "sub")
        self.assertEqual(words.theory(-0.125), "-0.125")
        self.assertEqual(words.slope({"slope": -0.5, "lo": -0.6, "hi": -0.4, "bracketed": "few"}),
                         "(-0.500) [-0.600, -0.400]")

    def test_slopes_of_two_estimators_are_at_the_same_n(self):
        row = {"n": [100, 1000, 10000], "value": [1.0, 0.1, 10.0]}
        self.assertAlmostEqual(collect.slope_at(row, [100, 1000]), -1.0, places=12)
        self.assertIsNone(collect.slope_at(row, [100, 300]))  # 300 was not run
        self.assertIsNone(collect.slope_at({"n": [100, 1000], "value": [1.0, None]}, [100, 1000]))

    def test_experiments_of_the_sections_are_asked_for_by_name(self):
        none, beyond = main.asked(["claim-001-table1", "minimax-000-T2"])
        self.assertEqual((none, beyond), ({}, {"minimax": ["minimax-000-T2"], "claims": ["claim-001-table1"], "same-data": []}))
        one, beyond = main.asked(["003-1a"])
        self.assertEqual((list(one), sum(beyond.values(), [])), (["003-1a"], []))
        everything, beyond = main.asked([])
        self.assertEqual((everything, beyond["claims"]), (panels.chosen([]), claimed.names()))
        with self.assertRaises(KeyError):
            main.asked(["claim-001"])

    def test_labels_of_sweeps_are_understood(self):
        files = glob.glob(os.path.join(ROOT, "experiments", "sensitivity-*.toml"))
        self.assertEqual(len(files), 4)
        for path in files:
            labels = json.loads(subprocess.run([os.path.join(BUILD, "moerate"), "check", path, "--json"],
                                               capture_output=True, text=True, check=True).stdout)["labels"]
            for label in labels:
                self.assertIsNotNone(sensitivity.LABEL.fullmatch(label), label)

    @unittest.skipUnless(importlib.util.find_spec("matplotlib"), "it draws the sweep with matplotlib")
    def test_a_panel_of_which_only_the_sweep_was_run(self):
        document = json.loads(read(os.path.join(ROOT, "docs", "reproduction.json")))
        panel = next(panel for panel in document["panels"] if panel["sensitivity"])
        with tempfile.TemporaryDirectory() as folder:
            main.write_report(folder, {"scale": "paper", "panels": [{**panel, "curves": [], "runs": {}}]}, None)
            page = read(os.path.join(folder, "reproduction.md"))
            self.assertEqual([name for name in os.listdir(os.path.join(folder, "reproduction"))
                              if name.startswith(panel["panel"])], [])
        self.assertIn("The same with batch, start, epochs and gauge swept", page)
        self.assertNotIn("By the papers' procedure", page)


TINY = """spec_version = 1
[study]
id = "tiny"
seed = 1
replicates = 3
n = [100, 200]
regression_samples = 100
[data]
d = 1
noise_variance = 0.01
[truth]
gate = { score = "linear", normalizer = "softmax" }
expert = { form = "ridge", activation = "gelu" }
experts = 1
draw = { gate_variance = 1.0, expert_variance = 1.0 }
[estimator]
kind = "sgd"
epochs = 1
"""
FIT = """[[fit]]
label = "%s"
gate = { score = "linear", normalizer = "softmax" }
experts = 1
loss = "softmax.L1"
"""


class Records(unittest.TestCase):
    def test_a_record_is_that_of_its_file(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(runs, "EXPERIMENTS", folder):
            said = []
            moerate = runs.Moerate(os.path.join(BUILD, "moerate"), os.path.join(folder, "results"),
                                   runs.Clock(None), 1, "cpu", said.append)

            def step(text):
                with open(os.path.join(folder, "tiny.toml"), "w", encoding="utf-8") as file:
                    file.write(text)
                said.clear()
                record = moerate.step("tiny", "sgd", [100, 200], [])
                return record, {row["label"] for row in record["rows"]}

            first, labels = step(TINY + FIT % "a")
            self.assertEqual(labels, {"a"})
            self.assertEqual(step(TINY + FIT % "a"), (first, {"a"}))
            self.assertEqual(said, [])
            told, labels = step("# said in other words\n" + TINY + FIT % "a")
            self.assertEqual(len(said), 1)
            self.assertEqual({**told, "file": first["file"]}, first)  # nothing was fitted: the same run and time
            self.assertEqual(step(TINY + FIT % "a" + FIT % "b")[1], {"a", "b"})


class Smoke(unittest.TestCase):
    """All panels at the smallest scale."""

    def call(self, folder, *words_):
        return subprocess.run([os.path.join(ROOT, "tools", "reproduce"), "--scale", "smoke", "--device", "cpu",
                               "--results", folder, *words_], capture_output=True, text=True, check=False,
                              env={**os.environ, "MOERATE": os.path.join(BUILD, "moerate")})

    def test_all_panels(self):
        with tempfile.TemporaryDirectory() as folder:
            spent = self.call(folder, "--budget", "0")
            self.assertEqual(spent.returncode, 75, spent.stderr)
            self.assertIn("the budget is spent or a signal came", spent.stderr)
            begun = time.monotonic()
            done = self.call(folder)
            first = time.monotonic() - begun
            self.assertEqual(done.returncode, 0, done.stderr)
            document = read(os.path.join(folder, "reproduction.json"))
            page = read(os.path.join(folder, "reproduction.md"))
            self.assertEqual([panel["panel"] for panel in json.loads(document)["panels"]],
                             list(panels.files_of_panels()))
            for panel in panels.files_of_panels():
                self.assertIn(f"## {panel}: ", page)
                self.assertTrue(os.path.exists(os.path.join(folder, "reproduction", panel + ".png")))
            self.assertIn("~~-0.5~~ ✗", page)
            for name in claimed.names() + same_data.names():
                self.assertIn(f"### {name}: ", page)
            self.assertIn("| 002-T1 | 002, Theorem 1 | T1 | `softmax.L1` | stays |", page)
            self.assertTrue(os.path.exists(os.path.join(folder, "reproduction", "constant.png")))
            for name in worst.names():
                self.assertIn(f"| {name} |", page)
                self.assertTrue(os.path.exists(os.path.join(folder, "reproduction", name + ".png")))
            figures = sorted(glob.glob(os.path.join(folder, "reproduction", "*.png")))
            drawn = [os.stat(figure).st_mtime_ns for figure in figures]
            begun = time.monotonic()
            again = self.call(folder)
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertNotIn("n up to", again.stderr)  # nothing was run
            self.assertEqual(read(os.path.join(folder, "reproduction.json")), document)
            self.assertLess(time.monotonic() - begun, first)
            self.assertEqual([os.stat(figure).st_mtime_ns for figure in figures], drawn)  # nor drawn
            gone, changed = os.path.join(folder, "reproduction", "constant.png"), os.path.join(folder, "reproduction", "002-T1.png")
            os.remove(gone)
            self.goes_on_without_the_old_results(folder, json.loads(document))
            self.assertTrue(os.path.exists(gone))
            self.assertEqual([figure for figure, when in zip(figures, drawn)
                              if os.stat(figure).st_mtime_ns != when], sorted([changed, gone]))

    def goes_on_without_the_old_results(self, folder, document):
        """On another machine the page is there, its results are not: what is not run again stays."""
        with tempfile.TemporaryDirectory() as elsewhere:
            done = self.call(elsewhere, "-o", folder, "--only", "lse-oracle", "002-T1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("002-T1, lse-oracle: n up to", done.stderr)
        after = json.loads(read(os.path.join(folder, "reproduction.json")))
        changed = "002-T1, lse-oracle"  # its time and its date
        for panel in [*document["panels"], *after["panels"]]:
            panel["runs"].pop(changed, None)
        self.assertEqual(after, document)

    def test_an_unknown_panel(self):
        with tempfile.TemporaryDirectory() as folder:
            wrong = self.call(folder, "003-9z")
            self.assertEqual(wrong.returncode, 2)
            self.assertIn("there is no panel or experiment '003-9z'", wrong.stderr)


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv[1])
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])

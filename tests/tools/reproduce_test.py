#!/usr/bin/env python3
"""tools/reproduce: the committed report is that of its numbers, every panel runs at the smallest scale,
what is finished is reused, a budget ends it cleanly. Argument: BUILD_FOLDER."""

import glob
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "reproduction"))
sys.dont_write_bytecode = True

import claimed  # noqa: E402
import collect  # noqa: E402
import constant  # noqa: E402
import main  # noqa: E402
import panels  # noqa: E402
import report  # noqa: E402
import same_data  # noqa: E402
import sensitivity  # noqa: E402
import verdict  # noqa: E402
import words  # noqa: E402
import worst  # noqa: E402

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

    def test_the_worst_truth_at_each_n_is_the_largest_loss_of_all_paths(self):
        def row(fit, key, exponent, values):
            return {"fit": fit, "swept": {key: exponent}, "loss": "softmax.L2r", "r": 1.0, "n": [100, 10000],
                    "mean": {"value": values, "slope": -0.5, "lo": -0.6, "hi": -0.4}, "bracketed": None,
                    "regression": {"slope": -0.5 + exponent / 10}, "box_share": [0.0, 0.25], "certified_share": 0.5,
                    "admissible_share": 1.0, "replicates": 2}
        record = dict.fromkeys(("n", "seconds", "commit", "dirty", "device", "simd", "threads", "started", "ends"))
        record["rows"] = [row("a", "truth.path.exponent", 0.0, [1.0, 0.01]),
                          row("a", "truth.path.exponent", -0.5, [0.5, 0.1]),
                          row("b", "fit.truth.path.exponent", 0.0, [1.0, None])]

        class Described:
            @staticmethod
            def check(_name):
                study = {"title": "T", "source": "S", "error_bars": 2}
                return {"study": study, "truth": {}, "data": {"d": 1, "noise_variance": 1e-8}, "start": {},
                        "estimator": {}, "fit": []}
        entry = worst.entry_of(Described, "minimax-x", record)
        first, second = entry["fits"]
        self.assertEqual(first["worst"], [1.0, 0.1])  # of two paths
        self.assertAlmostEqual(first["slope"], -0.5, places=12)
        self.assertEqual(second["worst"], [1.0, None])
        self.assertIsNone(second["slope"])
        page = worst.text([entry])
        self.assertIn("| minimax-x | S | a | `softmax.L2r` r = 1 | 100 .. 10000 | 2 | 1, 0.1 | -0.50 | -0.50, -0.50 | "
                      "-0.55 .. -0.50 | 50 % | 25 % |", page)
        self.assertEqual(worst.text([]), "")

    def test_rates_by_block_stand_beside_the_table_s_claim(self):
        slope = {"value": [0.2, 0.1], "slope": -0.3, "lo": -0.4, "hi": -0.2, "median": {"slope": -0.25}, "theory": -0.125}
        none = {**slope, "slope": None, "lo": None, "hi": None, "median": {"slope": None}, "theory": None}
        row = {"reasons": [], "blocks": {"gate.w": {"over": slope, "exact": none}, "gate.b": {"over": slope, "exact": slope}}}
        blocks = claimed.blocks_of(row, claimed.BLOCKS["claim-001-table1"])
        self.assertEqual(list(blocks), ["gate.w"])  # of the claim's blocks those that the row has
        entry = {"experiment": "claim-001-table1", "rows": [{"label": "one", "blocks": blocks}]}
        self.assertIn("| one | b (w) | -0.30 [-0.40, -0.20] | -0.25 | -0.125 | - | - | - |", claimed.blocks_text(entry))
        poor = {**row, "reasons": [{"of": "fits", "code": "box"}]}
        entry["rows"][0]["blocks"] = claimed.blocks_of(poor, {"gate.w": "b (w)"})
        self.assertIn("| one | b (w) | (-0.30) [-0.40, -0.20] |", claimed.blocks_text(entry))
        grows = {**row, "blocks": {"gate.w": {"over": {**slope, "reasons": [{"code": "grows"}]}, "exact": none}}}
        self.assertTrue(claimed.blocks_of(grows, {"gate.w": "b (w)"})["gate.w"]["over"]["bracketed"])
        self.assertEqual(claimed.blocks_of({}, {"mass": "m"}), {})  # asked without --blocks
        self.assertEqual(claimed.blocks_text({**entry, "rows": [{"label": "one", "blocks": {}}]}), "")

    def test_the_constant_s_section(self):
        point = {"epsilon": 1.0, "reached": True, "distance": 0.5, "least": True, "ratio": 0.5, "exponent": None}
        curve = {"label": "a", "loss": "softmax.L2r", "r": 2.0, "gauge": "align", "target": "truth", "skipped": "",
                 "end": "steady", "n_over_sigma2": 1e6, "at_loss": None, "points": [point, {**point, "epsilon": 0.1, "ratio": 0.25}]}
        run = {"settings": ["--epsilon", "1,0.1"], "minutes": 30}
        entry = {"experiment": "x", "source": "s", "asked": 1e7, "run": run, "curves": [
            curve, {**curve, "label": "b", "end": "flat", "at_loss": 0.1, "n_over_sigma2": None,
                    "points": [{**point, "ratio": 0.0}]}]}
        page = constant.text([entry, {**entry, "curves": None}])
        self.assertIn("| x | s | a | `softmax.L2r` r = 2 | stays | 0.5 .. 0.25 | 1e+06 | 1e+07 |", page)
        self.assertIn("| x | s | b | `softmax.L2r` r = 2 | is 0 at a loss of 0.1: a measure of the same f | 0 .. 0 | - | 1e+07 |", page)
        self.assertIn("| x | s | - | - | took more than 30 minutes | - | - | 1e+07 |", page)
        self.assertEqual([name for name, _ in constant.shown(entry)], ["a, softmax.L2r"])
        self.assertEqual(constant.text([]), "")

    def test_experiments_of_the_sections_are_asked_for_by_name(self):
        none, beyond = main.asked(["claim-001-table1", "minimax-000-T2"])
        self.assertEqual((none, beyond), ({}, {"minimax": ["minimax-000-T2"], "claims": ["claim-001-table1"], "same-data": []}))
        one, beyond = main.asked(["003-1a"])
        self.assertEqual((list(one), sum(beyond.values(), [])), (["003-1a"], []))
        everything, beyond = main.asked([])
        self.assertEqual((everything, beyond["claims"]), (panels.chosen([]), claimed.names()))
        with self.assertRaises(KeyError):
            main.asked(["claim-001"])

    def test_a_gate_is_called_faster_only_where_gates_show(self):
        level = {"few_samples": False, "signal": 3000.0, "gate_numbers": 297}
        one = {"difference": {"slope": -0.2, "lo": -0.3, "hi": -0.1}}
        self.assertEqual(same_data.verdict(level, one, "a", "b"), "a is faster")
        self.assertEqual(same_data.verdict({**level, "signal": 2900.0}, one, "a", "b"),
                         "none: the gates do not show in this noise")
        self.assertEqual(same_data.verdict({**level, "few_samples": True}, one, "a", "b"), "none: n is too small")
        unclear = {"difference": {"slope": 0.1, "lo": -0.1, "hi": 0.3}}
        self.assertEqual(same_data.verdict(level, unclear, "a", "b"), "no difference seen")
        behind = {"difference": {"slope": 0.2, "lo": 0.1, "hi": 0.3}}
        self.assertEqual(same_data.verdict(level, behind, "a", "b"), "b is faster")
        self.assertEqual(same_data.gate_numbers({"experts": 9, "gate": {"score": "linear"}}, 32), 297)
        self.assertEqual(same_data.gate_numbers({"experts": 2, "gate": {"score": "quadratic"}}, 2), 12)

    def test_labels_of_sweeps_are_understood(self):
        for path in glob.glob(os.path.join(ROOT, "experiments", "sensitivity-*.toml")):
            labels = json.loads(subprocess.run([os.path.join(BUILD, "moerate"), "check", path, "--json"],
                                               capture_output=True, text=True, check=True).stdout)["labels"]
            for label in labels:
                self.assertIsNotNone(sensitivity.LABEL.fullmatch(label), label)

    def test_a_sweep_has_its_replicates_where_fits_fail(self):
        row = {"label": "softmax, start 0.1 [estimator.batch=1, estimator.epochs=10]", "loss": "softmax.L1",
               "reported_slope": None, "mean": {"slope": None, "lo": None, "hi": None}, "start": {"slope": None},
               "admissible_share": None}
        rows = [{**row, "replicates": 0}, {**row, "replicates": 20}]
        self.assertEqual(sensitivity.cells_of({"n": [100, 200], "rows": rows})["replicates"], 20)


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
            begun = time.monotonic()
            again = self.call(folder)
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertNotIn("n up to", again.stderr)  # nothing was run
            self.assertEqual(read(os.path.join(folder, "reproduction.json")), document)
            self.assertLess(time.monotonic() - begun, first)
            self.goes_on_without_the_old_results(folder, json.loads(document))

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
    unittest.main(argv=sys.argv[:1])

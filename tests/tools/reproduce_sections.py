"""The report's sections beyond the panels, from small made-up records and the committed numbers: tests of reproduce_test.py."""

import json
import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "reproduction"))
sys.path.insert(0, os.path.join(ROOT, "tools"))

import claimed  # noqa: E402
import constant  # noqa: E402
import identifiability_claims  # noqa: E402
import identified  # noqa: E402
import notes  # noqa: E402
import same_data  # noqa: E402
import sensitivity  # noqa: E402
import worst  # noqa: E402

RUN = {"n": [100], "seconds": 0.5, "commit": "0123456789abcdef", "dirty": False, "device": "cpu X", "simd": "v4", "threads": 2,
       "started": "now", "ends": {}}


def committed(kind):
    """Entries of the committed numbers, by experiment."""
    with open(os.path.join(ROOT, "docs", "reproduction.json"), encoding="utf-8") as file:
        return {entry["experiment"]: entry for entry in json.load(file)[kind]}


class Sections(unittest.TestCase):
    def test_the_worst_truth_at_each_n_is_the_largest_loss_of_all_paths(self):
        def row(fit, key, exponent, values):
            return {"fit": fit, "swept": {key: exponent}, "loss": "softmax.L2r", "r": 1.0, "n": [100, 10000],
                    "mean": {"value": values, "slope": -0.5, "lo": -0.6, "hi": -0.4}, "bracketed": None,
                    "regression": {"slope": -0.5 + exponent / 10}, "box_share": [0.0, 0.25], "certified_share": 0.5,
                    "admissible_share": 1.0, "replicates": 2}
        record = dict(RUN)
        record["rows"] = [row("a", "truth.path.exponent", 0.0, [1.0, 0.01]),
                          row("a", "truth.path.exponent", -0.5, [0.5, 0.1]),
                          row("b", "fit.truth.path.exponent", 0.0, [1.0, None])]

        class Described:
            @staticmethod
            def check(_name):
                study = {"title": "T", "source": "S", "error_bars": 2}
                return {"study": study, "truth": {}, "data": {"d": 1, "noise_variance": 1e-8}, "start": {},
                        "estimator": {}, "fit": []}
        entry = worst.entry_of(Described, "minimax-002-T2", record)
        first, second = entry["fits"]
        self.assertEqual(first["worst"], [1.0, 0.1])  # of two paths
        self.assertAlmostEqual(first["slope"], -0.5, places=12)
        self.assertEqual(second["worst"], [1.0, None])
        self.assertIsNone(second["slope"])
        page = worst.text([entry])
        self.assertIn("| minimax-002-T2 | S | a | `softmax.L2r` r = 1 | minimax >= n^-1/2 for every r (not testable at a fixed truth) | 100 .. 10000 | 2 | "
                      "1, 0.1 | -0.50 | -0.50, -0.50 | -0.55 .. -0.50 | 50 % | 25 % |", page)
        self.assertIn("| b | `softmax.L2r` r = 1 | <= -1/2 (upper) at e = 0, <= -1/4 at the base |", page)
        self.assertIn("Run on cpu X v4, by commit 0123456789ab, 2 threads.\n", page)
        first["paths"][1]["bracketed"] = "on the box"
        page = worst.text([entry])
        self.assertIn("| (-0.50) | -0.50, (-0.50) |", page)  # the worst of them, and the one
        self.assertIn("- minimax-002-T2, a, e = -0.5: on the box\n", page)
        self.assertEqual(worst.text([]), "")

    def test_rates_by_block_stand_beside_the_table_s_claim(self):
        slope = {"value": [0.2, 0.1], "slope": -0.3, "lo": -0.4, "hi": -0.2, "median": {"slope": -0.25}, "theory": -0.125}
        none = {**slope, "slope": None, "lo": None, "hi": None, "median": {"slope": None}, "theory": None}
        row = {"reasons": [], "blocks": {"gate.w": {"over": slope, "exact": none}, "gate.b": {"over": slope, "exact": slope}}}
        blocks = claimed.blocks_of(row, claimed.BLOCKS["claim-001-table1"])
        self.assertEqual(list(blocks), ["gate.w"])  # of the claim's blocks those that the row has
        entry = {"experiment": "claim-001-table1", "rows": [{"label": "one", "blocks": blocks}]}
        self.assertIn("| one | b (w) | -0.30 [-0.40, -0.20] | -0.25 | -0.125 | - | - | - |", claimed.blocks_text(entry["experiment"], entry["rows"]))
        poor = {**row, "reasons": [{"of": "fits", "code": "box"}]}
        entry["rows"][0]["blocks"] = claimed.blocks_of(poor, {"gate.w": "b (w)"})
        self.assertIn("| one | b (w) | (-0.30) [-0.40, -0.20] |", claimed.blocks_text(entry["experiment"], entry["rows"]))
        grows = {**row, "blocks": {"gate.w": {"over": {**slope, "reasons": [{"code": "grows"}]}, "exact": none}}}
        self.assertTrue(claimed.blocks_of(grows, {"gate.w": "b (w)"})["gate.w"]["over"]["bracketed"])
        self.assertEqual(claimed.blocks_of({}, {"mass": "m"}), {})  # asked without --blocks
        self.assertEqual(claimed.blocks_text(entry["experiment"], [{"label": "one", "blocks": {}}]), "")

    def test_the_constant_s_section(self):
        point = {"epsilon": 1.0, "reached": True, "distance": 0.5, "least": True, "ratio": 0.5, "exponent": None}
        curve = {"label": "a", "loss": "softmax.L2r", "r": 2.0, "gauge": "align", "target": "truth", "skipped": "",
                 "end": "steady", "n_over_sigma2": 1e6, "at_loss": None, "points": [point, {**point, "epsilon": 0.1, "ratio": 0.25}]}
        run = {"settings": ["--epsilon", "1,0.1"], "minutes": 30}
        entry = {"experiment": "x", "source": "s", "asked": 1e7, "run": {**RUN, **run}, "curves": [
            curve, {**curve, "label": "b", "end": "flat", "at_loss": 0.1, "n_over_sigma2": None,
                    "points": [{**point, "ratio": 0.0}]}]}
        page = constant.text([entry, {**entry, "curves": None}])
        self.assertIn("| x | s | a | `softmax.L2r` r = 2 | stays | 0.5 .. 0.25 | 1e+06 | 1e+07 |", page)
        self.assertIn("| x | s | b | `softmax.L2r` r = 2 | is 0 at a loss of 0.1: a measure of the same f | 0 .. 0 | - | 1e+07 |", page)
        self.assertIn("| x | s | - | - | took more than 30 minutes | - | - | 1e+07 |", page)
        self.assertIn("Run on cpu X v4, by commit 0123456789ab, 2 threads.\n", page)
        self.assertEqual([name for name, _ in constant.shown(entry)], ["a, softmax.L2r"])
        self.assertEqual(constant.text([]), "")

    def test_a_gate_is_called_faster_only_where_gates_show_and_fits_are_certified(self):
        level = {"few_samples": False, "signal": 3000.0, "gate_numbers": 297, "fits": [{"certified": 0.9}, {"certified": None}]}
        one = {"difference": {"slope": -0.2, "lo": -0.3, "hi": -0.1}}
        self.assertEqual(same_data.verdict(level, one, "a", "b"), "a is faster")
        self.assertEqual(same_data.verdict({**level, "signal": 2900.0}, one, "a", "b"),
                         "none: the gates do not show in this noise")
        self.assertEqual(same_data.verdict({**level, "few_samples": True}, one, "a", "b"), "none: n is too small")
        few = {**level, "fits": [{"certified": 0.9}, {"certified": 0.4}]}
        self.assertEqual(same_data.verdict(few, one, "a", "b"), "none: too few fits are certified")
        unclear = {"difference": {"slope": 0.1, "lo": -0.1, "hi": 0.3}}
        self.assertEqual(same_data.verdict(level, unclear, "a", "b"), "no difference seen")
        behind = {"difference": {"slope": 0.2, "lo": 0.1, "hi": 0.3}}
        self.assertEqual(same_data.verdict(level, behind, "a", "b"), "b is faster")
        self.assertEqual(same_data.gate_numbers({"experts": 9, "gate": {"score": "linear"}}, 32), 297)
        self.assertEqual(same_data.gate_numbers({"experts": 2, "gate": {"score": "quadratic"}}, 2), 12)

    def test_a_sweep_has_its_replicates_where_fits_fail(self):
        row = {"label": "softmax, start 0.1 [estimator.batch=1, estimator.epochs=10]", "loss": "softmax.L1",
               "target": "truth", "reported_slope": None, "mean": {"slope": None, "lo": None, "hi": None}, "start": {"slope": None},
               "admissible_share": None}
        rows = [{**row, "replicates": 0}, {**row, "replicates": 20}]
        swept = sensitivity.cells_of({**RUN, "n": [100, 200], "rows": rows})
        self.assertEqual(swept["replicates"], 20)
        self.assertEqual(swept["run"]["commit"], RUN["commit"])

    def test_a_strongly_identifiable_case_has_the_bound_of_its_own_loss(self):
        self.assertEqual(set(worst.BESIDE), set(worst.names()))
        self.assertEqual(worst.theory({"experiment": "minimax-002-T3"}, 1), "<= -1/2 (upper)")  # no base where atoms are one
        self.assertEqual(worst.theory({"experiment": "minimax-001-C1"}, 1), "<= -1/2 (upper) at e = 0, <= -1/8 at the base")
        self.assertIn("not testable", worst.theory({"experiment": "minimax-001-C1"}, 0))

    def test_runs_are_told_by_machine_and_commit(self):
        other = {**RUN, "commit": "fedcba9876543210", "threads": 1, "dirty": True}
        self.assertEqual(notes.runs({"a": RUN, "b": RUN}), "Run on cpu X v4, by commit 0123456789ab, 2 threads.\n\n")
        self.assertEqual(notes.runs({"a": RUN, "b": other, "c": None}),
                         "Run on cpu X v4, by commit 0123456789ab, 2 threads: a.\n"
                         "Run on cpu X v4, by commit fedcba987654 (modified), 1 thread: b.\n\n")
        self.assertEqual(notes.runs({"a": None}), "")
        self.assertIn("not written down, by commit 0123456789ab.", notes.runs({"a": {"commit": RUN["commit"]}}))

    def test_a_regression_error_that_does_not_fall_as_in_theory_is_told(self):
        def row(slope, median):
            one = {"regression": slope, "admissible": 0.88, "certified": 0.1}
            return {"label": "regime 2", "estimate": one, "regression_median": median}
        self.assertEqual(notes.regression(row(-0.6, None)), "")
        self.assertIn("slope -0.13, where the theory has -1/2; admissible are 88 % of the fits, certified 10 %", notes.regression(row(-0.13, -0.53)))
        self.assertIn("That of its median is -0.53: a few fits decide the mean", notes.regression(row(-0.13, -0.53)))
        self.assertIn("it is not a few fits", notes.regression(row(-0.13, -0.1)))
        self.assertIn("is not kept with these numbers", notes.regression(row(-2.5, None)))

    def test_general_position_is_that_of_the_family(self):
        def gate(score, normalizer="softmax", **more):
            return {"score": score, "normalizer": normalizer, **more}
        flat = identified.flat_directions
        self.assertEqual([flat(gate(score), 3, 2) for score in ("linear", "quadratic", "monomial", "cosine")], [3, 9, 7, 4])
        self.assertEqual(flat(gate("cosine", tau1=0.1), 3, 2), 3)
        self.assertEqual([flat(gate(score, "sigmoid"), 3, 2) for score in ("linear", "quadratic")], [0, 3])
        self.assertEqual(flat(gate("linear", temperature="learned"), 2, 2), 4)
        self.assertEqual(flat(gate("ridge", temperature="learned", activation="tanh"), 2, 2), 1)
        self.assertEqual(flat(gate("ridge", temperature="learned", activation="power"), 2, 2), 2)
        self.assertEqual(flat(gate("linear", "hierarchical"), 4, 2, [2, 2]), 9)

    def test_a_claim_tells_its_truths_its_gates_and_what_is_equal(self):
        entries = committed("claims")
        page = claimed.text(list(entries.values()))
        self.assertIn("| regime 2, gelu | 12 of 12 | 12 | 1.6e-07 |", page)
        self.assertIn("| regime 1, power 2 | 11 of 12 | 12 (fewer here) |", page)
        self.assertIn("| perturbed relu | 9 of 12 | 9 | 1.2e-10 | 2.25 | 5e-05 (below sigma) |", page)
        self.assertEqual(page.count("(below sigma)"), 1)
        self.assertIn("| fit | loss | theory | its slope | median's | experts, over | experts, exact | gates |", page)
        self.assertIn("| linear identity | w |", page)  # by block
        self.assertIn("- gelu, over-specified experts: regime 1 (-0.42) [-0.72, -0.09], softmax (0.10) [-0.35, 0.48]: both without a verdict", page)
        self.assertIn("- regime 2, gelu: the mean regression error has the slope -0.13", page)
        old = {key: value for key, value in entries["claim-004-topk"].items() if key != "truths"}
        self.assertNotIn("The truths", claimed.entry_text(old))  # collected before
        self.assertNotIn("masses bounded from below (", claimed.entry_text({**old, "bounded": None}))
        bounded = claimed.entry_text({**old, "bounded": {"run": old["run"], "rows": old["rows"][:1]}})
        self.assertIn("With masses bounded from below (|b| <= 2 in gates, all else alike):", bounded)
        def row(lo, hi):
            return {"label": "a", "loss": "l", "r": 1, "theory": {"claim": -0.5, "stands": True}, "estimate": {"lo": lo, "hi": hi, "value": [lo]}}
        one = {"rows": [row(-1.5, 0.5)], "bounded": {"rows": [row(-0.6, -0.55)]}}
        self.assertIn("Of 1 such rows that claim a power of n the interval of the mean loss's slope holds it in 0 with masses bounded and in 1 without; "
                      "it is narrower with them in 1.", claimed.holding([one, one]))  # the same fits in two experiments
        self.assertEqual(claimed.holding([{"rows": [row(-1, 0)]}]), "")
        self.assertEqual(claimed.further({"fit": [{"gate": {"normalizer": "sigmoid"}}]}), {})
        self.assertEqual(list(claimed.further({"fit": [{"gate": {"normalizer": "sigmoid"}}, {"gate": {"normalizer": "topk"}}]})),
                         [claimed.BOUNDED])

    def test_rates_are_called_different_only_with_verdicts(self):
        def of(lo, hi, bracketed=False):
            return {"slope": (lo + hi) / 2, "lo": lo, "hi": hi, "bracketed": bracketed}
        self.assertEqual(claimed.decided(of(-0.3, -0.2), of(-0.6, -0.4)), "the rates differ")
        self.assertEqual(claimed.decided(of(-0.3, -0.2), of(-0.6, -0.25)), "no difference is seen")
        self.assertIn("one of them without a verdict", claimed.decided(of(-0.3, -0.2), of(-0.6, -0.4, True)))
        self.assertEqual(claimed.decided({**of(0, 0), "slope": None}, of(-0.6, -0.4)), "not measured")

    def test_worst_truths_of_the_other_page_are_those_of_the_report(self):
        entries = list(committed("minimax").values())
        with open(os.path.join(ROOT, "docs", "validation.md"), encoding="utf-8") as file:
            told = " ".join(file.read().split("## Worst truths")[1].split("## ")[0].split())
        self.assertEqual(len(entries), 9)
        joined = [entry for entry in entries if worst.BESIDE[entry["experiment"]]]
        for which in (0, 1):
            slopes = ", ".join(f"{entry['fits'][which]['slope']:.2f}" for entry in joined)
            self.assertIn(slopes, told)
            self.assertIn(slopes, worst.outcome(entries))
        self.assertIn("In 000-T2 (-0.33 against -0.05) the papers' case falls faster", worst.outcome(entries))
        self.assertNotIn("bound at each truth", worst.outcome([entry for entry in entries if entry not in joined]))

    def test_the_papers_tables_are_among_what_they_state(self):
        def of(normalizer, score, form, activation=None, sparse=False):
            stated = identifiability_claims.claim({"normalizer": normalizer, "score": score}, {"form": form, "activation": activation}, sparse)
            return stated and stated[0]
        self.assertEqual(of("softmax", "linear", "ridge", "relu"), "bound")
        self.assertEqual(of("softmax", "linear", "constant"), "none")
        self.assertEqual([of("softmax", "quadratic", "ridge", word) for word in ("gelu", "power", "silu")], ["bound", "none", None])
        for sparse in (False, True):
            self.assertEqual([of("sigmoid", "quadratic", "ridge", word, sparse) for word in ("relu", "gelu")], ["bound", "bound"])
            self.assertEqual(of("sigmoid", "linear", "constant", sparse=sparse), "none")
        self.assertIsNone(of("sigmoid", "euclidean", "constant"))
        self.assertIsNone(of("sigmoid", "monomial", "ridge", "relu"))

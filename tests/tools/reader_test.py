#!/usr/bin/env python3
"""python/moerate_reader.py against `moerate export`. Argument: BUILD_FOLDER."""

import csv
import importlib.util
import io
import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

if importlib.util.find_spec("numpy") is None and sys.executable != "/usr/bin/python3":
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])  # as tools/plot: Debian's has it

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def numbers_agree(text, value):
    if text == "":
        return value is None or math.isnan(value)
    return float(text) == float(value)  # bit for bit: the export has all digits


class Reader(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        spec = importlib.util.spec_from_file_location(
            "moerate_reader", os.path.join(ROOT, "python", "moerate_reader.py"))
        cls.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(cls.module)
        cls.folder = tempfile.TemporaryDirectory()
        cls.binary = os.path.join(BUILD, "moerate")
        cls.results = os.path.join(cls.folder.name, "a b#%?")
        cls.call("run", os.path.join(ROOT, "experiments/003-1a.toml"), "-o", cls.results, "-q",
                 "--device", "cpu", "--set", "study.n=[100, 200]", "--set", "study.replicates=3",
                 "--set", "study.regression_samples=500")
        cls.reader = cls.module.open(cls.results, binary=cls.binary, frames=False)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def call(cls, *arguments):
        return subprocess.run([cls.binary, *arguments], check=True, capture_output=True,
                              text=True).stdout

    def test_fits_and_losses_are_those_of_the_export(self):
        fits, losses = self.reader.fits(), self.reader.losses(at="fit")
        at_fit = {key: i for i, key in enumerate(zip(fits["cell"], fits["replicate"]))}
        at_loss = {key: i for i, key in enumerate(zip(losses["cell"], losses["replicate"],
                                                      losses["loss"], losses["r"]))}
        lines = list(csv.DictReader(io.StringIO(self.call("export", self.results, "--format", "csv"))))
        self.assertEqual(len(lines), 3 * 2 * 3)  # losses, n, replicates
        for line in lines:
            i = at_fit[(line["cell"], int(line["replicate"]))]
            for name in ("n", "mse", "start_mse", "mse_truth", "excess", "regression",
                         "start_expert_over", "expert_exact", "moved", "iterations"):
                self.assertTrue(numbers_agree(line[name], fits[name][i]), name)
            self.assertEqual((line["label"], line["status"]), (fits["label"][i], fits["status"][i]))
            i = at_loss[(line["cell"], int(line["replicate"]), line["loss"], float(line["exponent"]))]
            for name in ("value", "mass", "over", "exact", "missed", "over_gate", "empty"):
                self.assertTrue(numbers_agree(line[name], losses[name][i]), name)
        self.assertEqual(len(self.reader.losses()["value"]), 2 * len(lines))  # and at the start

    def test_the_tidy_table_is_the_export(self):
        table = self.reader.table(params=True)
        lines = list(csv.DictReader(io.StringIO(self.call("export", self.results, "--format", "csv",
                                                          "--params"))))
        self.assertEqual(list(table), list(lines[0]))
        for name, column in table.items():
            texts = [line[name] for line in lines]
            if name in self.module.TEXTS:
                self.assertEqual(list(column), [text or None for text in texts], name)
            else:
                self.assertTrue(all(map(numbers_agree, texts, column)), name)
        one = self.reader.parameters("sigmoid", 200, 2)
        row = next(i for i, line in enumerate(lines)
                   if (line["label"], line["n"], line["replicate"]) == ("sigmoid", "200", "2"))
        self.assertEqual(table["atoms.3.gate.w.1"][row], one["atoms"][3]["gate"]["w"][1])
        self.assertEqual(table["atoms.8.expert.b"][row], one["atoms"][8]["expert"]["b"])

    def test_parquet_where_arrow_is(self):
        file = os.path.join(self.folder.name, "fits.parquet")
        if importlib.util.find_spec("pyarrow") is None:
            with self.assertRaisesRegex(ImportError, "pip install pyarrow"):
                self.reader.parquet(file)
            return
        from pyarrow import parquet
        self.reader.parquet(file, params=True)
        read, table = parquet.read_table(file).to_pydict(), self.reader.table(params=True)
        self.assertEqual(list(read), list(table))
        self.assertEqual(read["value"], list(table["value"]))
        self.assertEqual(read["label"], list(table["label"]))
        self.assertEqual(read["rank"], [None] * len(read["rank"]))  # sgd knows none
        with self.assertRaises(FileExistsError):
            self.reader.parquet(file)

    def test_parameters_by_name(self):
        fits = json.loads(self.call("export", self.results, "--format", "json"))["fits"]
        one = next(fit for fit in fits if (fit["label"], fit["n"], fit["replicate"])
                   == ("sigmoid", 200, 2))
        for at, key in (("fit", "measure"), ("start", "start")):
            theta = self.reader.parameters("sigmoid", 200, 2, at=at)
            self.assertEqual(len(theta["atoms"]), 9)
            for mine, theirs in zip(theta["atoms"], one[key]["atoms"]):
                self.assertEqual(list(mine["gate"]["w"]), theirs["gate"]["w"])
                self.assertEqual(mine["expert"]["b"], theirs["expert"]["b"])
        with self.assertRaises(KeyError):
            self.reader.parameters("sigmoid", 300, 0)

    def test_rates_and_study(self):
        self.assertEqual([row["label"] for row in self.reader.rates()],
                         ["softmax", "softmax", "sigmoid"])
        self.assertEqual(self.reader.study(), self.call("export", self.results, "--format", "toml"))

    def test_the_study_is_that_of_the_file_that_was_run_last(self):
        with tempfile.TemporaryDirectory() as folder:
            for shard, replicates in (("2/2", 2), ("1/2", 3)):
                self.call("run", os.path.join(ROOT, "experiments/003-1a.toml"), "-o", folder, "-q",
                          "--device", "cpu", "--shard", shard, "--set", "study.n=[100, 200]",
                          "--set", f"study.replicates={replicates}", "--set", "study.regression_samples=100")
                time.sleep(1.1)  # runs are told apart by the second
            reader = self.module.open(folder, binary=self.binary, frames=False)
            self.assertEqual(reader.study(), self.call("export", folder, "--format", "toml"))
            self.assertIn("replicates = 3", reader.study())

    def test_frames_where_pandas_is(self):
        if importlib.util.find_spec("pandas") is None:
            with self.assertRaises(ImportError):
                self.module.open(self.results, frames=True)
            return
        frame = self.module.open(self.results, frames=True).fits()
        self.assertEqual(list(frame["n"]), list(self.reader.fits()["n"]))

    def test_a_folder_without_a_store_is_refused(self):
        with self.assertRaises(FileNotFoundError):
            self.module.open(self.folder.name)

    def test_stores_of_newer_formats_and_other_files_are_refused(self):
        for name, change, message in (
                ("newer", "PRAGMA user_version = 3", "has format 3"),
                ("other", "PRAGMA application_id = 0", "no store of moerate")):
            folder = os.path.join(self.folder.name, name)
            os.mkdir(folder)
            shutil.copy(os.path.join(self.results, "store.sqlite"), folder)
            store = sqlite3.connect(os.path.join(folder, "store.sqlite"))
            store.execute(change)
            store.commit()
            store.close()
            with self.assertRaisesRegex(ValueError, message):
                self.module.open(folder)

    def test_a_point_that_no_fit_has_is_refused(self):
        with self.assertRaisesRegex(ValueError, "known: start, oracle, fit"):
            self.reader.losses(at="nope")


if __name__ == "__main__":
    BUILD = sys.argv[1]
    unittest.main(argv=sys.argv[:1])

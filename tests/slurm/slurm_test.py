#!/usr/bin/env python3
"""A study as a job array on a real Slurm of two nodes, with everything that happens to such jobs, ends
as one process does. Arguments: BUILD_FOLDER [rounds of preemption]. Exit 77: no Slurm here."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cluster  # noqa: E402

SKIPPED = 77
SHARDS = 7
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Some seconds of one core, in blocks of a few tenths of a second; and a part of that.
STUDY = ["experiments/first.toml", "--set", "study.replicates=28", "--set", "study.n=[250,1000,4000]"]
PART = STUDY[:1] + ["--set", "study.replicates=10", *STUDY[3:]]


class Slurm(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory(prefix="moerate-slurm-")
        self.addCleanup(self.place.cleanup)
        os.chmod(self.place.name, 0o755)
        self.folder = os.path.join(self.place.name, "results")

    def moerate(self, *arguments, env=None):
        run = subprocess.run([os.path.join(BUILD, "moerate"), *arguments], cwd=ROOT, env=env,
                             capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, f"{arguments}: {run.stderr}")
        return run.stdout

    def rates(self, folder):
        return json.loads(self.moerate("rates", folder, "--json"))["rows"]

    def submit(self, slurm, *options, study=None):
        text = self.moerate("submit", *(study or STUDY), "-o", self.folder, "--json", "--mem", "500M",
                            *options, env=slurm.environment)
        return json.loads(text)

    def wait_for_end(self, slurm, seconds, meanwhile=lambda: None):
        """Waits until the queue is empty; calls `meanwhile` twice a second."""
        end = time.monotonic() + seconds
        while slurm.jobs():
            meanwhile()
            self.assertLess(time.monotonic(), end, f"still there: {slurm.jobs()}\n{self.logs()}")
            time.sleep(0.5)

    def logs(self):
        text = ""
        folder = os.path.join(self.folder, "log")
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                text += f"== {name}\n{file.read()}"
        return text

    def log_of_merge(self):
        return "".join(part for part in self.logs().split("== ") if part.startswith("merge"))

    def runs(self):
        """The last run of each shard."""
        status = json.loads(self.moerate("status", self.folder, "--json"))
        return {one["shard"]: one for one in status["shards"] if one["shard"]}

    def test_preempted_and_killed_jobs_end_as_one_process(self):
        alone = os.path.join(self.place.name, "alone")
        self.moerate("run", *STUDY, "-o", alone, "-q", "--threads", "1")
        draw = random.Random(20240522)
        with cluster.Cluster(os.path.join(self.place.name, "slurm")) as slurm:
            job = self.submit(slurm, "--array", str(SHARDS), "--time", "10m", "--partition", "low",
                              "--run=--save-every", "--run=0.2")
            self.assertEqual(job["tasks"], f"1-{SHARDS}")
            self.disturb(slurm, draw)
            self.wait_for_end(slurm, 480)
        merged = self.log_of_merge()
        self.assertIn("nothing is missing", merged, self.logs())
        self.assertNotIn("--shard", merged)
        self.assertEqual(self.rates(self.folder), self.rates(alone))
        runs = self.runs()
        self.assertEqual(sorted(runs), [f"{i}/{SHARDS}" for i in range(1, SHARDS + 1)])
        self.assertTrue(all(one["done"] == one["planned"] for one in runs.values()))
        self.assertTrue(any(one["last_run"]["restart"] for one in runs.values()), runs)
        self.assertRegex(self.logs(), "DUE TO PREEMPTION")

    def disturb(self, slurm, draw):
        """Jobs of the higher partition come at random, and a node loses its power."""
        for round_ in range(ROUNDS):
            time.sleep(draw.uniform(1, 3))
            slurm.call("sbatch", "--partition=high", "--ntasks=1", f"--cpus-per-task={draw.choice('12')}",
                       "--output=/dev/null", "--wrap", f"sleep {draw.uniform(0.5, 2):.1f}")
            if round_ == ROUNDS // 2:
                slurm.kill_node("n2")
                time.sleep(2)
                slurm.start_node("n2")

    def test_a_run_ends_before_its_time_limit_and_is_put_back(self):
        begin = os.times().children_user  # of other programs the processor may have much to do
        self.moerate("run", *PART, "-o", os.path.join(self.place.name, "alone"), "-q", "--threads", "1")
        alone = os.times().children_user - begin
        with cluster.Cluster(os.path.join(self.place.name, "slurm")) as slurm:
            self.submit(slurm, "--array", "1", "--time", "10m", "--run=--save-every", "--run=0.2",
                        "--run=--time-budget", f"--run={int(alone / 3) + 1}s", study=PART)
            self.wait_for_end(slurm, 120 + 32 * alone)
        self.assertIn("nothing is missing", self.log_of_merge(), self.logs())
        one = self.runs()["1/1"]
        self.assertGreaterEqual(one["last_run"]["restart"], 1, self.logs())
        self.assertRegex(one["last_run"]["job"], r"slurm \d+_1")
        self.assertEqual(one["last_run"]["threads"], 1)
        self.assertIn("the time budget", self.logs())

    def test_a_job_that_is_cancelled_stays_so_and_what_is_missing_is_named(self):
        with cluster.Cluster(os.path.join(self.place.name, "slurm")) as slurm:
            job = self.submit(slurm, "--array", "3", "--time", "10m", "--run=--save-every",
                              "--run=0.2", study=PART)
            cluster.Cluster.wait_until(lambda: os.path.exists(
                os.path.join(self.folder, "store.2of3.sqlite")), 60, "the second shard begins")
            slurm.call("scancel", f"{job['array']}_2")
            self.wait_for_end(slurm, 240)
            merged = self.log_of_merge()
            self.assertIn("--shard 2/3", merged, self.logs())
            self.assertNotIn("--shard 1/3", merged)
            again = self.submit(slurm, "--array", "3", "--time", "10m", study=PART)
            self.assertEqual(again["tasks"], "2")
            self.wait_for_end(slurm, 240)
        self.assertRegex(self.log_of_merge(), "nothing is missing")


if __name__ == "__main__":
    BUILD = sys.argv[1]
    ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    lacking = cluster.missing()
    if lacking:
        print(f"skipped: {lacking}")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], failfast=True)

"""The programs that compare.py times: moerate-bench, and one or more workers of a peer."""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Absent(Exception):
    """An entrant that cannot take part here; the text says why."""


def environment(device, threads, scratch):
    """Thread counts and memory settings of a peer, so that none takes more than its share."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {**os.environ, **{name: str(threads) for name in names},
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false", "JAX_PLATFORMS": "cpu" if device == "cpu" else "",
            "TORCHINDUCTOR_CACHE_DIR": f"{scratch}/inductor", "TF_CPP_MIN_LOG_LEVEL": "2"}


class Worker:
    """One process of a peer on the given cores."""

    def __init__(self, python, name, device, cores, scratch):
        self.log = tempfile.NamedTemporaryFile("w+", dir=scratch, suffix=".log")
        self.process = subprocess.Popen(
            [python, str(HERE / "worker.py"), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log, text=True, env=environment(device, len(cores), scratch),
            preexec_fn=lambda: os.sched_setaffinity(0, cores))

    def send(self, message):
        try:
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # receive() tells why it ended

    def receive(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        code = self.process.wait()
        self.log.seek(0)
        lines = self.log.read().strip().splitlines() or [f"exit code {code}"]
        raise Absent(lines[-1][:300])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class PeerEntrant:
    """A peer as `processes` workers that share the cores and the fits evenly."""

    def __init__(self, python, name, problem, cases, processes, cores, scratch):
        share = len(cores) // processes
        self.name, self.processes, self.threads = name, processes, share
        self.problem = {**problem, "fits": problem["fits"] // processes, "threads": share}
        self.workers = [
            Worker(python, name, problem["device"], cores[i * share : (i + 1) * share], scratch)
            for i in range(processes)]
        try:
            for worker in self.workers:
                worker.send({"problem": self.problem, "cases": cases})
            answers = [worker.receive() for worker in self.workers]
        except Absent:
            self.close()
            raise
        self.facts = answers[0]["facts"]
        self.trials = self.joined([answer["trials"] for answer in answers])

    @staticmethod
    def joined(by_worker):
        """One trial a recipe: speeds add up over the processes, the slowest compilation counts."""
        joined = []
        for trials in zip(*by_worker):
            trial = dict(trials[0])
            failed = [t for t in trials if "failed" in t]
            if failed:
                trial = failed[0]
            else:
                trial["updates_per_s"] = sum(t["updates_per_s"] for t in trials)
                trial["compile_s"] = max(t["compile_s"] for t in trials)
            joined.append(trial)
        return joined

    def choose(self):
        """Keeps the two fastest recipes (one trial may be off by noise); returns the best speed."""
        able = [t for t in self.trials if "failed" not in t]
        if not able:
            raise Absent(f"no recipe works: {self.trials[0]['failed']}")
        self.finalists = sorted(able, key=lambda t: -t["updates_per_s"])[:2]
        return self.finalists[0]["updates_per_s"]

    def round(self, seed):
        return [self.time(trial, seed) for trial in self.finalists]

    def time(self, trial, seed):
        for i, worker in enumerate(self.workers):
            worker.send({"recipe": trial["recipe"], "seed": seed * len(self.workers) + i})
        answers = [worker.receive() for worker in self.workers]
        updates = self.problem["fits"] * self.processes * self.problem["n"] * self.problem["epochs"]
        train = max(a["end"] for a in answers) - min(a["begin"] for a in answers)
        whole = max(a["done"] for a in answers) - min(a["start"] for a in answers)
        return {"recipe": trial["recipe"], "compile_s": trial["compile_s"],
                "updates_per_s": updates / train, "whole_updates_per_s": updates / whole,
                **{key: [value for a in answers for value in a[key]] for key in ("mse", "descent")}}

    def close(self):
        for worker in self.workers:
            worker.close()


def call(words, **options):
    """Standard output of a program of this project; its error text ends the comparison."""
    result = subprocess.run([str(w) for w in words], capture_output=True, text=True, **options)
    if result.returncode != 0:
        sys.exit(f"tools/compare-peers: error: {Path(words[0]).name}: {result.stderr.strip()}")
    return result.stdout


class MoerateEntrant:
    """moerate-bench on the same workload; it needs no recipe."""

    name, processes = "moerate", 1

    def __init__(self, program, problem, cores):
        self.program, self.cores, self.threads = program, cores, len(cores)
        cuda = problem["device"] == "cuda"
        self.options = {key: value for key, value in problem.items() if key != "fits"}
        self.options |= {"rounds": 1, "fits": problem["fits"] // (1 if cuda else len(cores))}
        self.options |= {} if cuda else {"threads": len(cores)}

    def run(self, **changes):
        words = [self.program, "--json", "--truth"]
        for key, value in {**self.options, **changes}.items():
            words += [f"--{key.replace('_', '-')}", value]
        document = json.loads(call(words, preexec_fn=lambda: os.sched_setaffinity(0, self.cores)))
        self.facts = {"version": document["version"], "commit": document["commit"],
                      "dirty": document["dirty"], "device": document["device"],
                      "simd": document["simd"]}
        return document["rows"][0]

    def round(self, _seed):
        row = self.run()
        return [{"recipe": "", "compile_s": 0.0, "updates_per_s": row["sgd_updates_per_s"]["max"],
                 "whole_updates_per_s": row["end_to_end_updates_per_s"]["max"],
                 "mse": row["mse"], "descent": row["descent"]}]

    def close(self):
        pass

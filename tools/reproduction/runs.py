"""Runs of the moerate binary: each has a folder of its own and leaves a record of what it gave."""

import hashlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import time

from panels import EXPERIMENTS, VARIANTS, file_word


INTERRUPTED = 75  # of moerate: all finished work is saved
RATES = {"claims": ["--blocks"], "claims-bounded": ["--blocks"]}  # what rates are asked for beside the usual, by kind


class OutOfTime(Exception):
    """The budget is spent, or a signal ends the runs."""


class Failure(Exception):
    """A run that did not end as it should."""


class Clock:
    """Time that is left of a budget in minutes; None: no end."""

    def __init__(self, minutes):
        self.end = None if minutes is None else time.monotonic() + 60 * minutes

    def left(self):
        if self.end is None:
            return None
        if time.monotonic() >= self.end:
            raise OutOfTime
        return self.end - time.monotonic()


class Moerate:
    """The binary, with what its runs share."""

    def __init__(self, binary, folder, clock, threads, device, say):
        self.binary, self.folder, self.clock, self.say = binary, folder, clock, say
        self.machine = ["--device", device] + (["--threads", str(threads)] if threads else [])

    def json(self, *words, timeout=None):
        done = subprocess.run([self.binary, *words], capture_output=True, text=True, check=False, timeout=timeout)
        if done.returncode != 0:
            raise Failure(f"moerate {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def version(self):
        """The commit that the binary is of."""
        return subprocess.run([self.binary, "--version"], capture_output=True, text=True,
                              check=True).stdout.split("commit ")[1].split(",")[0].strip(")\n")

    def run(self, name, folder, settings):
        """Runs an experiment, unless `settings` are those of the folder's record. Returns seconds.
        Exit 3, too many failed fits, is a result. OutOfTime leaves what is finished in the store."""
        words = [self.binary, "run", os.path.join(EXPERIMENTS, name + ".toml"), "-o", folder, "-q",
                 "--json", *self.machine, *with_set(settings)]
        begun = time.monotonic()
        left = self.clock.left()
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True) as process:
            try:
                _, errors = process.communicate(timeout=left)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGINT)
                process.communicate()
                raise OutOfTime from None
            except KeyboardInterrupt:  # it has the signal, too, or not: a second SIGINT would end it at once
                process.send_signal(signal.SIGUSR1)
                process.communicate()
                raise OutOfTime from None
        if process.returncode == INTERRUPTED:
            raise OutOfTime
        if process.returncode not in (0, 3):
            raise Failure(f"{' '.join(words)}: {errors.strip()}")
        return time.monotonic() - begun

    def record_file(self, name, kind):
        """Where the record of a run is: beside the fits that it measures."""
        of = "short" if VARIANTS.get(kind, ()) is None else kind
        folder = os.path.join(self.folder, f"{name}.{file_word(of)}")
        return os.path.join(folder, f"record-{file_word(kind)}.json")

    def step(self, name, kind, n, settings):
        """The record of one run at these n: made, or found finished. A file that has changed since
        is run again: that does what its store lacks, and asks for rates by its present theory."""
        file = self.record_file(name, kind)
        folder = os.path.dirname(file)
        known = read_json(file)
        same = known is not None and known["settings"] == settings and known.get("file") == digest_of(name)
        if same and known["n"][:len(n)] == n:
            return known
        sizes = known["n"] if same else []
        os.makedirs(folder, exist_ok=True)
        seconds = known["seconds"] if same else 0
        for end in range(len(sizes) + 1, len(n) + 1) if kind.startswith("lse") else [len(n)]:
            self.say(f"{name}, {kind}: n up to {n[end - 1]}")
            try:
                seconds += self.run(name, folder, [*settings, f"study.n={n[:end]}"])
            except OutOfTime:
                self.back_to(name, folder, settings, sizes)
                raise
            record = self.record(name, kind, folder, n[:end], settings)
            record["seconds"] = round(seconds, 1)
            if known is not None and record["started"] == known["started"]:
                record["seconds"] = known["seconds"]  # nothing was left to do
            write_json(file, record)
            sizes = n[:end]
        return record

    def back_to(self, name, folder, settings, n):
        """The store's study as it was before an n that was not finished."""
        if n and os.path.exists(os.path.join(folder, "store.sqlite")):
            self.clock.end = None
            self.run(name, folder, [*settings, f"study.n={n}"])

    def record(self, name, kind, folder, n, settings):
        store = os.path.join(folder, "store.sqlite")
        return {"file": digest_of(name), "settings": settings, "n": n, **last_run_of(store),
                "rows": self.json("rates", folder, "--json", *RATES.get(kind, []), *self.machine)["rows"],
                "ends": ends_of(store, n)}


def digest_of(name):
    """Of an experiment's text, and of the measures that it names."""
    path = os.path.join(EXPERIMENTS, name + ".toml")
    with open(path, "rb") as stream:
        text = stream.read()
    digest = hashlib.sha256(text)
    for named in re.findall(rb'"([^"\n]+\.json)"', text):
        other = os.path.join(os.path.dirname(path), named.decode())
        if os.path.exists(other):
            with open(other, "rb") as stream:
                digest.update(stream.read())
    return digest.hexdigest()[:16]


def last_run_of(store):
    """The last run that made fits, as `moerate status` tells it: a later one that found all done is
    not where the numbers come from."""
    database = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    keys = ("commit", "dirty", "device", "simd", "threads", "started")
    columns = ", ".join(f'run."{key}"' for key in keys)
    found = database.execute(f"SELECT {columns} FROM run WHERE id = (SELECT max(run) FROM fit)").fetchone()
    database.close()
    return {**dict(zip(keys, found)), "dirty": bool(found[1])}


def run_of(record):
    """Machine, program and time of a run, and how its fits ended."""
    return {key: record[key] for key in ("n", "seconds", "commit", "dirty", "device", "simd", "threads", "started", "ends")}


def with_set(settings):
    return [word for setting in settings for word in ("--set", setting)]


def ends_of(store, n):
    """How fits ended, by label: statuses and ends (lse) with their counts, and the share of
    stationary ones; docs/store.md has the columns."""
    database = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    query = ("SELECT cell.label, fit.status, fit.ended, count(*), sum(fit.stationary) FROM fit JOIN "
             f"cell ON cell.id = fit.cell WHERE cell.n IN ({', '.join(map(str, n))}) "
             "GROUP BY cell.label, fit.status, fit.ended ORDER BY cell.label, 4 DESC")
    ends = {}
    for label, status, ended, count, stationary in database.execute(query):
        one = ends.setdefault(label.split(" [truth ")[0], {"fits": 0, "stationary": None, "how": {}})
        one["fits"] += count
        word = status if ended is None else f"{status}, {ended}"
        one["how"][word] = one["how"].get(word, 0) + count
        if stationary is not None:
            one["stationary"] = (one["stationary"] or 0) + stationary
    database.close()
    return ends


def read_json(file):
    try:
        with open(file, encoding="utf-8") as stream:
            return json.load(stream)
    except FileNotFoundError:
        return None


def write_json(file, value):
    """Replaces a file whole."""
    with open(file + ".new", "w", encoding="utf-8") as stream:
        json.dump(value, stream, indent=1, ensure_ascii=False)
        stream.write("\n")
    os.replace(file + ".new", file)

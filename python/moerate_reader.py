"""Results of moerate in Python: fits, losses, parameters and rates of a results folder.

    import moerate_reader as moerate
    results = moerate.open("results/003-1a")
    fits = results.fits()                     # a pandas DataFrame, or a dict of numpy arrays
    losses = results.losses(at="fit")
    theta = results.parameters("softmax", n=1000, replicate=0)    # {"atoms": [{"gate": {"w": ...
    tidy = results.table(params=True)         # as `moerate export --format csv --params`
    table = results.rates()                   # as `moerate rates --json`

    python3 -m moerate_reader results/003-1a fits.parquet [--all] [--params]     # needs pyarrow

Needs numpy; returns DataFrames where pandas is installed (frames=False: arrays). fits() and losses()
read the store alone; the others call the binary `moerate`: of the PATH, of the environment variable
MOERATE, or open(..., binary=...).
"""

import argparse
import csv
import glob
import io
import json
import os
import sqlite3
import subprocess
import sys

import numpy

__all__ = ["open", "Results"]
FORMAT = 2  # of the store that this file reads
APPLICATION = 0x4D4F4552  # that SQLite files of moerate bear, "MOER"
POINTS = ("start", "oracle", "fit")  # of a fit, at which losses are measured
# Columns of `moerate export` that are texts, whatever stands in them; swept keys are what they hold.
TEXTS = {"study", "cell", "label", "fit", "status", "ended", "loss", "gauge", "target"}


class Results:
    """A results folder. Reads only; a run may go on in it meanwhile."""

    def __init__(self, folder, binary=None, frames=None):
        self.folder = os.fspath(folder)
        self.binary = binary or os.environ.get("MOERATE", "moerate")
        self.files = [os.path.join(self.folder, "store.sqlite")]
        self.files = [file for file in self.files if os.path.exists(file)] + sorted(
            glob.glob(os.path.join(glob.escape(self.folder), "store.*of*.sqlite")))
        if not self.files:
            raise FileNotFoundError(f"{self.folder} holds no store (store.sqlite) run moerate first")
        for file in self.files:
            _connected(file)[0].close()
        self._frames = _pandas() if frames is None or frames else None
        if frames and self._frames is None:
            raise ImportError("frames=True needs pandas (it is not installed) install it or leave "
                              "frames out")
        self._exported = None

    def study(self):
        """The experiment file, as `moerate export --format toml` has it: of the file that was run last."""
        return max(self._rows("SELECT coalesce((SELECT max(started) FROM run), ''), toml FROM study")[1])[1]

    def fits(self):
        """One row a fit: cell, label, n, replicate, its status and numbers, and those of each of its
        points (start_mse; the fit's own without prefix), as in `moerate export --format csv`."""
        names, rows = self._rows("SELECT c.label, c.n, f.* FROM fit f JOIN cell c ON c.id = f.cell")
        fits = {}
        for row in rows:
            fit = dict(zip(names, row))
            fit["replicate"] = fit.pop("r")
            fits.setdefault((fit["cell"], fit["replicate"]), fit)
        names, rows = self._rows("SELECT * FROM point")
        for row in rows:
            point = dict(zip(names, row))
            fit = fits[(point.pop("cell"), point.pop("r"))]
            prefix = "" if point["at"] == "fit" else point["at"] + "_"
            fit.update({prefix + name: value for name, value in point.items()
                        if name not in ("at", "params")})
        return self._table(_sorted(fits.values(), ("label", "n", "replicate")))

    def losses(self, at=None):
        """One row a measured loss: cell, label, n, replicate, at ("start", "oracle", "fit"), loss, r, gauge,
        target, and its numbers. With `at` those of one point."""
        if at is not None and at not in POINTS:
            raise ValueError(f"at = {at!r} is no point of a fit (known: {', '.join(POINTS)}) name "
                             "one of them, or leave it out")
        names, rows = self._rows(
            "SELECT c.label, c.n, l.* FROM loss l JOIN cell c ON c.id = l.cell"
            + (" WHERE l.at = ?" if at else ""), (at,) if at else ())
        losses = {}
        for row in rows:
            loss = dict(zip(names, row))
            loss["replicate"] = loss.pop("r")
            loss["r"] = loss.pop("exponent")
            loss["loss"] = loss.pop("name")
            key = tuple(loss[name] for name in ("cell", "replicate", "at", "loss", "r", "gauge",
                                                "target"))
            losses.setdefault(key, loss)
        return self._table(_sorted(losses.values(), ("label", "n", "replicate", "loss", "r", "at")))

    def table(self, all=False, params=False):  # pylint: disable=redefined-builtin
        """The tidy table of `moerate export --format csv`: a row a fit and loss, swept keys as
        columns. With `all` also what the study does not ask for, with `params` parameters by name."""
        return self._table_of(self._exported_columns(all, params))

    def parquet(self, file, all=False, params=False):  # pylint: disable=redefined-builtin
        """Writes the same as a Parquet file, which must not be there; what does not exist is null."""
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError as error:
            raise ImportError("Parquet needs pyarrow (it is not installed) pip install pyarrow, or "
                              "take `moerate export --format csv`") from error
        if os.path.exists(file):
            raise FileExistsError(f"{file} exists (it is not replaced) remove it or name another")
        columns = {name: pyarrow.array(values, from_pandas=True)
                   for name, values in self._exported_columns(all, params).items()}
        parquet.write_table(pyarrow.table(columns), file)

    def parameters(self, label, n, replicate, at="fit"):
        """Parameters of one fit by name, lists as numpy arrays: {"gate", "expert", "atoms": [{"gate":
        {"w", "b"}, "expert": {"a", "b"}}...], ...}. at: "fit", "start" or "oracle"."""
        if self._exported is None:
            fits = json.loads(self._call("export", self.folder, "--format", "json",
                                         "--all"))["fits"]
            self._exported = {(fit["label"], fit["n"], fit["replicate"]): fit for fit in fits}
        fit = self._exported.get((label, n, replicate))
        if fit is None:
            raise KeyError(f"no fit {label!r} at n = {n}, replicate {replicate} in {self.folder}")
        measure = fit["measure" if at == "fit" else at]
        if measure is None:
            raise KeyError(f"{label!r}, n = {n}, replicate {replicate} is stored without parameters")
        return _arrays(measure)

    def rates(self):
        """The rows of `moerate rates --json`: a list of dicts."""
        return json.loads(self._call("rates", self.folder, "--json"))["rows"]

    def _exported_columns(self, every, params):
        """The columns of the export, numbers as arrays of numbers."""
        options = ["--all"] * bool(every) + ["--params"] * bool(params)
        rows = list(csv.reader(io.StringIO(self._call("export", self.folder, "--format", "csv",
                                                      *options))))
        return {name: _typed(name, [row[c] for row in rows[1:]]) for c, name in enumerate(rows[0])}

    def _call(self, *arguments):
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip() or f"{self.binary} failed ({done.returncode})")
        return done.stdout

    def _rows(self, query, values=()):
        names, found = [], []
        for file in self.files:
            store, version = _connected(file)
            try:
                if not version:
                    continue  # its run has just begun
                if version < FORMAT:
                    raise ValueError(f"{file} has format {version} (this reader knows {FORMAT}) "
                                     "run it again with this version's moerate")
                cursor = store.execute(query, values)
                columns = [column[0] for column in cursor.description]
                names += [name for name in columns if name not in names]
                found += [dict(zip(columns, row)) for row in cursor]  # older minors have others
            finally:
                store.close()
        return names, [tuple(row.get(name) for name in names) for row in found]

    def _table(self, rows):
        names = list(dict.fromkeys(name for row in rows for name in row))
        return self._table_of({name: _column([row.get(name) for row in rows]) for name in names})

    def _table_of(self, columns):
        return self._frames.DataFrame(columns) if self._frames else columns


def open(folder, binary=None, frames=None):  # pylint: disable=redefined-builtin
    """The results in a folder."""
    return Results(folder, binary, frames)


def _pandas():
    try:
        import pandas
        return pandas
    except ImportError:
        return None


def _connected(file):
    """A store that is no newer than this reader, and its format: 0 where it holds nothing yet."""
    store = sqlite3.connect(f"file:{_quoted(file)}?mode=ro", uri=True)
    try:
        version = store.execute("PRAGMA user_version").fetchone()[0]
        empty = not store.execute("SELECT 1 FROM sqlite_master").fetchone()
        if not empty and store.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise ValueError(f"{file} is no store of moerate (it is another SQLite file) name a "
                             "results folder")
        if version > FORMAT:
            raise ValueError(f"{file} has format {version} (this reader knows {FORMAT}) take the "
                             "reader of a newer moerate")
    except (ValueError, sqlite3.DatabaseError):
        store.close()
        raise
    return store, version


def _quoted(file):
    return os.path.abspath(file).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _sorted(rows, names):
    return sorted(rows, key=lambda row: tuple(row[name] for name in names))


def _column(values):
    """Numbers as an array in which NaN stands for what is not there; texts as objects."""
    if all(value is None or isinstance(value, (int, float)) for value in values):
        if any(value is None or isinstance(value, float) for value in values):
            return numpy.array([numpy.nan if value is None else value for value in values], float)
        return numpy.array(values, numpy.int64)
    return numpy.array(values, object)


def _typed(name, fields):
    """A column of texts as numbers where it is one; what is empty is None, in numbers NaN."""
    values = [None if field == "" else field for field in fields]
    if name in TEXTS:
        return numpy.array(values, object)
    for number in (int, float):
        try:
            return _column([value if value is None else number(value) for value in values])
        except ValueError:
            pass
    return numpy.array(values, object)


def _arrays(value):
    """Lists of numbers as arrays, all below a JSON value."""
    if isinstance(value, dict):
        return {name: _arrays(one) for name, one in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(one, dict) for one in value):
            return [_arrays(one) for one in value]
        return numpy.array(value, float)
    return value


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="moerate_reader", description="Writes the fits of a "
                                     "results folder as a Parquet file.")
    parser.add_argument("folder", help="results folder")
    parser.add_argument("file", help="Parquet file to write")
    parser.add_argument("--all", action="store_true",
                        help="also what the study does not ask for (in_study = 0)")
    parser.add_argument("--params", action="store_true", help="the fits' parameters by name")
    given = parser.parse_args(arguments)
    try:
        Results(given.folder).parquet(given.file, given.all, given.params)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        print(f"moerate_reader: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

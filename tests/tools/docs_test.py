#!/usr/bin/env python3
"""The manual says what the program does: the pages that the program makes are those of docs/, and
every command in a page's sh block runs. Arguments: BUILD_FOLDER COMPILER."""

import glob
import json
import math
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = ["README.md"] + sorted(os.path.relpath(page, ROOT)
                               for page in glob.glob(os.path.join(ROOT, "docs", "*.md")))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def moerate(*arguments):
    return subprocess.run([os.path.join(BUILD, "moerate"), *arguments], capture_output=True,
                          text=True, check=True).stdout


def own_files():
    """What a reader of the examples would have himself: data, and inputs to predict at."""
    draw = random.Random(1)
    data, inputs = ["x1,x2,y"], ["x1,x2"]
    for _ in range(200):
        x1, x2 = draw.uniform(-1, 1), draw.uniform(-1, 1)
        data.append(f"{x1},{x2},{math.tanh(2 * x1) * x2 + draw.gauss(0, 0.1)}")
        inputs.append(f"{x1},{x2}")
    return {"data.csv": data, "new.csv": inputs}


class Made(unittest.TestCase):
    """docs/NAME.md is what `moerate help TOPIC --format markdown` prints."""

    def test_keys(self):
        self.assertEqual(read("docs/experiment-file.md"), moerate("help", "keys", "--format", "markdown"))

    def test_commands(self):
        self.assertEqual(read("docs/commands.md"), moerate("help", "commands", "--format", "markdown"))


class Identifiability(unittest.TestCase):
    """docs/identifiability.md is made of its numbers, and the smallest of them are what `identify` finds."""

    def setUp(self):
        sys.path.insert(0, os.path.join(ROOT, "tools"))
        self.data = json.loads(read("docs/identifiability.json"))

    def test_the_page_is_that_of_its_numbers(self):
        from identifiability_page import page
        self.assertEqual(read("docs/identifiability.md"), page(self.data))

    def test_a_row_is_found_again(self):
        import importlib.machinery
        import importlib.util
        loader = importlib.machinery.SourceFileLoader("identifiability", os.path.join(ROOT, "tools", "identifiability"))
        tool = importlib.util.module_from_spec(importlib.util.spec_from_loader("identifiability", loader))
        loader.exec_module(tool)
        self.assertEqual(self.data["settings"], tool.SETTINGS)
        row = next(row for row in self.data["rows"] if row["gate"] == tool.GATES[0]
                   and row["expert"] == {"form": "ridge", "activation": "gelu"})
        self.assertEqual(tool.ask(os.path.join(BUILD, "moerate"), row["gate"], row["expert"]), row)


class Reasons(unittest.TestCase):
    def test_the_page_has_every_reason_with_its_threshold(self):
        table = {row[0].strip(" `"): row[-1].strip()
                 for row in (line.strip("|").split("|") for line in
                             read("docs/reading-the-table.md").splitlines() if line.startswith("| `"))}
        rules = json.loads(moerate("list", "reasons", "--json"))["reasons"]
        self.assertEqual(table, {rule["name"]: "" if rule["threshold"] is None else f"{rule['threshold']:g}"
                                 for rule in rules})


class Init(unittest.TestCase):
    """moerate init writes a file that is taken, of every family."""

    def written(self, *options):
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([os.path.join(BUILD, "moerate"), "init", os.path.join(folder, "own"),
                                  "-q", *options], capture_output=True, text=True, check=False)
            self.assertEqual(run.returncode, 0, f"{options}: {run.stderr}")
            file = os.path.join(folder, "own.toml")
            resolved = moerate("check", file, "--toml")
            self.assertIn("\n# ", open(file, encoding="utf-8").read())
            return resolved

    def test_every_family(self):
        families = json.loads(moerate("list", "--json"))
        for axis, option in (("scores", "--gate"), ("normalizers", "--gate"), ("experts", "--expert"),
                             ("activations", "--expert")):
            for member in families[axis]:
                with self.subTest(axis, member=member["name"]):
                    self.assertIn(f'"{member["name"]}"', self.written(option, member["name"]))

    def test_an_experiment_by_its_name(self):
        self.assertIn('id = "own"', self.written("--from", "000-1a"))

    def test_an_experiment_whose_truth_is_a_file(self):
        self.assertIn("measure = {d = 1", self.written("--from", "check-over-softmax"))


class Store(unittest.TestCase):
    def test_every_column_is_defined(self):
        page = read("docs/store.md")
        with tempfile.TemporaryDirectory() as folder:
            moerate("run", os.path.join(ROOT, "experiments/003-1a.toml"), "-q", "-o", folder, "--set",
                    "study.n=[32]", "--set", "study.replicates=1", "--set", "study.regression_samples=1",
                    "--device", "cpu")
            store = sqlite3.connect(os.path.join(folder, "store.sqlite"))
            tables = [row[0] for row in store.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            for table in tables:
                for column in store.execute(f"SELECT name FROM pragma_table_info('{table}')"):
                    with self.subTest(table, column=column[0]):
                        self.assertIn(f"`{column[0]}`", page)
            store.close()


class Examples(unittest.TestCase):
    def test_the_members_of_the_architecture_page_compile(self):
        """Each complete example, appended to its list, with the kernels that walk that list."""
        kinds = {"Score": ("SCORES", "sgd/sgd"), "Activation": ("ACTIVATIONS", "evaluate/evaluate"),
                 "Loss": ("LOSSES", "loss/loss")}
        examples = [block for block in blocks(read("docs/architecture.md"), "cpp")
                    if block.startswith("#include")]
        self.assertEqual(len(examples), len(kinds))
        for example in examples:
            name = re.search(r"struct (\w+)", example)[1]
            axis, kernels = next(value for kind, value in kinds.items() if name.endswith(kind))
            text = ("#define MOE_ISA isa_example\n#include <string_view>\n" + example
                    + f"#define MOE_MORE_{axis} , {name}\n#include \"kernels/{kernels}_cpu.cpp\"\n")
            with self.subTest(name):
                run = subprocess.run([COMPILER, "-std=c++17", "-march=x86-64-v3", "-fsyntax-only",
                                      "-fopenmp-simd", f"-I{ROOT}", "-xc++", "-"], input=text,
                                     capture_output=True, text=True, check=False)
                self.assertEqual(run.returncode, 0, run.stderr)


class Commands(unittest.TestCase):
    def test_every_command_runs(self):
        """A page's blocks run in one folder, one after another, as its reader would run them."""
        found = 0
        for page in PAGES:
            with self.subTest(page), tempfile.TemporaryDirectory() as folder:
                for name in ("experiments", "tools", "python", "docs"):
                    os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
                os.symlink(BUILD, os.path.join(folder, "build"))
                for name, lines in own_files().items():
                    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                        file.write("\n".join(lines) + "\n")
                path = BUILD + os.pathsep + os.environ["PATH"]
                for block in blocks(read(page), "sh"):
                    found += 1
                    run = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder,
                                         env={**os.environ, "PATH": path}, capture_output=True,
                                         text=True, check=False)
                    self.assertEqual(run.returncode, 0, f"{block}\n{run.stderr}")
        self.assertGreater(found, 10)

    def test_links_lead_somewhere(self):
        found = 0
        for page in PAGES:
            for link in re.findall(r"\[[^\]]+\]\(([^)#\s]+)\)", read(page)):
                if "://" not in link:
                    found += 1
                    with self.subTest(page, link=link):
                        self.assertTrue(os.path.exists(os.path.join(ROOT, os.path.dirname(page), link)))
        self.assertGreater(found, 10)


if __name__ == "__main__":
    BUILD, COMPILER = sys.argv[1], sys.argv[2]
    unittest.main(argv=sys.argv[:1])

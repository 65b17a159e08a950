#!/usr/bin/env python3
"""The manual says what the program does: the pages that the program makes are those of docs/, and
every command in a page's sh block runs. Argument: BUILD_FOLDER."""

import glob
import os
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


class Made(unittest.TestCase):
    """docs/NAME.md is what `moerate help TOPIC --format markdown` prints."""

    def test_keys(self):
        self.assertEqual(read("docs/experiment-file.md"), moerate("help", "keys", "--format", "markdown"))

    def test_commands(self):
        self.assertEqual(read("docs/commands.md"), moerate("help", "commands", "--format", "markdown"))


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


class Commands(unittest.TestCase):
    def test_every_command_runs(self):
        """A page's blocks run in one folder, one after another, as its reader would run them."""
        found = 0
        for page in PAGES:
            with self.subTest(page), tempfile.TemporaryDirectory() as folder:
                for name in ("experiments", "tools", "python", "docs"):
                    os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
                os.symlink(BUILD, os.path.join(folder, "build"))
                path = BUILD + os.pathsep + os.environ["PATH"]
                for block in blocks(read(page), "sh"):
                    found += 1
                    run = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder,
                                         env={**os.environ, "PATH": path}, capture_output=True,
                                         text=True, check=False)
                    self.assertEqual(run.returncode, 0, f"{block}\n{run.stderr}")
        self.assertGreater(found, 10)

    def test_experiments_in_pages_are_taken(self):
        for page in PAGES:
            for block in blocks(read(page), "toml"):
                with self.subTest(page), tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
                    file.write(block)
                    file.flush()
                    moerate("check", file.name)

    def test_links_lead_somewhere(self):
        for page in PAGES:
            for link in re.findall(r"\[[^\]]+\]\(([^)#\s]+)\)", read(page)):
                if "://" not in link:
                    with self.subTest(page, link=link):
                        self.assertTrue(os.path.exists(os.path.join(ROOT, os.path.dirname(page), link)))


if __name__ == "__main__":
    BUILD = sys.argv[1]
    unittest.main(argv=sys.argv[:1])

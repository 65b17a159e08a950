#!/usr/bin/env python3
"""tools/perf-report in small, and how it writes into its page. Argument: BUILD_FOLDER."""

import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, "tools", "perf-report")
sys.dont_write_bytecode = True
LOADER = importlib.machinery.SourceFileLoader("perf_report", TOOL)
perf_report = importlib.util.module_from_spec(importlib.util.spec_from_loader("perf_report", LOADER))
LOADER.exec_module(perf_report)
BUILD = ""


def rows_of(text):
    """The rows of the tables in a text, as lists of words."""
    lines = [line for line in text.splitlines() if line.startswith("|") and "---" not in line]
    return [[word.strip() for word in line.strip("|").split("|")] for line in lines]


class Page(unittest.TestCase):
    def test_a_part_takes_the_place_of_its_last_figures_alone(self):
        page = "a\n<!-- perf-report many -->\nold\n<!-- end of many -->\nb\n"
        self.assertEqual(perf_report.put(page, "many", "new\n"),
                         "a\n<!-- perf-report many -->\nnew\n<!-- end of many -->\nb\n")

    def test_without_its_marks_it_says_where_they_belong(self):
        with self.assertRaisesRegex(perf_report.Failed, "perf-report many"):
            perf_report.put("a page", "many", "new")

    def test_the_page_of_the_project_has_all_marks(self):
        with open(perf_report.PAGE, encoding="utf-8") as page:
            text = page.read()
        for part in perf_report.PARTS:
            self.assertIn("new figures", perf_report.put(text, part, "new figures"))


class Figures(unittest.TestCase):
    def run_tool(self, *arguments):
        return subprocess.run([TOOL, "--build", BUILD, *arguments], capture_output=True, text=True, check=False)

    def test_store_has_bytes_with_and_without_parameters(self):
        done = self.run_tool("--quick", "--part", "store")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Version ", done.stdout)
        large = [row for row in rows_of(done.stdout) if row[0] == "d = 32, k = 9"]
        size = {row[2]: int(row[3]) for row in large}
        # Two points of 9 (33 + 33) float64 numbers a fit, and what SQLite has around them.
        self.assertGreater(size["yes"] - size["no"], 0.9 * 2 * 594 * 8)
        self.assertLess(size["yes"] - size["no"], 1.5 * 2 * 594 * 8)

    def test_quick_figures_are_not_written(self):
        done = self.run_tool("--quick", "--write")
        self.assertEqual(done.returncode, 2)
        self.assertIn("leave one out", done.stderr)

    def test_a_command_that_fails_is_told(self):
        done = self.run_tool("--build", "/nowhere", "--quick")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("perf-report: error:", done.stderr)


if __name__ == "__main__":
    BUILD = sys.argv.pop(1)
    unittest.main()

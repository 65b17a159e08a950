#!/usr/bin/env python3
"""The installed program: complete, movable, and without need of the sources. Arguments: BUILD_FOLDER
CMAKE."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# What a user does, with the sources out of sight: $1 is the prefix.
SESSION = r"""
set -euo pipefail
PATH=$1/bin:$PATH
moerate doctor | grep -q '^gpu_needs'
moerate init mine --quiet
moerate init squared --gate quadratic/sigmoid --expert power --quiet
moerate init again --from 003-1a --quiet
grep -q 'id = "again"' again.toml
moerate check again.toml >/dev/null
moerate check squared.toml --toml >resolved.toml
moerate check resolved.toml --toml | cmp - resolved.toml
moerate run mine.toml --device cpu -q --set study.replicates=3 --set study.n='[100, 200]' >table
grep -q 'same family' table
moerate rates results/mine --json >rates.json
moerate export results/mine --format toml >stored.toml
moerate run stored.toml --device cpu -q -o results/stored >/dev/null
if moerate-plot results/mine -o again.pdf 2>plot.err; then test -s again.pdf; else grep -q matplotlib plot.err; fi
moerate export results/mine --format csv | cut -d, -f1-5,15- >one.csv
if moerate-plot rates.json -o figure.png 2>plot.err; then test -s figure.png; else grep -q matplotlib plot.err; fi
"""


def hidden(command):
    """The command with the source tree, and the build in it, out of sight; None where this machine
    does not let a test do so."""
    cover = ["unshare", "--mount", "--", "bash", "-c",
             f'mount -t tmpfs none "{ROOT}" && shift 0 && exec "$@"', "bash"]
    if shutil.which("unshare") and subprocess.run(cover + ["true"], capture_output=True,
                                                  check=False).returncode == 0:
        return cover + command
    return None


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(dir="/var/tmp")
        first = os.path.join(cls.folder, "first")
        subprocess.run([CMAKE, "--install", BUILD, "--prefix", first], check=True,
                       stdout=subprocess.DEVNULL)
        cls.prefix = os.path.join(cls.folder, "moved", "tree")
        os.makedirs(os.path.dirname(cls.prefix))
        os.rename(first, cls.prefix)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_there(self, command):
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)

    def test_it_works_without_the_sources(self):
        session = ["bash", "-c", SESSION, "bash", self.prefix]
        result = self.run_there(hidden(session) or session)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_no_file_of_it_knows_where_the_sources_are(self):
        for folder, _, names in os.walk(self.prefix):
            for name in names:
                with self.subTest(name), open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(ROOT.encode() + b"/", file.read())

    def test_every_command_has_a_manual_page(self):
        moerate = os.path.join(self.prefix, "bin", "moerate")
        lines = self.run_there([moerate, "complete", ""]).stdout.splitlines()
        commands = [line.split("\t")[0] for line in lines if not line.startswith("-")]
        self.assertIn("run", commands)
        for page in ["moerate"] + [f"moerate-{command}" for command in commands]:
            with open(os.path.join(self.prefix, "share/man/man1", page + ".1"), encoding="utf-8") as file:
                text = file.read()
            for part in (".TH", ".SH NAME", ".SH SYNOPSIS"):
                self.assertIn(part, text)

    def complete(self, line):
        """What bash offers behind a line."""
        script = os.path.join(self.prefix, "share/bash-completion/completions/moerate")
        command = (f'PATH={self.prefix}/bin:$PATH; compopt() {{ :; }}; . {script}; COMP_LINE=$1; '
                   'COMP_POINT=${#1}; _moerate; printf "%s\\n" "${COMPREPLY[@]}"')
        return self.run_there(["bash", "-c", command, "bash", line]).stdout.split("\n")[:-1]

    def test_bash_completes(self):
        self.assertEqual(self.complete("moerate che"), ["check"])
        self.assertIn("losses", self.complete("moerate list "))
        self.assertEqual(self.complete("moerate export results --format t"), ["toml"])
        self.assertIn("--save-every", self.complete("moerate run --s"))
        self.assertEqual(self.complete("moerate init --gate cosine/si"), ["cosine/sigmoid"])
        self.assertEqual(self.complete("moerate init --expert g"), ["gelu"])
        self.assertIn("linear,normalizer=topk", self.complete("moerate fit x.csv --gate score=l"))
        shutil.copy(os.path.join(ROOT, "experiments/003-1a.toml"), os.path.join(self.folder, "other.toml"))
        self.assertIn("other.toml", self.complete("moerate check o"))
        self.assertEqual(self.complete("moerate check other.toml --set fit.s"),
                         ["fit.softmax.", "fit.sigmoid."])

    def test_other_shells_read_their_completions(self):
        for shell, file in (("zsh", "zsh/site-functions/_moerate"),
                            ("fish", "fish/vendor_completions.d/moerate.fish")):
            script = os.path.join(self.prefix, "share", file)
            self.assertTrue(os.path.exists(script))
            if shutil.which(shell):
                self.assertEqual(self.run_there([shell, "-n", script]).stderr, "")


def configured(folder, *options):
    return subprocess.run([CMAKE, "-S", ROOT, "-B", folder, "-G", "Ninja", "-DMOE_CUDA=OFF", *options,
                           *options_of_this_build()], check=False, capture_output=True, text=True)


class OneBuildFolder(unittest.TestCase):
    def test_a_build_for_the_cpu_is_compiled_as_any(self):
        """What tools/quickstart configures compiles the same commands as this build, so that neither
        rebuilds what the other has built; but for what says whether there is CUDA, and which levels."""
        full = commands(BUILD)
        for level, other in (("v3", "v4"), ("v4", "v3")):
            with tempfile.TemporaryDirectory() as folder:
                result = configured(folder, "-DMOE_TESTS=OFF", f"-DMOE_LEVELS={level}")
                self.assertEqual(result.returncode, 0, result.stderr)
                quick = commands(folder)
            shared = [name for name in quick if name.startswith(("host/", "kernels/", "CMakeFiles/"))
                      and "cuda_" not in name and "cpu_levels" not in name]
            self.assertGreater(len(shared), 30)
            for name in shared:
                with self.subTest(name):
                    self.assertEqual(quick[name], full[name])
            made = [name for name in quick if name.startswith("kernels/sgd/")]
            self.assertEqual(made, [f"kernels/sgd/sgd_cpu.cpp{level}"])
            self.assertNotIn(f"_{other}.dir", " ".join(quick.values()))

    def test_one_level_is_neither_tested_nor_installed(self):
        with tempfile.TemporaryDirectory() as folder:
            tests = configured(folder, "-DMOE_LEVELS=v4")
            self.assertIn("the tests walk all levels", tests.stderr)
            self.assertEqual(configured(folder, "-DMOE_LEVELS=v4", "-DMOE_TESTS=OFF").returncode, 0)
            install = subprocess.run([CMAKE, "--install", folder, "--prefix", folder + "/prefix"],
                                     check=False, capture_output=True, text=True)
            self.assertNotEqual(install.returncode, 0)
            self.assertIn("run tools/setup portable", install.stderr)
            self.assertFalse(os.path.exists(folder + "/prefix"))


def options_of_this_build():
    with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    kept = ("CMAKE_BUILD_TYPE:", "MOE_SANITIZE:", "CMAKE_CXX_COMPILER:", "CMAKE_CXX_FLAGS:",
            "CMAKE_CXX_COMPILER_LAUNCHER:")
    return ["-D" + line for line in lines if line.startswith(kept)]


def commands(folder):
    with open(os.path.join(folder, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    found = {}
    for entry in entries:
        name, command = os.path.relpath(entry["file"], ROOT), entry["command"]
        made = os.path.relpath(entry["file"], folder)
        if "/Unity/" in made:  # several sources in one, which stands in the build folder
            name = made
            with open(entry["file"], encoding="utf-8") as file:
                command += file.read()
        level = re.search(r"_(v[34])\.dir|$", command)[1] or ""
        found[name + level] = command.replace(os.path.realpath(folder), "BUILD").replace(
            folder, "BUILD")
    return found


if __name__ == "__main__":
    BUILD, CMAKE = sys.argv[1], sys.argv[2]
    unittest.main(argv=sys.argv[:1])

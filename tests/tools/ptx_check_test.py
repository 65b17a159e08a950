"""Tests of tools/ptx-check with a made-up emulator, whose programs do as they are told."""

import os
import stat
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, "tools", "ptx-check")

# relink BUILD OUT PROGRAM...: copies the programs that stand beside it.
RELINK = """#!/bin/sh
cp "$(dirname "$0")"/test_gpu "$(dirname "$0")"/moerate "$2"
"""
TEST_GPU = """#!/bin/sh
echo "$@ $PTXRUN_SCHEDULE $PTXRUN_RACE $LD_LIBRARY_PATH" >> {log}
[ -z "$PTXRUN_RACE" ] || echo "{said}" >&2
exit {code}
"""
# A study's folder holds the name of its device.
MOERATE = """#!/bin/sh
case $1 in
list) echo '{{"scores": [], "normalizers": [], "experts": [], "activations": []}}' ;;
run) while [ $# -gt 0 ]; do case $1 in --device) device=$2 ;; -o) folder=$2 ;; esac; shift; done
    echo $device > $folder ;;
export) echo "label,status,mse,seconds"
    if [ $(cat $2) = cpu ]; then echo "a,ok,0.5,1"; else echo "{row}"; fi ;;
esac
"""


class Check(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.log = os.path.join(self.folder.name, "log")
        self.build = os.path.join(self.folder.name, "build")
        os.mkdir(self.build)
        self.write("build/libmoe_cuda.a", "")
        self.write("libcudart.so.13", "")

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, stat.S_IRWXU)

    def check(self, *options, said="ptxrun: watched: nothing found", code=0, row="a,ok,0.5,9"):
        self.write("relink", RELINK)
        self.write("test_gpu", TEST_GPU.format(log=self.log, said=said, code=code))
        self.write("moerate", MOERATE.format(row=row))
        return self.run_tool("--emulator", self.folder.name, "--build", self.build, "--quick", *options)

    @staticmethod
    def run_tool(*arguments, **environment):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PTXRUN", "MOERATE"))}
        return subprocess.run([sys.executable, TOOL, *arguments], env={**clean, **environment},
                              capture_output=True, text=True, check=False)

    def test_all_ways_pass(self):
        run = self.check()
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual(run.stdout.count("passed"), 8)
        with open(self.log, encoding="utf-8") as file:
            self.assertEqual([line.split() for line in file],
                             [["[small]", *way, os.path.join(self.build, "stand-in")]
                              for way in ([], ["serial"], ["random"], ["1"])])

    def test_a_race_fails(self):
        run = self.check("--way", "watched", said="ptxrun: kernel: race in shared memory")
        self.assertEqual(run.returncode, 1)
        self.assertIn("tests, watched: FAILED", run.stdout)
        self.assertIn("race in shared memory", run.stdout)

    def test_a_failed_test_fails(self):
        run = self.check("--way", "lockstep", code=3)
        self.assertEqual(run.returncode, 1)
        self.assertIn("exit code 3", run.stdout)

    def test_fits_agree_but_for_rounding(self):
        for row, code in (("a,ok,0.5004,9", 0), ("a,ok,0.501,9", 1), ("a,ok,nan,9", 1),
                          ("a,ok,,9", 1), ("a,not finite,0.5,9", 1)):
            run = self.check("--way", "lockstep", row=row)
            self.assertEqual(run.returncode, code, row)
            self.assertEqual("on the CPU" in run.stdout, code == 1)

    def test_skips(self):
        for run in (self.run_tool(), self.run_tool("--emulator", self.build),
                    self.run_tool(MOERATE_PTX_EMULATOR=self.build)):
            self.assertEqual((run.returncode, run.stdout), (77, ""))
            self.assertIn("nothing was checked", run.stderr)
        os.remove(os.path.join(self.build, "libmoe_cuda.a"))
        self.assertEqual(self.check().returncode, 77)


if __name__ == "__main__":
    unittest.main()

"""Tests of tools/kernel-report and cmake/record_nvcc: made-up records, code and compilers."""

import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))

import sass  # noqa: E402
from kernel_build import add_code, compile_seconds, functions_in, readable, sections_of  # noqa: E402

SAID = """ptxas info    : 272 bytes gmem
ptxas info    : Compiling entry function '_Z3sgdIfEvPT_' for 'sm_80'
ptxas info    : Function properties for _Z3sgdIfEvPT_
    24 bytes stack frame, 20 bytes spill stores, 44 bytes spill loads
ptxas info    : Used 168 registers, used 1 barriers, 24 bytes cumulative stack size, 256 bytes smem
ptxas info    : Compile time = 141.778 ms
ptxas info    : Function properties for _Z6helperPKfi
    16 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Compiling entry function '_Z3sgdIfEvPT_' for 'sm_90'
ptxas info    : Function properties for _Z3sgdIfEvPT_
    400 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 40 registers, used 0 barriers
"""


def elf(sections):
    """An ELF file: header, contents, section headers, in this order."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in sections) + b".names\0"
    contents = [*sections.values(), names]
    table = 64 + sum(map(len, contents))
    header = b"\x7fELF" + bytes(12) + struct.pack("<HHIQQQIHHHHHH", 2, 190, 1, 0, 0, table, 0, 64,
                                                  56, 0, 64, len(contents) + 1, len(contents))
    headers = bytes(64)
    offset = 64
    for name, content in zip([*sections, ".names"], contents):
        at = names.index(b"\0" + name.encode() + b"\0") + 1
        headers += struct.pack("<IIQQQQIIQQ", at, 1, 0, 0, offset, len(content), 0, 0, 1, 0)
        offset += len(content)
    return header + b"".join(contents) + headers


class Record(unittest.TestCase):
    def test_ptxas_output(self):
        first, helper, second = functions_in(SAID)
        self.assertEqual((first.arch, first.registers, first.shared), ("sm_80", 168, 256))
        self.assertEqual((first.stack, first.spill_stores, first.spill_loads), (24, 20, 44))
        self.assertEqual((helper.symbol, helper.kernel, helper.arch, helper.stack),
                         ("_Z6helperPKfi", False, "sm_80", 16))
        self.assertEqual((second.arch, second.registers, second.shared), ("sm_90", 40, 0))
        self.assertEqual((second.stack, second.spill_stores, second.spill_loads), (400, 0, 0))

    def test_seconds(self):
        self.assertEqual(compile_seconds("seconds 9.0 2.5 0.25 cached no"), 2.75)
        self.assertEqual(compile_seconds("seconds 9,0 2,5 0,25 cached no"), 2.75)
        self.assertIsNone(compile_seconds("seconds 0.1 0.1 0.0 cached yes"))

    def test_names(self):
        for demangled, name in [
                ("void moerate::isa_cuda::run_tasks<moerate::SgdTask<float> >"
                 "(moerate::SgdTask<float> const*, int, char*, unsigned long)", "sgd<float>"),
                ("void moerate::run_tasks<moerate::SummaryTask>(moerate::SummaryTask const*)",
                 "summary"),
                ("void a::run_large_tasks<a::SgdTask<float> >(a::SgdTask<float> const*, int)",
                 "sgd<float> (large)"),
                ("void a::run_tasks<a::SgdTask<float>, true>(int)", "sgd<float, true>"),
                ("void a::run_tasks<a::SummaryTask, false>(int)", "summary<false>"),
                ("void a::(anonymous namespace)::sgd_warp<float, 9, (a::Gate)1>(a::T<float>)",
                 "sgd_warp<float, 9, (Gate)1>"),
                ("moerate::LossParts moerate::measure<moerate::BlockLanes>(int)",
                 "measure<BlockLanes>"),
                ("moerate::(anonymous namespace)::do_nothing(int)", "do_nothing"),
                ("a::Distance<a::cost(a::Rows const&)::{lambda(int)#1}>::operator()(double) const", "Distance::operator()"),
                ("__internal_accurate_pow", "__internal_accurate_pow")]:
            self.assertEqual(readable(demangled), name)

    def test_machine_code(self):
        # one without content, MAX_THREADS 64 x 2 x 1, and one whose content looks like MAX_THREADS
        info = struct.pack("<BBH", 3, 5, 12) + struct.pack("<BBHIII", 4, 5, 12, 64, 2, 1)
        info += struct.pack("<BBH", 4, 0x12, 16) + struct.pack("<BBHIII", 4, 5, 12, 1, 1, 1)
        cubin = elf({".text._Z3sgdIfEvPT_": bytes(48), ".nv.info._Z3sgdIfEvPT_": info})
        function = functions_in(SAID)[0]
        add_code(function, sections_of(cubin))
        self.assertEqual((function.code, function.threads), (48, 128))


# A loop in a loop, and behind the end a piece of the inner one that jumps back into its middle: it
# belongs to the loop and makes none of its own.
CODE = """
.text.kernel:
        /*0000*/                   MOV R1, c[0x0][0x28] ;
.L_x_0:
        /*0010*/                   LDS.128 R4, [R2] ;
.L_x_1:
        /*0020*/                   FFMA R4, R4, R5, R6 ;
        /*0030*/                   BRA.DIV UR4, `(.L_x_5) ;
        /*0040*/                   LD.E R7, [R8] ;
.L_x_2:
        /*0050*/             @P0   BRA `(.L_x_1) ;
        /*0060*/                   STS [R2], R4 ;
        /*0070*/                   BRA P1, `(.L_x_0) ;
        /*0080*/                   EXIT ;
.L_x_5:
        /*0090*/                   SHFL.BFLY PT, R4, R5, 0x1, 0x1f ;
        /*00a0*/                   BRA `(.L_x_2) ;
.L_x_6:
        /*00b0*/                   BRA `(.L_x_6);
        /*00c0*/                   NOP;
"""


class Sass(unittest.TestCase):
    def test_classes(self):
        for opcode, name in [("FFMA", "FFMA"), ("FADD.FTZ", "FADD+FMUL"), ("DFMA", "FP64"),
                             ("HMMA.16816.F32", "MMA"), ("LDS.U.128", "LDS.128"), ("LDS", "LDS.32"),
                             ("LDSM.16.M88.4", "LDSM"), ("LDGSTS.E.BYPASS.128", "LDGSTS"),
                             ("LDG.E.128", "LDG"), ("LD.E", "LD"), ("LDC", "other"), ("ST.E", "ST"),
                             ("STL.64", "STL"), ("LDL", "LDL"), ("IMAD.MOV.U32", "other")]:
            self.assertEqual(sass.class_of(opcode), name, opcode)

    def test_loops(self):
        instructions, labels = sass.functions_of(CODE)["kernel"]
        self.assertEqual(sass.counts_of(instructions).total(), 12)
        inner, outer = sass.loops_of(instructions, labels)
        self.assertEqual((inner.address, inner.depth), (0x20, 2))
        self.assertEqual(dict(inner.counts), {"FFMA": 1, "LD": 1, "SHFL": 1, "other": 3})
        self.assertEqual((outer.address, outer.depth), (0x10, 1))
        self.assertEqual(dict(outer.counts), {"LDS.128": 1, "STS": 1, "other": 1})

    def test_table_of_jumps(self):
        text = """.text.kernel:
.L_x_0:
        /*0000*/  BRX R2 -0x10 (*"BRANCH_TARGETS .L_x_1,.L_x_2"*);
.L_x_1:
        /*0010*/  FADD R1, R1, R1 ;
        /*0020*/  BRA `(.L_x_0) ;
.L_x_2:
        /*0030*/  EXIT ;
"""
        loop, = sass.loops_of(*sass.functions_of(text)["kernel"])
        self.assertEqual(dict(loop.counts), {"FADD+FMUL": 1, "other": 2})


    def test_convergence(self):
        # threads meet at BSYNC and go on where BSSY says, here back at the head of the loop
        text = """.text.kernel:
.L_x_0:
        /*0000*/  BSSY B0, `(.L_x_2) ;
        /*0010*/  @P0 BRA `(.L_x_1) ;
        /*0020*/  FADD R1, R1, R1 ;
        /*0030*/  BSYNC B0 ;
.L_x_1:
        /*0040*/  FMUL R1, R1, R1 ;
        /*0050*/  BSYNC B0 ;
        /*0060*/  EXIT ;
.L_x_2:
        /*0070*/  @P1 BRA `(.L_x_0) ;
        /*0080*/  EXIT ;
"""
        loop, = sass.loops_of(*sass.functions_of(text)["kernel"])
        self.assertEqual(dict(loop.counts), {"FADD+FMUL": 2, "other": 5})


class Folder(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = place.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)


class Report(Folder):
    def build(self, said=SAID, took="seconds 9.0 8.0 0.5 cached no", source="sgd.cu"):
        """A build folder of one source."""
        self.write("compile_commands.json", json.dumps([
            {"directory": self.folder, "file": os.path.join(self.folder, source),
             "command": f"nvcc -c {source} -o made.o"}]))
        self.write("made.o", "")
        self.write("made.o.nvcc", took + "\n" + said)

    def report(self, *options):
        """With a cuobjdump that unpacks code.cubin for sm_90 and none for others."""
        unpack = f"cp '{self.path('code.cubin')}' x.1.sm_90.cubin"
        self.write("cuobjdump", f"#!/bin/sh\n{unpack}\n", 0o755)
        if not os.path.exists(self.path("code.cubin")):
            with open(self.path("code.cubin"), "wb") as file:
                file.write(elf({".text._Z3sgdIfEvPT_": bytes(48)}))
        tool = os.path.join(ROOT, "tools", "kernel-report")
        path = self.folder + os.pathsep + os.environ["PATH"]
        return subprocess.run([sys.executable, tool, self.folder, *options], capture_output=True,
                              text=True, check=False, env={**os.environ, "PATH": path})

    def test_a_spill_fails_and_is_named(self):
        self.build()
        self.assertEqual((run := self.report("--fail-on-spill", "sgd")).returncode, 1)
        self.assertIn("sgd<float> on sm_80 spills: 20 bytes of stores, 44 of loads", run.stderr)
        self.assertNotIn("sm_90", run.stderr)  # 400 bytes of stack, but no spill
        check = ("--fail-on-spill", "sgd", "--most-spill")
        self.assertEqual([self.report(*check, most).returncode for most in ("44", "43")], [0, 1])

    def test_a_called_function_counts(self):
        self.build(SAID.replace("20 bytes spill stores, 44", "0 bytes spill stores, 0")
                   .replace("16 bytes stack frame, 0 bytes spill stores, 0",
                            "16 bytes stack frame, 8 bytes spill stores, 12"))
        run = self.report("--fail-on-spill", "sgd")
        self.assertEqual(run.returncode, 1)
        self.assertIn("helper on sm_80 spills: 8 bytes of stores, 12 of loads", run.stderr)

    def test_no_spill_passes(self):
        self.build(SAID.replace("20 bytes spill stores, 44", "0 bytes spill stores, 0"))
        self.assertEqual(self.report("--fail-on-spill", "sgd").returncode, 0)

    def test_a_kernel_that_is_not_there_cannot_pass(self):
        self.build()
        run = self.report("--fail-on-spill", "sdg")
        self.assertEqual((run.returncode, "no kernel is called sdg" in run.stderr), (2, True))

    def test_compile_time(self):
        self.build()
        self.assertEqual(self.report("--max-compile-seconds", "8.6").returncode, 0)
        run = self.report("--max-compile-seconds", "8.4")  # one source, so two cores do not help
        self.assertEqual(run.returncode, 1)
        self.assertIn("8.5 s of one core, about 8.5 s on 2 cores", run.stderr)
        self.build(took="seconds 0.1 0.1 0 cached yes")
        run = self.report("--max-compile-seconds", "8.4")
        self.assertEqual(run.returncode, 0)
        self.assertIn("not checked: unknown, ccache had 1 of 1 sources", run.stdout)

    def test_tables_and_json(self):
        self.build()
        cells = [cell.strip() for cell in self.report("--arch", "sm_90").stdout.split("|")]
        at = cells.index("sgd<float>")
        self.assertEqual(cells[at + 1:at + 9], ["sm_90", "-", "40", "400", "0", "0", "0", "48"])
        document = json.loads(self.report("--json", "--kernel", "^sgd").stdout)
        self.assertEqual([k["registers"] for k in document["kernels"]], [168, 40])
        self.assertEqual([k["code"] for k in document["kernels"]], [None, 48])
        self.assertEqual(document["compile_seconds"], 8.5)

    def test_without_cuda_it_is_skipped(self):
        self.build(source="sgd.cpp")
        self.assertEqual(self.report("--fail-on-spill", "sgd").returncode, 77)

    def test_without_record_it_says_what_to_do(self):
        self.build()
        os.remove(self.path("made.o.nvcc"))
        run = self.report()
        self.assertEqual(run.returncode, 2)
        self.assertIn("build it: cmake --build", run.stderr)


class Launcher(Folder):
    def compile(self, compiler, *arguments, name="nvcc", **variables):
        self.write(name, "#!/bin/sh\n" + compiler, 0o755)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CCACHE")}
        launcher = os.path.join(ROOT, "cmake", "record_nvcc")
        return subprocess.run([launcher, self.path(name), *arguments], capture_output=True,
                              text=True, check=False, env={**environment, **variables})

    def record(self):
        with open(self.path("a.o.nvcc"), encoding="utf-8") as file:
            return file.read()

    def test_record_and_quiet_build(self):
        said = SAID + "ptxas info    : (C7510) Potential Performance Loss\na.cu(3): warning: x\n"
        run = self.compile(f"cat >&2 <<'END'\n{said}END\n", "-c", "a.cu", "-o", self.path("a.o"))
        self.assertEqual(run.returncode, 0)
        self.assertEqual(run.stderr, "".join(said.splitlines(True)[-2:]))
        took, kept = self.record().split("\n", 1)
        self.assertRegex(took, r"^seconds [\d.]+ [\d.]+ [\d.]+ cached no$")
        self.assertEqual(kept, said)
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.o.nvcc", "nvcc"])

    def test_failure_passes_through(self):
        self.write("a.o.nvcc", "of an earlier compile")
        run = self.compile("echo error >&2; exit 3", "-o", self.path("a.o"))
        self.assertEqual((run.returncode, run.stderr), (3, "error\n"))
        self.assertFalse(os.path.exists(self.path("a.o.nvcc")))

    def test_ccache(self):
        for stats, variables, cached in [("direct_cache_hit", {}, "yes"), ("cache_miss", {}, "no"),
                                         ("", {}, "yes"), ("", {"CCACHE_DISABLE": "1"}, "no")]:
            self.compile(f'echo "{stats}" >"$CCACHE_STATSLOG"', "-o", self.path("a.o"),
                         name="ccache", **variables)
            self.assertIn(f"cached {cached}\n", self.record())


if __name__ == "__main__":
    unittest.main()

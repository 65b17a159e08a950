"""The house rules of docs/architecture.md that a reader relies on: the order of floors, headers that
compile alone, files and functions that fit on few screens, no part that outlives its whole. Arguments: BUILD_FOLDER COMPILER."""

import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import unittest

import lifetimes

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# From the ground up; a file may include its own floor's folder and what lies below.
FLOORS = [
    ["kernels/core"],
    ["kernels/spec", "kernels/rng"],
    ["kernels/family"],
    ["kernels/model"],
    ["kernels/data", "kernels/start", "kernels/sgd", "kernels/lse", "kernels/evaluate",
     "kernels/risk", "kernels/loss", "kernels/rates"],
    ["kernels/task"],
    ["kernels/cuda"],
    ["bindings"],  # *_cpu.cpp and *_cuda.cu of the entry points
    ["host/core"],
    ["host/measure", "host/device"],
    ["host/estimate"],
    ["host/study", "host/data"],
    ["host/store"],
    ["host/rates", "host/run"],
    ["host/probe"],
    ["host/cli"],
    ["host/main.cpp"],
]
FLOOR_OF = {folder: floor for floor, folders in enumerate(FLOORS) for folder in folders}
MOST_LINES = 300
MOST_FUNCTION_LINES = 60


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def sources(*endings):
    """The project's own files, as git lists them; all files where the tree is no clone."""
    found = []
    for top in ("kernels", "host", "tests", "tools"):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            found += [os.path.relpath(os.path.join(folder, name), ROOT)
                      for name in names if name.endswith(endings)]
    if not found:
        raise FileNotFoundError(f"{ROOT} has no {endings}")
    return sorted(found)


def room(path):
    """The folder that says on which floor a file stands."""
    return "/".join(path.split("/")[:2])


def included(text):
    return re.findall(r'^#include "((?:kernels|host)/[^"]+)"', text, re.M)


def upward(path, text):
    """Includes of a file that run upward, or to a neighbour on the same floor."""
    own = room(path)
    binding = own.startswith("kernels/") and path.endswith(("_cpu.cpp", "_cuda.cu"))
    floor = FLOOR_OF["bindings"] if binding else FLOOR_OF[own]
    return [name for name in included(text)
            if room(name) != own and FLOOR_OF[room(name)] >= floor]


def functions(text):
    """(first line, lines) of every function: house style puts a function's braces on lines of their
    own, in the column of its declaration."""
    found = []
    opened = {}
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        brace = re.fullmatch(r"( *)([{}])[;,)]*", line)
        if not brace:
            continue
        column = len(brace[1])
        if brace[2] == "{":
            opened[column] = number
        elif column in opened:
            first = opened.pop(column)
            head = number_of_head(lines, first)
            if not re.match(r" *(template.*)?(class|struct|namespace|enum|union|extern)\b",
                            lines[head - 1]):
                found.append((head, number - head + 1))
    return found


def number_of_head(lines, brace):
    """Line where the declaration before a brace begins."""
    head = brace - 1
    while head > 1 and lines[head - 2].strip() and not re.search(
            r"[;{}:]\s*$|^\s*(//|#)|>\s*$", lines[head - 2]):
        head -= 1
    return head


class Floors(unittest.TestCase):
    def test_no_arrow_runs_upward(self):
        for path in sources(".h", ".cpp", ".cu"):
            if path.startswith(("kernels/", "host/")):
                with self.subTest(path):
                    self.assertEqual(upward(path, read(path)), [])

    def test_an_upward_arrow_is_seen(self):
        up = '#include "kernels/model/shape.h"\n'
        self.assertEqual(upward("kernels/family/own.h", up), ["kernels/model/shape.h"])
        self.assertEqual(upward("kernels/sgd/own.h", up), [])
        side = '#include "kernels/risk/risk_api.h"\n'
        self.assertEqual(upward("kernels/loss/own.h", side), ["kernels/risk/risk_api.h"])
        self.assertEqual(upward("kernels/loss/own_cpu.cpp", '#include "kernels/task/own.h"\n'), [])

    def test_the_page_shows_this_order(self):
        page = re.sub(r" +(kernels|host)/\n", " ", read("docs/architecture.md"))
        order = " < ".join(" ".join(name.split("/")[-1] for name in floor) for floor in FLOORS[:-1])
        self.assertIn(order, " ".join(page.split()))


class Members(unittest.TestCase):
    def test_what_a_member_leaves_out_is_its_axis_s_default(self):
        """kernels/family/defaults.h; nobody detects what a member declares."""
        for path in sources(".h", ".cpp", ".cu"):
            with self.subTest(path):
                self.assertNotIn("void_t", read(path))


class Sizes(unittest.TestCase):
    def test_files(self):
        for path in sources(".h", ".cpp", ".cu", ".py"):
            with self.subTest(path):
                self.assertLessEqual(read(path).count("\n"), MOST_LINES)

    def test_functions(self):
        for path in sources(".h", ".cpp", ".cu"):
            long = [one for one in functions(read(path)) if one[1] > MOST_FUNCTION_LINES]
            with self.subTest(path):
                self.assertEqual(long, [])

    def test_a_long_function_is_seen(self):
        text = "namespace a\n{\n\nint f(int a,\n      int b)\n{\n" + "    ++a;\n" * 3 + "}\n\n}\n"
        self.assertEqual(functions(text), [(4, 7)])


class Lifetimes(unittest.TestCase):
    def test_no_range_or_reference_is_part_of_a_temporary(self):
        texts = {path: read(path) for path in sources(".h", ".cpp", ".cu")}
        references = lifetimes.give_references(texts.values())
        for path, text in texts.items():
            with self.subTest(path):
                self.assertEqual(lifetimes.dangling(text, references), [])

    def test_a_part_of_a_temporary_is_seen(self):
        references = lifetimes.give_references(["json const& root() const;\nstatic std::vector<A>& all(int);\n"])
        for said in ('json::parse(run.out)["curves"]', 'parse(a).at("b")', 'f(x).fits.front()', "f(x).fits[0]",
                     'json{{"a", 1}}["a"]', "made()->curves", "*found(x)", "json::parse(\n    out)[\"a\"].items()",
                     'more ? root()["a"] : f()["b"]'):
            for begun in (f"    for (auto const& a : {said})\n", f"json const& a = {said};\n",
                          f"auto& a = {said};\n"):
                with self.subTest(begun):
                    self.assertEqual(lifetimes.dangling(f"// f(){{[\n{begun}", references),
                                     [(2, " ".join(lifetimes.without_words(said).split()))])
        for said in ("json::parse(run.out)", "f(x).fits", 'root()["a"]', "all(f(x)[0]).front().a[f()[1]]",
                     'a["b"].items()', "{&a.at(0).b, &c[0].d}", "*static_cast<A const*>(memory)", 'f("g()[0]")'):
            with self.subTest(said):
                self.assertEqual(lifetimes.dangling(f"for (auto& a : {said}) f()[0];", references), [])


# What many headers read in any case and that takes long to read, by the include that says so: compiled once
# for all of these. A header is compiled after the first that it leads to.
SHARED = {"<nlohmann/json.hpp>": "cmake/json_library.h", '"kernels/model/layout.h"': "kernels/model/layout.h"}


def leads_to(path, include, seen=None):
    """Whether a file has this include, itself or by another of the project's."""
    seen = set() if seen is None else seen
    seen.add(path)
    text = read(path) if os.path.exists(os.path.join(ROOT, path)) else ""
    return f"#include {include}" in text or any(
        leads_to(other, include, seen)
        for other in re.findall(r'^#include "([^"]+)"', text, re.M) if other not in seen)


def shared_by(path):
    """The header of SHARED that it is compiled after, or None."""
    return next((header for include, header in SHARED.items() if leads_to(path, include)), None)


def opens_with(text):
    """What a header of the project includes before it says anything; None where it begins otherwise."""
    said = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S).split("\n")
    first = next((line for line in said if line.strip() not in ("", "#pragma once")), "")
    name = re.match(r'#include "([^"]+)"', first)
    return name[1] if name else None


class Headers(unittest.TestCase):
    """Every header compiles alone; nvcc's own are included by what it compiles. Of what is SHARED it reads
    the compiled form: it would read the text before it says anything itself, or by another header, which
    is compiled alone as well. A header that another one opens with is compiled there, with nothing before
    it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.shared = {}
        for header in SHARED.values():
            path = cls.shared[header] = os.path.join(cls.folder.name, os.path.basename(header))
            with open(path, "w", encoding="utf-8") as file:
                file.write(f'#include "{header}"\n')
            cls.compiler("-x", "c++-header", path, "-o", path + ".gch").check_returncode()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @staticmethod
    def compiler(*arguments):
        return subprocess.run(
            [COMPILER, "-std=c++17", "-march=x86-64-v3", "-fopenmp-simd", f"-I{ROOT}",
             f"-I{os.path.join(BUILD, 'generated')}", *arguments],
            capture_output=True, text=True, check=False)

    def compiles(self, text, *more):
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, "alone.cpp")
            with open(source, "w", encoding="utf-8") as file:
                file.write(text)
            run = self.compiler("-fsyntax-only", *more, source)
        return run.stderr if run.returncode else ""

    def compiles_alone(self, path):
        shared = shared_by(path)
        more = ["-include", self.shared[shared]] if shared else []
        return self.compiles(f'#include "{path}"\n', *more)

    def test_each_header_alone(self):
        headers = [path for path in sources(".h") if not re.search(
            r"cudaStream|cudaError|__global__|cuda_runtime|kernels/cuda/(check|launch)\.h", read(path))]
        opened = {opens_with(read(path)) for path in headers
                  if shared_by(path) == shared_by(opens_with(read(path)) or path)}
        headers = [path for path in headers if path not in opened]
        self.assertGreater(len(headers), 200)
        with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            said = pool.map(self.compiles_alone, headers)
        for path, text in zip(headers, said):
            with self.subTest(path):
                self.assertEqual(text, "")

    def test_what_a_header_opens_with(self):
        self.assertEqual(opens_with('#pragma once\n\n/// @file\n#include "a.h" // x\n'), "a.h")
        for other in ('#include <map>\n#include "a.h"\n', '#define A\n#include "a.h"\n', "int a;\n"):
            self.assertIsNone(opens_with("#pragma once\n" + other))

    def test_a_header_that_needs_another_is_seen(self):
        self.assertIn("string", self.compiles("inline std::string f();\n"))


class MachineCode(unittest.TestCase):
    """What the text asks the cache for, the machine is told: g++ leaves out calls that have no effect but a
    __builtin_prefetch. Objects of the build, where it has them."""

    ASKING = ["data/generate", "evaluate/evaluate", "lse/linearize", "risk/risk", "sgd/sgd"]

    def test_kernels_ask_for_what_they_read_next(self):
        objects = [os.path.join(BUILD, "CMakeFiles", f"moe_kernels_{level}.dir", "kernels", f"{kernel}_cpu.cpp.o")
                   for level in ("v3", "v4") for kernel in self.ASKING]
        objects = [path for path in objects if os.path.exists(path)]
        if not objects:
            self.skipTest("the build has no objects of kernels")
        for path in objects:
            with self.subTest(path), subprocess.Popen(
                    ["objdump", "--disassemble", "--no-show-raw-insn", path], stdout=subprocess.PIPE,
                    text=True) as run:
                self.assertTrue(any("\tprefetch" in line for line in run.stdout))
                run.stdout.read()


if __name__ == "__main__":
    BUILD, COMPILER = sys.argv[1], sys.argv[2]
    unittest.main(argv=sys.argv[:1])

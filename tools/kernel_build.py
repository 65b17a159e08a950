"""What a build knows of its CUDA kernels: the notes of cmake/record_nvcc and the machine code."""

import json
import os
import re
import shlex
import shutil
import struct
import subprocess
import tempfile
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class ReportError(Exception):
    """What is wrong (why) what to do."""


@dataclass
class Function:
    """A kernel, or a device function that was not inlined (`kernel` is False), on one architecture.

    Sizes in bytes. `stack` is local memory: indexed arrays and spilled values; `shared` is static
    shared memory, `threads` the launch bound, `code` the size of the machine code. None: unknown.
    """
    symbol: str
    arch: str
    kernel: bool
    stack: int = 0
    spill_stores: int = 0
    spill_loads: int = 0
    registers: int = None
    shared: int = 0
    threads: int = None
    code: int = None
    name: str = ""
    source: str = ""


@dataclass
class Source:
    """A CUDA source of the build; `seconds` of one core that its compile took, None where ccache
    had the result."""
    path: str
    object: str
    seconds: float
    functions: list = field(default_factory=list)


def sources_of(build):
    """All CUDA sources of a build folder, with their kernels. Empty where the build has no CUDA."""
    path = os.path.join(build, "compile_commands.json")
    try:
        with open(path, encoding="utf-8") as file:
            commands = json.load(file)
    except OSError as error:
        raise ReportError(f"cannot read {path} ({error.strerror}) name a build folder that cmake "
                          "has configured") from error
    sources = [read_source(c) for c in commands if c["file"].endswith(".cu")]
    names = readable_names([f.symbol for source in sources for f in source.functions])
    for source in sources:
        for function in source.functions:
            function.name = names[function.symbol]
    return sources


def read_source(command):
    """The record of one entry of compile_commands.json."""
    words = shlex.split(command["command"])
    target = os.path.join(command["directory"], words[words.index("-o") + 1])
    path = os.path.relpath(command["file"], ROOT)
    try:
        with open(target + ".nvcc", encoding="utf-8") as file:
            took, said = file.read().split("\n", 1)
        cubins = cubins_of(target)
    except OSError as error:
        raise ReportError(f"no record of {path} ({error.filename}: {error.strerror}) build it: "
                          f"cmake --build {os.path.relpath(command['directory'])}") from error
    source = Source(path, target, compile_seconds(took), functions_in(said))
    for function in source.functions:
        function.source = path
        if function.arch in cubins:
            add_code(function, sections_of(cubins[function.arch]))
    return source


def compile_seconds(took):
    """Seconds of one core, by a record's first line: `seconds WALL USER SYSTEM cached yes|no`."""
    _, _, user, system, _, cached = took.replace(",", ".").split()  # some locales write 1,5
    return float(user) + float(system) if cached == "no" else None


def functions_in(said):
    """Kernels and other functions in what `ptxas -v` said."""
    functions = {}
    arch = None
    current = None
    for line in said.splitlines():
        if match := re.search(r"Compiling entry function '(\S+)' for '(\w+)'", line):
            arch = match[2]
            functions[match[1], arch] = Function(match[1], arch, True)
        elif match := re.search(r"Function properties for (\S+)", line):
            current = functions.setdefault((match[1], arch), Function(match[1], arch, False))
        elif match := re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, "
                                r"(\d+) bytes spill loads", line):
            current.stack, current.spill_stores, current.spill_loads = map(int, match.groups())
        elif match := re.search(r"Used (\d+) registers", line):
            current.registers = int(match[1])
            if match := re.search(r"(\d+) bytes smem", line):
                current.shared = int(match[1])
    return list(functions.values())


def binary_tool(name):
    """Path of one of NVIDIA's binary tools, None where it is not installed."""
    return shutil.which(name) or shutil.which(name, path="/usr/local/cuda/bin")


def cubins_of(path):
    """{architecture: ELF file} of the GPU programs in an object file; empty without cuobjdump."""
    tool = binary_tool("cuobjdump")
    if tool is None:
        return {}
    cubins = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([tool, "-xelf", "all", os.path.abspath(path)], cwd=folder, check=False,
                       capture_output=True)  # one that is too old unpacks nothing
        for name in os.listdir(folder):  # NAME.1.sm_90.cubin
            with open(os.path.join(folder, name), "rb") as file:
                cubins[name.split(".")[-2]] = file.read()
    return cubins


def sections_of(cubin):
    """Contents of the sections of an ELF file by their names."""
    table, = struct.unpack_from("<Q", cubin, 40)
    size, count, names = struct.unpack_from("<HHH", cubin, 58)
    headers = [struct.unpack_from("<IIQQQQ", cubin, table + i * size) for i in range(count)]
    start = headers[names][4]
    result = {}
    for name, _, _, _, offset, length in headers:
        end = cubin.index(b"\0", start + name)
        result[cubin[start + name:end].decode()] = cubin[offset:offset + length]
    return result


def add_code(function, sections):
    """Size of the code and launch bound of a kernel."""
    code = sections.get(".text." + function.symbol)
    function.code = None if code is None else len(code)
    info = sections.get(".nv.info." + function.symbol, b"")
    at = 0
    while at + 4 <= len(info):
        form, attribute, value = struct.unpack_from("<BBH", info, at)
        at += 4
        if form != 4:  # otherwise `value` is the size of what follows
            continue
        if attribute in (0x05, 0x10):  # MAX_THREADS, REQNTID: x, y, z
            x, y, z = struct.unpack_from("<III", info, at)
            function.threads = x * y * z
        at += value


def readable_names(symbols):
    """Names as one would say them, by symbol."""
    unique = sorted(set(symbols))
    if not unique:
        return {}
    shown = subprocess.run(["c++filt"], input="\n".join(unique), capture_output=True, text=True,
                           check=True)
    return dict(zip(unique, map(readable, shown.stdout.splitlines())))


def readable(demangled):
    """`void a::run_tasks<a::SgdTask<float> >(...)` is `sgd<float>`: no namespaces, parameters and
    result, and a kernel that does a list of tasks is called by its task. run_large_tasks is
    `sgd<float> (large)`, and run_tasks<SgdTask<float>, true> is `sgd<float, true>`. A template of
    lambdas goes without them."""
    name = demangled.replace("(anonymous namespace)::", "").replace("> >", ">>")
    name = re.sub(r"\b[A-Za-z_]\w*::", "", name)
    name = re.sub(r"<[^<>]*\{lambda[^<>]*>", "", name).removesuffix(" const")
    if name.endswith(")"):
        name = name[:opening(name, "(", ")")]
    arguments = opening(name, "<", ">") if name.endswith(">") else len(name)
    name = name[name.rfind(" ", 0, arguments) + 1:]
    task = re.fullmatch(r"run_(?:(\w+)_)?tasks<(\w+)Task(?:<([^<>]*)>)?(?:, )?(.*)>", name)
    if task is None:
        return name
    kind, what, *arguments = task.groups()
    listed = ", ".join(filter(None, arguments))
    return what.lower() + (f"<{listed}>" if listed else "") + (f" ({kind})" if kind else "")


def opening(text, left, right):
    """Where the bracket opens that the last character closes."""
    depth = 0
    for at in reversed(range(len(text))):
        depth += (text[at] == right) - (text[at] == left)
        if depth == 0:
            return at
    return 0

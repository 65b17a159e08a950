"""Static counts of machine instructions (SASS) of kernels, and of their loops."""

import os
import re
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass

from kernel_build import ReportError, binary_tool, cubins_of

# What bounds a kernel, by the opcode's beginning; the first that fits counts. LD and ST without a
# letter for the space are generic: the machine finds out at each address which memory it is in.
CLASSES = [
    ("FFMA", r"FFMA"), ("FADD+FMUL", r"FADD|FMUL"), ("FP64", r"D(FMA|ADD|MUL|SETP|MNMX)"),
    ("MMA", r"[A-Z]*MMA"), ("LDS.128", r"LDS\S*\.128"), ("LDS.64", r"LDS\S*\.64"),
    ("LDSM", r"LDSM"), ("LDS.32", r"LDS"), ("STS", r"STS"), ("SHFL", r"SHFL"), ("MOVM", r"MOVM"),
    ("MUFU", r"MUFU"), ("LDGSTS", r"LDGSTS"), ("LDG", r"LDG"), ("STG", r"STG"), ("LDL", r"LDL"),
    ("STL", r"STL"), ("LD", r"LD(?=\.|$)"), ("ST", r"ST(?=\.|$)"), ("BAR", r"BAR"),
    ("CALL", r"CALL"),
]
OTHER = "other"  # integers, moves, selects, comparisons, conversions, branches


@dataclass
class Instruction:
    address: int
    predicated: bool
    opcode: str
    operands: str


@dataclass
class Loop:
    """A loop: the address that it begins with, how many loops it is in (itself counted), and the
    classes of its instructions without those of the loops inside."""
    address: int
    depth: int
    counts: Counter


def class_of(opcode):
    return next((name for name, start in CLASSES if re.match(start, opcode)), OTHER)


def counts_of(instructions):
    return Counter(class_of(i.opcode) for i in instructions if i.opcode != "NOP")


def disassembled(source):
    """{(symbol, arch): (instructions, labels)} of an object file; labels are name -> address."""
    tool = binary_tool("nvdisasm")
    cubins = cubins_of(source.object)
    if tool is None or not cubins:
        raise ReportError("no machine code to count (cuobjdump and nvdisasm read it) put them on "
                          "the PATH; NVIDIA's packages are cuda-cuobjdump and cuda-nvdisasm")
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        for arch, cubin in cubins.items():
            path = os.path.join(folder, "cubin")
            with open(path, "wb") as file:
                file.write(cubin)
            run = subprocess.run([tool, "-c", path], capture_output=True, text=True, check=False)
            if run.returncode:
                raise ReportError(f"nvdisasm cannot read {source.object} for {arch} "
                                  f"({run.stderr.strip()}) take that of nvcc's version")
            for symbol, function in functions_of(run.stdout).items():
                result[symbol, arch] = function
    return result


def functions_of(text):
    """{symbol: (instructions, labels)} of nvdisasm's output."""
    functions = {}
    pending = []
    instructions, labels = [], {}
    for line in text.splitlines():
        if match := re.match(r"\.text\.(\S+):", line):
            instructions, labels = functions.setdefault(match[1], ([], {}))
            pending = []
        elif match := re.match(r"\s*([.$][\w.$]+):", line):
            pending.append(match[1])
        elif match := re.match(r"\s*/\*([0-9a-f]+)\*/\s+(@\S+ )?\s*([A-Z][\w.]*)\s*(.*?);",
                               line):
            address = int(match[1], 16)
            instructions.append(Instruction(address, match[2] is not None, match[3], match[4]))
            labels.update(dict.fromkeys(pending, address))
            pending = []
    return functions


def successors(instructions, labels):
    """For each instruction the positions of those that may come next."""
    position = {i.address: at for at, i in enumerate(instructions)}
    joins = {}  # convergence barrier -> where its threads go on, of the last BSSY
    result = []
    for at, instruction in enumerate(instructions):
        named = [labels[name] for name in re.findall(r"[.$][\w.$]+", instruction.operands)
                 if name in labels]
        base = instruction.opcode.split(".")[0]
        following = [at + 1] if at + 1 < len(instructions) else []
        if base == "BSSY":
            joins[instruction.operands.split(",")[0]] = named
            named = []
        elif base == "BSYNC":
            named = joins.get(instruction.operands.strip(), [])
            following = []
        elif base == "CALL":
            named = []  # comes back
        elif base in ("BRA", "BRX", "JMP", "EXIT", "RET") and not conditional(instruction):
            following = []
        result.append(sorted({position[a] for a in named if a in position} | set(following)))
    return result


def conditional(instruction):
    """Whether a jump may be passed by: it has a predicate, before it or as its first operand, or
    depends on the whole warp."""
    return (instruction.predicated or ".DIV" in instruction.opcode or ".CONV" in instruction.opcode
            or re.match(r"[!~]?U?P\d", instruction.operands) is not None)


def loops_of(instructions, labels):
    """Loops, the longest first: cycles that are entered at one place only, the header. Functions
    behind a call are left out."""
    after = successors(instructions, labels)
    order, before = walk(after)
    dominator = dominators(order, before)
    bodies = {}
    for at in order:
        for header in after[at]:
            if dominates(dominator, header, at):
                bodies.setdefault(header, set()).update(body(header, at, before))
    loops = []
    for header, inside in bodies.items():
        depth = sum(header in other for other in bodies.values())
        own = inside.difference(*(bodies[h] for h in bodies if h != header and h in inside))
        counts = counts_of([instructions[i] for i in own])
        loops.append(Loop(instructions[header].address, depth, counts))
    return sorted(loops, key=lambda loop: (-loop.counts.total(), loop.address))


def walk(after):
    """Positions reached from the first, in reverse postorder, and those before each."""
    before = {0: []}
    order = []
    stack = [(0, iter(after[0]))]
    while stack:
        at, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            order.append(at)
            stack.pop()
        elif following in before:
            before[following].append(at)
        else:
            before[following] = [at]
            stack.append((following, iter(after[following])))
    return order[::-1], before


def dominators(order, before):
    """The nearest dominator of each position (Cooper, Harvey and Kennedy, "A simple, fast
    dominance algorithm", 2001)."""
    rank = {at: i for i, at in enumerate(order)}
    nearest = {order[0]: order[0]}
    changed = True
    while changed:
        changed = False
        for at in order[1:]:
            known = [b for b in before[at] if b in nearest]
            new = known[0]
            for other in known[1:]:
                while new != other:
                    if rank[new] > rank[other]:
                        new = nearest[new]
                    else:
                        other = nearest[other]
            changed |= nearest.get(at) != new
            nearest[at] = new
    return nearest


def dominates(nearest, above, at):
    while at != above and nearest[at] != at:
        at = nearest[at]
    return at == above


def body(header, end, before):
    """What reaches the jump back at `end` without passing the header."""
    inside = {header}
    todo = [end]
    while todo:
        at = todo.pop()
        if at not in inside:
            inside.add(at)
            todo.extend(before[at])
    return inside

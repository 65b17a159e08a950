"""Ranges and references that outlive what they are part of: `for (auto& a : f()["a"])` keeps the part that
it is given, not the temporary. A compiler of Debian 12 says nothing of it, a sanitizer only where it runs."""

import re

QUIET = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"', re.S)
OPENED = {"(": ")", "[": "]", "{": "}"}
# Of libraries: parts of an object that has been judged before, and a pointer.
GIVE_PARTS = {"at", "front", "back", "get_subcommand"}
DECLARED = re.compile(r"[&*] ?(?:\w+::)*(\w+)\(")
BEGUN = re.compile(r"\bfor \([^;{}()]*? : |[\w>\]] const& \w+ = |\bauto&&? \w+ = ")


def without_words(text):
    """The text with its comments left out and nothing in its strings, line by line as before."""
    return QUIET.sub(lambda found: ("" if found[0][0] == "/" else '""') + "\n" * found[0].count("\n"), text)


def give_references(texts):
    """Names of functions that somewhere are declared to return a reference or a pointer."""
    return GIVE_PARTS.union(*(DECLARED.findall(without_words(text)) for text in texts))


def closed(text, at):
    """Where the bracket that opens at `at` has closed."""
    depth = 0
    for end in range(at, len(text)):
        depth += (text[end] in "([{") - (text[end] in ")]}")
        if depth == 0:
            return end + 1
    return len(text)


def expression(text, at):
    """What stands from `at` to the end of the statement, or of the bracket around it."""
    end = at
    while end < len(text) and text[end] not in ";,)]}":
        end = closed(text, end) if text[end] in OPENED else end + 1
    return " ".join(text[at:end].split())


def of_a_temporary(said, references):
    """Whether an expression is a part, got by a call, [] or ->, of what a call has returned by value. Members
    of a temporary (`f().a`) keep it alive."""
    at, temporary = 0, False
    while at < len(said):
        if said[at] not in OPENED:
            at += 1
            continue
        name, types = re.search(r"(\w*)(<[^()]*>)?$", said[:at]).groups()
        called = said[at] != "[" and name != "" and not re.search(r"[&*]>$", types or "")  # no cast to one
        if temporary and (said[at] == "[" or called):
            return True
        at = closed(said, at)
        temporary = temporary or called and name not in references
        if temporary and (said[at:at + 2] == "->" or said.startswith("*")):
            return True
        if not re.match(r"\s*(\.|\[|->)", said[at:]):  # an operator: another operand begins
            temporary = False
    return False


def dangling(text, references):
    """(line, expression) of every range and reference that is part of a temporary."""
    text = without_words(text)
    ends = [found.end() for found in BEGUN.finditer(text)]
    return [(text.count("\n", 0, end) + 1, expression(text, end)) for end in ends
            if of_a_temporary(expression(text, end), references)]

"""What is run for each panel of the papers: files, scales and the settings chosen otherwise."""

import glob
import os
import re
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXPERIMENTS = os.path.join(ROOT, "experiments")

# Files of one panel differ in what the paper draws beside one another.
BESIDE = re.compile(r"-(relu|identity|vanilla|perturbed)$")

# The estimators of a report: the papers' procedure, least squares from the start near the truth
# alone, and the best of eight starts of which four do not know it.
SGD, ORACLE, BEST = "sgd", "lse-oracle", "lse-best"
LSE = {ORACLE: ['estimator={ kind = "lse" }', "start.starts=1", "start.blind=0"],
       BEST: ['estimator={ kind = "lse" }', "start.starts=8", "start.blind=4"]}

# What the papers leave open, chosen otherwise: name and settings. All at the short sizes of the scale; slopes are compared with the files' own there.
VARIANTS = {
    "start n^-1/2": ["start.scale=1.0", "start.exponent=-0.5"],
    "start n^-1/4": ["start.scale=1.0", "start.exponent=-0.25"],
    "start 0.1": ["start.scale=0.1", "start.exponent=0.0"],
    "gauge none": None,  # fit by fit: a measurement of the same fits
    "batch n": ['estimator.batch="full"'],
    "batch 128": ["estimator.batch=128"],
    "batch 1": ["estimator.batch=1"],
    "with replacement": ['estimator.sampling="replacement"'],
    "factor 1/2": ["estimator.loss_factor=0.5"],
}
UNSTATED = [
    ("batch", "batch 32, a fresh order each epoch (001: all n)", ["batch 1", "batch 128", "batch n"]),
    ("start", "N(0, s^2) around the truth, s = 0.005 n^-0.083",
     ["start 0.1", "start n^-1/4", "start n^-1/2"]),
    ("sampling", "each sample once an epoch, in a fresh order", ["with replacement"]),
    ("factor of the objective", "1: the objective is (1/B) sum (y - f)^2", ["factor 1/2"]),
    ("gauge", "align: the loss is taken after moves that change no function", ["gauge none"]),
]


@dataclass
class Scale:
    """Sizes of a run. Lists of n are of the files' geometric series, by their ends."""
    replicates: int
    truths: int
    n: list                     # of SGD
    short: list                 # of the settings chosen otherwise
    lse: dict = field(default_factory=dict)  # n by estimator and d <= 8 or not
    lse_settings: list = field(default_factory=list)  # of these
    more: list = field(default_factory=list)  # further settings
    variants: list = field(default_factory=list)
    swept: list = field(default_factory=list)  # n of the sensitivity experiments
    swept_replicates: int = 20
    beyond: list = field(default_factory=list)  # n of the experiments that are of no panel; empty: theirs
    beyond_settings: dict = field(default_factory=dict)  # by kind
    constant: list = field(default_factory=list)  # words of `moerate constant`
    constant_most: int = 10**6  # parameters of the fits that it is asked of
    constant_minutes: float = 30  # that one file may take


SERIES = [1000, 1668, 2783, 4642, 7743, 12915, 21544, 35938, 59948, 100000]


def upto(most):
    return [n for n in SERIES if n <= most]


# Regression and expert errors need no more points: their relative errors are some 1/100 either way.
# With the files' 100000, small n spend most of their time there.
SWEPT = [1000, 2154, 4642, 10000]
FEWER_POINTS = ["study.regression_samples=10000"]

# A round of a search takes some 30 ms at 600 parameters, a start up to 100 rounds; most files have a measure of f's own function,
# which ends the search.
CONSTANT = ["--samples", "2000", "--starts", "8", "--rounds", "100", "--epsilon", "1,0.3,0.1,0.03,0.01"]

FEW_ROUNDS = ["estimator.iterations=20"]  # to see each file run: no minimum is asked for
FEW_STARTS = ["study.replicates=2", "start.starts=2", "start.blind=1", *FEW_ROUNDS]

SCALES = {
    "smoke": Scale(2, 1, [1000, 3000], [1000, 3000], {ORACLE: {True: [1000], False: []}}, FEW_ROUNDS,
                   ["study.regression_samples=1000"], ["start n^-1/2", "gauge none"],
                   beyond=[100, 316], beyond_settings={
                       "minimax": FEW_STARTS, "claims": FEW_STARTS,
                       "same-data": ["study.replicates=2", 'estimator={ kind = "sgd" }', "start.starts=1", "start.blind=0"]},
                   constant=["--samples", "300", "--starts", "1", "--rounds", "3", "--epsilon", "1,0.1"], constant_most=100),
    "paper": Scale(20, 5, SERIES, upto(10000),
                   {ORACLE: {True: upto(30000), False: upto(10000)},
                    BEST: {True: upto(3000), False: upto(3000)}}, [],
                   FEWER_POINTS, list(VARIANTS), SWEPT, constant=CONSTANT),
    "large": Scale(20, 5, SERIES, upto(10000),
                   {ORACLE: {True: SERIES, False: SERIES}, BEST: {True: SERIES, False: SERIES}}, [],
                   FEWER_POINTS, list(VARIANTS), SWEPT, constant=CONSTANT, constant_minutes=600),
}


def files_of_panels():
    """Experiment files by panel, in the order of their names."""
    panels = {}
    for path in sorted(glob.glob(os.path.join(EXPERIMENTS, "00*.toml"))):
        name = os.path.basename(path)[:-len(".toml")]
        panels.setdefault(BESIDE.sub("", name), []).append(name)
    return dict(sorted(panels.items()))


def chosen(names):
    """The panels of these names of panels or files; all where there is none. KeyError: the name that
    is neither."""
    panels = files_of_panels()
    if not names:
        return panels
    of_file = {name: panel for panel, files in panels.items() for name in files}
    found = [name if name in panels else of_file[name] for name in names]
    return {panel: panels[panel] for panel in panels if panel in found}

def file_word(kind):
    """A kind of run as part of a folder's name."""
    return "".join(c for c in kind.replace(" ", "-") if c.isalnum() or c == "-")

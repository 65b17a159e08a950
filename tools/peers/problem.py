"""The workload that all peers share: a batch of independent mixture-of-experts fits by plain SGD.

Model of one fit (spec: linear softmax gate, ridge experts): with W [2k, d], c [2k] the rows of gate and
experts, s = W x + c, g = softmax(s[:k]), h = activation(s[k:]), f = sum_i g_i h_i. A step subtracts
rate * gradient of (1/B) sum (f - y)^2. Arrays of a batch have the fits in front: W [R, 2k, d].
"""
from dataclasses import dataclass

import numpy as np

# Slope of an activation from its value h = activation(z). Plain operators: for arrays of every library.
SLOPES = {
    "relu": lambda h: h > 0,
    "identity": lambda h: 1,
    "tanh": lambda h: 1 - h * h,
    "sigmoid": lambda h: h * (1 - h),
}


@dataclass
class Problem:
    """What the driver (compare.py) asks for; `truth` is (W [2k*, d], c [2k*])."""

    device: str
    threads: int
    d: int
    k: int
    n: int
    batch: int
    epochs: int
    fits: int
    learning_rate: float
    activation: str
    noise_sd: float
    start_sd: float
    truth: tuple

    def __post_init__(self):
        self.truth = tuple(np.asarray(part, np.float64) for part in self.truth)

    @property
    def k_true(self):
        return len(self.truth[1]) // 2

    def starts(self, seed):
        """Starts near the truth as moerate makes them: fitted atom i < k* on true atom i, extra ones on
        random true atoms whose mass they share, then N(0, s^2) on everything. float32 [R, 2k, d], [R, 2k]."""
        rng = np.random.default_rng(seed)
        w, c = self.truth
        fixed = np.tile(np.arange(self.k_true), (self.fits, 1))
        extra = rng.integers(self.k_true, size=(self.fits, self.k - self.k_true))
        atom = np.concatenate([fixed, extra], axis=1)
        shares = (atom[:, :, None] == atom[:, None, :]).sum(axis=2)
        rows = np.concatenate([atom, atom + self.k_true], axis=1)
        start_w, start_c = w[rows], c[rows]
        start_c[:, : self.k] -= np.log(shares)
        start_w = start_w + self.start_sd * rng.standard_normal(start_w.shape)
        start_c = start_c + self.start_sd * rng.standard_normal(start_c.shape)
        return start_w.astype(np.float32), start_c.astype(np.float32)

"""The problems of tools/compare-lse: a truth a problem, data of it, and a start near it.

    f(x) = sum_i softmax_i(W x + b) gelu(A x + e)_i,  theta = (W [k][d], b [k], A [k][d], e [k])

A file is int32 fits, n, d, k, then of each fit float64 x [n][d], y [n], start [p]; all little-endian.
Also here: the mixture and its Jacobian in NumPy, for SciPy.
"""
import math

import numpy as np

try:
    from scipy.special import erfc
except ImportError:  # the problems are made without SciPy, too
    erfc = np.vectorize(math.erfc, otypes=[float])

NOISE = 0.1
AWAY = 0.1  # standard deviation of the start from the truth, each parameter


def parameters(d, k):
    return 2 * k * (d + 1)


def split(theta, d, k):
    w, b, a, e = np.split(theta, [k * d, k * d + k, 2 * k * d + k])
    return w.reshape(k, d), b, a.reshape(k, d), e


def parts(theta, x, k):
    """Gate weights and responses [n][k], the responses' slopes, and predictions [n]."""
    w, b, a, e = split(theta, x.shape[1], k)
    s = x @ w.T + b
    g = np.exp(s - s.max(axis=1, keepdims=True))
    g /= g.sum(axis=1, keepdims=True)
    z = x @ a.T + e
    below = 0.5 * erfc(-z * np.sqrt(0.5))
    slope = below + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    return g, z * below, slope, np.sum(g * z * below, axis=1)


def residuals(theta, x, y, k):
    return parts(theta, x, k)[3] - y


def jacobian(theta, x, k):
    g, h, slope, f = parts(theta, x, k)
    by_s, by_z = g * (h - f[:, None]), g * slope
    n, d = x.shape
    return np.hstack([(by_s[:, :, None] * x[:, None, :]).reshape(n, k * d), by_s,
                      (by_z[:, :, None] * x[:, None, :]).reshape(n, k * d), by_z])


def draw(seed, n, d, k, away=AWAY):
    random = np.random.default_rng(seed)
    scale = np.repeat([1 / np.sqrt(d), 0.3, 2 / np.sqrt(d), 0.3], [k * d, k, k * d, k])
    truth = scale * random.standard_normal(parameters(d, k))
    x = random.uniform(-1, 1, (n, d))
    y = parts(truth, x, k)[3] + NOISE * random.standard_normal(n)
    return x, y, truth + away * scale * random.standard_normal(len(truth))


def write(path, fits, n, d, k, away=AWAY):
    with open(path, "wb") as file:
        np.array([fits, n, d, k], "<i4").tofile(file)
        for seed in range(fits):
            for part in draw(seed, n, d, k, away):
                part.astype("<f8").tofile(file)


def read(path, fits):
    """(x, y, start) of the first `fits` problems, and k."""
    with open(path, "rb") as file:
        _, n, d, k = np.fromfile(file, "<i4", 4)
        found = []
        for _ in range(fits):
            x = np.fromfile(file, "<f8", n * d).reshape(n, d)
            found.append((x, np.fromfile(file, "<f8", n), np.fromfile(file, "<f8", parameters(d, k))))
        return found, int(k)

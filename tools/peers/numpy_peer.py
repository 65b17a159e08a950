"""The workload in NumPy: what a plain vectorised script reaches. CPU only."""
import numpy as np

from problem import SLOPES

ACTIVATIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "identity": lambda z: z,
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}


class Peer:
    def __init__(self, problem):
        self.problem = problem
        self.activation = ACTIVATIONS[problem.activation]
        self.slope = SLOPES[problem.activation]

    def facts(self):
        return {"version": np.__version__, "device": "cpu"}

    def recipes(self):
        return ["hand gather"]

    def generate(self, seed, starts):
        p = self.problem
        rng = np.random.default_rng(seed)
        x = rng.uniform(-1, 1, (p.fits, p.n, p.d)).astype(np.float32)
        w, c = (part.astype(np.float32) for part in p.truth)
        y = np.stack([self.predict(w, c, part)[2] for part in x])
        y += p.noise_sd * rng.standard_normal(y.shape, np.float32)
        self.load(*starts, x, y)

    def load(self, w, c, x, y):
        self.start, self.x, self.y = (w, c), x, y
        self.rng = np.random.default_rng(0)

    def predict(self, w, c, x):
        """Gate weights, expert values [..., k, B] and predictions [..., B]."""
        s = w @ np.swapaxes(x, -1, -2) + c[..., None]
        k = s.shape[-2] // 2
        gate = s[..., :k, :]
        g = np.exp(gate - gate.max(axis=-2, keepdims=True))
        g /= g.sum(axis=-2, keepdims=True)
        h = self.activation(s[..., k:, :])
        return g, h, (g * h).sum(axis=-2)

    def step(self, x, y):
        rate = np.float32(self.problem.learning_rate * 2 / y.shape[-1])
        w, c = self.theta
        g, h, f = self.predict(w, c, x)
        pull = (rate * (f - y))[..., None, :] * g
        by_s = np.concatenate([pull * (h - f[..., None, :]), pull * self.slope(h)], axis=-2)
        w -= by_s @ x
        c -= by_s.sum(axis=-1)

    def train(self, recipe, epochs):
        fits, n = self.y.shape
        self.theta = tuple(part.copy() for part in self.start)
        every = np.arange(fits)[:, None]
        for _ in range(epochs):
            order = self.rng.permuted(np.tile(np.arange(n), (fits, 1)), axis=1)
            for first in range(0, n, self.problem.batch):
                rows = order[:, first : first + self.problem.batch]
                self.step(self.x[every, rows], self.y[every, rows])

    def parameters(self):
        return self.theta

    def mse(self):
        return [float(np.mean((self.predict(w, c, x)[2] - y) ** 2, dtype=np.float64))
                for w, c, x, y in zip(*self.theta, self.x, self.y)]

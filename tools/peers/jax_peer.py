"""The workload in JAX: a jitted scan over the steps of an epoch, mapped over the fits.

A recipe is four words:
  hand | auto      gradient written out, or jax.grad
  gather | permute rows fetched batch by batch, or all data put in order once an epoch
  vmap | map       one step of all fits at a time, or one fit after the other (its data stay in cache)
  host | sort | flat  order by NumPy while the device computes; on the device by sorting random keys, each
                   fit's on their own or all fits' as one array; these two run all epochs in one call
"""
import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from problem import SLOPES

jax.config.update("jax_enable_x64", True)  # for the keys that are sorted; all data are float32
jax.config.update("jax_default_matmul_precision", "float32")  # no TF32

ACTIVATIONS = {
    "relu": lambda z: jnp.maximum(z, 0),
    "identity": lambda z: z,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
}
UNROLLED = 4  # steps a turn of the loop (measured on the CPU: 5 % faster than one)
MAPPED = 256  # fits at a time where memory matters more than speed


def take(a, rows):
    """Rows of a; XLA checks bounds at every gather unless it is told that the rows exist."""
    return a.at[rows].get(mode="promise_in_bounds")


def predict(activation, theta, x):
    """Gate weights, expert values [k, B] and predictions [B]; samples last, so that the sums over atoms
    add whole vectors (measured: 1.5 times as fast as samples first on the CPU)."""
    w, c = theta
    s = w @ x.T + c[:, None]
    k = s.shape[0] // 2
    e = jnp.exp(s[:k] - jnp.max(s[:k], axis=0))
    g = e / jnp.sum(e, axis=0)
    h = ACTIVATIONS[activation](s[k:])
    return g, h, jnp.sum(g * h, axis=0)


def gradient_by_hand(activation, theta, x, y):
    g, h, f = predict(activation, theta, x)
    pull = (2 / y.shape[0] * (f - y)) * g
    by_s = jnp.concatenate([pull * (h - f), pull * SLOPES[activation](h)])
    return by_s @ x, jnp.sum(by_s, axis=1)


def gradient_by_jax(activation, theta, x, y):
    return jax.grad(lambda t: jnp.mean((predict(activation, t, x)[2] - y) ** 2))(theta)


def epoch(settings, rows_by, theta, x, y, order):
    """One epoch of one fit; the short batch of the end is a step of its own."""
    gradient, activation, batch, rate = settings

    def step(theta, x, y):
        by_theta = gradient(activation, theta, x, y)
        return jax.tree.map(lambda t, g: t - rate * g, theta, by_theta)

    n, d = x.shape
    whole = n // batch * batch
    if rows_by == "gather":
        theta, _ = lax.scan(lambda t, rows: (step(t, take(x, rows), take(y, rows)), None), theta,
                            order[:whole].reshape(-1, batch), unroll=UNROLLED)
    else:
        x, y, order = take(x, order), take(y, order), jnp.arange(n)
        theta, _ = lax.scan(lambda t, rows: (step(t, *rows), None), theta,
                            (x[:whole].reshape(-1, batch, d), y[:whole].reshape(-1, batch)),
                            unroll=UNROLLED)
    if whole < n:
        theta = step(theta, take(x, order[whole:]), take(y, order[whole:]))
    return theta


def device_order(how, key, fits, n):
    """A permutation a fit [fits, n]: sorts 64-bit words of random high bits and a row number in the low
    ones. `flat` sorts all fits as one array, with the fit's number on top."""
    low = max(1, (n - 1).bit_length())
    words = jax.random.bits(key, (fits, n), jnp.uint64)
    words = (words >> low << low) | jnp.arange(n, dtype=jnp.uint64)
    if how == "flat":
        top = max(1, (fits - 1).bit_length())
        words = (words << top >> top) | (jnp.arange(fits, dtype=jnp.uint64)[:, None] << (64 - top))
        words = jnp.sort(words.reshape(-1)).reshape(fits, n)
    else:
        words = jnp.sort(words, axis=1)
    return (words & ((1 << low) - 1)).astype(jnp.int32)


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def run_epoch(settings, rows_by, over, theta, x, y, order):
    one = functools.partial(epoch, settings, rows_by)
    if over == "vmap":
        return jax.vmap(one)(theta, x, y, order)
    return lax.map(lambda fit: one(*fit), (theta, x, y, order))


@functools.partial(jax.jit, static_argnums=(0, 1, 2, 3))
def run_epochs(settings, rows_by, over, how, theta, x, y, key, epochs):
    def body(index, theta):
        order = device_order(how, jax.random.fold_in(key, index), *y.shape)
        return run_epoch(settings, rows_by, over, theta, x, y, order)

    return lax.fori_loop(0, epochs, body, theta)


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def make_data(activation, shape, noise_sd, truth, key):
    def one(key):
        of_x, of_noise = jax.random.split(key)
        x = jax.random.uniform(of_x, shape[1:], jnp.float32, -1, 1)
        noise = noise_sd * jax.random.normal(of_noise, shape[1:2], jnp.float32)
        return x, predict(activation, truth, x)[2] + noise

    return lax.map(one, jax.random.split(key, shape[0]), batch_size=MAPPED)


@functools.partial(jax.jit, static_argnums=0)
def mean_squares(activation, theta, x, y):
    def one(fit):
        theta, x, y = fit
        return jnp.mean((predict(activation, theta, x)[2] - y) ** 2, dtype=jnp.float64)

    return lax.map(one, (theta, x, y), batch_size=MAPPED)


class Peer:
    def __init__(self, problem):
        self.problem = problem
        self.device = jax.devices("cpu" if problem.device == "cpu" else "gpu")[0]
        jax.config.update("jax_default_device", self.device)
        # Words a second of threefry and of rbg: 250 and 52 million on a CPU core; rbg is XLA's own
        # generator, made for accelerators.
        self.generator = "threefry2x32" if problem.device == "cpu" else "rbg"

    def facts(self):
        return {"version": jax.__version__, "device": self.device.device_kind}

    def recipes(self):
        if self.problem.device == "cpu":
            return ["hand gather vmap host", "hand gather map host", "auto gather vmap host",
                    "auto gather map host", "hand permute vmap host", "hand gather vmap sort",
                    "hand gather map sort"]
        return ["hand gather vmap sort", "hand gather vmap flat", "auto gather vmap sort",
                "hand permute vmap sort", "hand permute vmap flat"]

    def key(self, seed):
        return jax.random.key(seed, impl=self.generator)

    def generate(self, seed, starts):
        p = self.problem
        truth = tuple(jnp.asarray(part, jnp.float32) for part in p.truth)
        x, y = make_data(p.activation, (p.fits, p.n, p.d), p.noise_sd, truth, self.key(seed))
        self.load(*starts, x, y)

    def load(self, w, c, x, y):
        self.start = tuple(jax.device_put(part) for part in (w, c))
        self.x, self.y = jax.device_put(x), jax.device_put(y)
        self.rng = np.random.default_rng(0)
        jax.block_until_ready((self.start, self.x, self.y))

    def train(self, recipe, epochs):
        by, rows_by, over, how = recipe.split()
        p = self.problem
        settings = ({"hand": gradient_by_hand, "auto": gradient_by_jax}[by], p.activation, p.batch,
                    p.learning_rate)
        fits, n = self.y.shape
        if how == "host":
            theta = self.start
            for _ in range(epochs):  # calls return at once: the next order is made meanwhile
                order = self.rng.permuted(np.tile(np.arange(n, dtype=np.int32), (fits, 1)), axis=1)
                theta = run_epoch(settings, rows_by, over, theta, self.x, self.y, order)
        else:
            theta = run_epochs(settings, rows_by, over, how, self.start, self.x, self.y, self.key(1),
                               epochs)
        self.theta = jax.block_until_ready(theta)
        assert all(part.dtype == jnp.float32 for part in theta)

    def parameters(self):
        return tuple(np.asarray(part) for part in self.theta)

    def mse(self):
        return np.asarray(mean_squares(self.problem.activation, self.theta, self.x, self.y)).tolist()

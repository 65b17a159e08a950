"""python_peer.py ENTRANT PROBLEMS FITS [BOX]: one entrant of tools/compare-lse on the first FITS problems,
scipy-trf in [-BOX, BOX].

First line: {"version"}. Then a line a fit: [[processor seconds, mse], ...] of its points in order; the
last one, where the entrant tells no more, is the end. Compilation and the first call are outside.
"""
import json
import sys
import time

import numpy as np
import problems

TIGHT = 1e-12  # relative decrease of the cost that ends a fit: every entrant goes on past the mark
ROUNDS = 300


class Trace:
    def __init__(self):
        self.begin, self.points, self.best = time.process_time(), [], np.inf

    def point(self, mse):
        if mse < self.best:
            self.best = float(mse)
            self.points.append([time.process_time() - self.begin, self.best])


def scipy(method, box=np.inf):
    """SciPy's least_squares with the analytic Jacobian; a point is told where it is evaluated."""
    import scipy
    from scipy.optimize import least_squares

    def fit(x, y, start, k):
        trace = Trace()

        def fun(theta):
            r = problems.residuals(theta, x, y, k)
            trace.point(np.mean(r * r))
            return r

        least_squares(fun, start, lambda theta: problems.jacobian(theta, x, k), method=method,
                      bounds=(-box, box), x_scale="jac", ftol=TIGHT, xtol=TIGHT, gtol=TIGHT, max_nfev=ROUNDS)
        return trace.points

    return scipy.__version__, fit


def jax_tools():
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def parts(theta, x, k):
        d = x.shape[1]
        w, b, a, e = jnp.split(theta, [k * d, k * d + k, 2 * k * d + k])
        g = jax.nn.softmax(x @ w.reshape(k, d).T + b, axis=1)
        z = x @ a.reshape(k, d).T + e
        below = 0.5 * jax.scipy.special.erfc(-z * np.sqrt(0.5))
        return g, z * below, below + z * jnp.exp(-z * z / 2) / np.sqrt(2 * np.pi)

    return jax, jnp, parts


def jax_hand():
    """Levenberg-Marquardt by hand: analytic J, J^T J, Cholesky, Nielsen's damping of the diagonal; a
    round is one compiled call."""
    jax, jnp, parts = jax_tools()
    from functools import partial

    @partial(jax.jit, static_argnums=3)
    def linearize(theta, x, y, k):
        g, h, slope = parts(theta, x, k)
        f = jnp.sum(g * h, axis=1)
        by_s, by_z = g * (h - f[:, None]), g * slope
        n, d = x.shape
        j = jnp.hstack([(by_s[:, :, None] * x[:, None, :]).reshape(n, k * d), by_s,
                        (by_z[:, :, None] * x[:, None, :]).reshape(n, k * d), by_z])
        return j.T @ j, j.T @ (f - y)

    @partial(jax.jit, static_argnums=6)
    def trial(theta, gram, gradient, mu, x, y, k):
        damping = mu * jnp.clip(jnp.diag(gram), 1e-6, 1e32)
        factor = jax.scipy.linalg.cho_factor(gram + jnp.diag(damping))
        step = -jax.scipy.linalg.cho_solve(factor, gradient)
        g, h, _ = parts(theta + step, x, k)
        r = jnp.sum(g * h, axis=1) - y
        return theta + step, jnp.sum(r * r), jnp.sum(step * (damping * step - gradient))

    def fit(x, y, start, k):
        x, y, theta = jnp.asarray(x), jnp.asarray(y), jnp.asarray(start)
        g, h, _ = parts(theta, x, k)
        cost, mu, growth = float(jnp.sum((jnp.sum(g * h, axis=1) - y) ** 2)), 1e-4, 2.0
        trace = Trace()
        gram, gradient = linearize(theta, x, y, k)
        for _ in range(ROUNDS):
            moved, lower, predicted = trial(theta, gram, gradient, mu, x, y, k)
            decrease = cost - float(lower)
            if not decrease > 0:
                if abs(decrease) <= TIGHT * cost:
                    break
                mu, growth = mu * growth, growth * 2
                continue
            mu = max(mu * max(1 / 3, 1 - (2 * decrease / float(predicted) - 1) ** 3), 1e-12)
            theta, cost, growth = moved, float(lower), 2.0
            trace.point(cost / len(y))
            if decrease <= TIGHT * cost:
                break
            gram, gradient = linearize(theta, x, y, k)
        return trace.points

    return jax.__version__, fit


def optimistix(tolerance):
    """optimistix's LevenbergMarquardt; it tells its end alone."""
    jax, jnp, parts = jax_tools()
    import optimistix as library
    from functools import partial

    solver = library.LevenbergMarquardt(rtol=tolerance, atol=tolerance)

    @partial(jax.jit, static_argnums=3)
    def solve(theta, x, y, k):
        def residual(theta, _):
            g, h, _ = parts(theta, x, k)
            return jnp.sum(g * h, axis=1) - y

        end = library.least_squares(residual, solver, theta, max_steps=ROUNDS, throw=False,
                                    options={"jac": "bwd"} if len(theta) > len(y) else {})
        return jnp.mean(residual(end.value, None) ** 2)

    def fit(x, y, start, k):
        trace = Trace()
        trace.point(float(solve(jnp.asarray(start), jnp.asarray(x), jnp.asarray(y), k)))
        return trace.points

    return library.__version__, fit


ENTRANTS = {"scipy-trf": lambda: scipy("trf"), "scipy-lm": lambda: scipy("lm"), "jax": jax_hand,
            "optimistix": lambda: optimistix(1e-8)}


def main():
    entrant, path, fits = sys.argv[1], sys.argv[2], int(sys.argv[3])
    bounds = [float(box) for box in sys.argv[4:]]
    version, fit = scipy("trf", *bounds) if bounds else ENTRANTS[entrant]()
    print(json.dumps({"version": version}), flush=True)
    found, k = problems.read(path, fits)
    if not entrant.startswith("scipy"):
        fit(*found[0], k)  # compiles
    for x, y, start in found:
        print(json.dumps(fit(x, y, start, k)), flush=True)


if __name__ == "__main__":
    main()

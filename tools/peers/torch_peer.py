"""The workload in PyTorch: one step of all fits at a time, as batched matrix products.

A recipe is four words:
  hand | auto      gradient written out, or torch.func.grad
  gather | permute rows fetched batch by batch, or all data put in order once an epoch
  eager | compile | compile4 | tune   calls as they stand, torch.compile of a step, of four steps, or of a
                   step with the products tuned as well
  host | sort | flat  order by torch.randperm, by sorting random keys of each fit, or of all as one array
On a GPU the steps of an epoch are captured once into a CUDA graph and replayed.
"""
import torch

from problem import SLOPES

torch.backends.cuda.matmul.allow_tf32 = False
torch._dynamo.config.recompile_limit = 64  # every shape is compiled for itself

ACTIVATIONS = {"relu": torch.relu, "identity": lambda z: z, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
CHUNK = 256  # fits at a time where memory matters more than speed


def predict(activation, w, c, x):
    """Gate weights, expert values [R, k, B] and predictions [R, B]; samples last, so that the sums over
    atoms add whole vectors (measured: twice as fast as samples first on the CPU)."""
    s = torch.baddbmm(c[:, :, None], w, x.transpose(1, 2))
    k = s.shape[1] // 2
    g = torch.softmax(s[:, :k], 1)
    h = ACTIVATIONS[activation](s[:, k:])
    return g, h, (g * h).sum(1)


def make_step(by, activation, rate):
    """step(w, c, x, y): one step of all fits in place."""

    def by_hand(w, c, x, y):
        g, h, f = predict(activation, w, c, x)
        pull = (2 / y.shape[1] * (f - y))[:, None] * g
        by_s = torch.cat([pull * (h - f[:, None]), pull * SLOPES[activation](h)], 1)
        w.baddbmm_(by_s, x, alpha=-rate)
        c.sub_(by_s.sum(2), alpha=rate)

    def loss(w, c, x, y):
        return ((predict(activation, w, c, x)[2] - y) ** 2).mean(1).sum()

    def by_torch(w, c, x, y):
        by_w, by_c = torch.func.grad(loss, (0, 1))(w, c, x, y)
        w.sub_(by_w, alpha=rate)
        c.sub_(by_c, alpha=rate)

    return {"hand": by_hand, "auto": by_torch}[by]


class Epoch:
    """One epoch of one recipe on the buffers of `data`; on a GPU a CUDA graph of it."""

    def __init__(self, recipe, data, problem):
        by, self.rows_by, build, self.how = recipe.split()
        self.data = data
        fits, n, d = data.x.shape
        self.batch = problem.batch
        self.whole = n // self.batch * self.batch
        step = make_step(by, problem.activation, problem.learning_rate)

        def fetch_and_step(w, c, x, y, rows):  # x [R n, d], y [R n], rows [R, B] in them
            flat = rows.reshape(-1)
            step(w, c, x.index_select(0, flat).view(*rows.shape, d),
                 y.index_select(0, flat).view(rows.shape))

        def four(w, c, x, y, rows):
            for i in range(4):
                fetch_and_step(w, c, x, y, rows[i])

        def built(function):
            if build == "eager":
                return function
            mode = "max-autotune-no-cudagraphs" if build == "tune" else None
            return torch.compile(function, dynamic=False, mode=mode)

        self.step, self.fetch_and_step = built(step), built(fetch_and_step)
        self.four = built(four) if build == "compile4" else None
        self.rows = torch.empty(self.whole // self.batch, fits, self.batch, dtype=torch.long,
                                device=data.x.device)
        self.rest = torch.empty(fits, n - self.whole, dtype=torch.long, device=data.x.device)
        self.graph = self.capture() if data.x.is_cuda else None

    def capture(self):
        self.draw()
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            self.steps()  # compiles, and lets the libraries take their workspaces
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.steps()
        return graph

    def draw(self):
        """A fresh permutation a fit, as rows of the flattened data."""
        fits, n = self.data.y.shape
        device = self.data.x.device
        fit = torch.arange(fits, device=device)[:, None]
        if self.how == "host":
            order = torch.stack([torch.randperm(n) for _ in range(fits)]).to(device)
        elif self.how == "sort":
            order = torch.rand(fits, n, device=device).argsort(1)
        else:  # fit, random bits, row in the 63 bits of a positive word
            low, top = max(1, (n - 1).bit_length()), max(1, (fits - 1).bit_length())
            words = torch.randint(2 ** (63 - low - top), (fits, n), device=device)
            words = fit << (63 - top) | words << low | torch.arange(n, device=device)
            order = words.view(-1).sort().values.view(fits, n) & ((1 << low) - 1)
        order = order + fit * n
        self.rows.copy_(order[:, : self.whole].view(fits, len(self.rows), self.batch).transpose(0, 1))
        self.rest.copy_(order[:, self.whole :])

    def steps(self):
        data, count = self.data, len(self.rows)
        x, y = data.x.view(-1, data.x.shape[2]), data.y.view(-1)
        if self.rows_by == "permute":
            flat = self.rows.view(-1)
            xs = x.index_select(0, flat).view(*self.rows.shape, x.shape[1])
            ys = y.index_select(0, flat).view(self.rows.shape)
            for t in range(count):
                self.step(data.w, data.c, xs[t], ys[t])
        else:
            fours = count // 4 * 4 if self.four else 0
            for t in range(0, fours, 4):
                self.four(data.w, data.c, x, y, self.rows[t : t + 4])
            for t in range(fours, count):
                self.fetch_and_step(data.w, data.c, x, y, self.rows[t])
        if self.rest.numel():
            self.fetch_and_step(data.w, data.c, x, y, self.rest)

    def run(self):
        self.draw()
        if self.graph:
            self.graph.replay()
        else:
            self.steps()


class Data:
    """Buffers of one shape, which CUDA graphs hold on to."""

    def __init__(self, fits, n, d, k, device):
        def empty(*shape):
            return torch.empty(*shape, device=device)

        self.x, self.y = empty(fits, n, d), empty(fits, n)
        self.w, self.c = empty(fits, 2 * k, d), empty(fits, 2 * k)
        self.start = None
        self.epochs = {}  # by recipe


class Peer:
    def __init__(self, problem):
        self.problem = problem
        torch.set_num_threads(problem.threads)
        torch.set_grad_enabled(False)
        self.device = torch.device(problem.device)
        self.shapes = {}

    def facts(self):
        cuda = self.device.type == "cuda"
        return {"version": torch.__version__,
                "device": torch.cuda.get_device_name() if cuda else "cpu"}

    def recipes(self):
        if self.device.type == "cpu":
            return ["hand gather eager host", "hand gather compile host", "hand gather compile4 host",
                    "auto gather compile host", "hand permute compile host"]
        return ["hand gather eager sort", "hand gather compile sort", "hand gather compile flat",
                "auto gather compile sort", "hand permute compile sort", "hand gather tune sort"]

    def take(self, w, c, x_shape):
        key = tuple(x_shape)
        if key not in self.shapes:
            self.shapes[key] = Data(*key, c.shape[1] // 2, self.device)
        self.data = self.shapes[key]
        self.data.start = tuple(torch.as_tensor(part, device=self.device) for part in (w, c))

    def load(self, w, c, x, y):
        self.take(w, c, x.shape)
        self.data.x.copy_(torch.as_tensor(x))
        self.data.y.copy_(torch.as_tensor(y))

    def generate(self, seed, starts):
        p = self.problem
        torch.manual_seed(seed)
        self.take(*starts, (p.fits, p.n, p.d))
        data = self.data
        data.x.uniform_(-1, 1)
        data.y.normal_(0, p.noise_sd)
        w, c = (torch.as_tensor(part, dtype=torch.float32, device=self.device) for part in p.truth)
        for first in range(0, p.fits, CHUNK):
            part = slice(first, first + CHUNK)
            count = len(data.x[part])
            data.y[part] += predict(p.activation, w.expand(count, -1, -1), c.expand(count, -1),
                                    data.x[part])[2]
        self.finish()

    def finish(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def train(self, recipe, epochs):
        data = self.data
        if recipe not in data.epochs:
            data.epochs[recipe] = Epoch(recipe, data, self.problem)
        data.w.copy_(data.start[0])
        data.c.copy_(data.start[1])
        for _ in range(epochs):
            data.epochs[recipe].run()
        self.finish()

    def parameters(self):
        return self.data.w.cpu().numpy(), self.data.c.cpu().numpy()

    def mse(self):
        data, parts = self.data, []
        for first in range(0, len(data.x), CHUNK):
            part = slice(first, first + CHUNK)
            f = predict(self.problem.activation, data.w[part], data.c[part], data.x[part])[2]
            parts.append(((f - data.y[part]) ** 2).mean(1, dtype=torch.float64))
        return torch.cat(parts).tolist()

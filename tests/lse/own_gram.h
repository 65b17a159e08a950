#pragma once

// The Gram matrix of members that a test defines itself: include this behind their lists.

#include "kernels/lse/fold_one.h"
#include "kernels/lse/gram_one.h"
#include "kernels/lse/linearize_one.h"
#include "kernels/model/layout.h"
#include "tests/support/guarded.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

namespace
{

using namespace moerate;

constexpr int own_d = 2;
constexpr int own_n = 5;
std::vector<double> const own_x = {1, 0.5, -0.25, 1, 0, 0, -1, 0.75, 0.5, -1.5};

/// f and its derivatives by theta at sample t.
using Derivatives = std::vector<double> (*)(std::vector<double> const& theta, int t, double& f);

template <class Task>
void run_guarded(Task const& task)
{
    Guarded memory(scratch_bytes(SerialLanes{}, task));
    run_one(SerialLanes{}, task, memory.data());
    memory.check();
}

/// J^T (f - y) and J^T J of two atoms under sigmoid gates are those by hand.
inline void check_gram(char const* score, char const* form, char const* activation,
                       std::vector<double> const& theta, Derivatives row)
{
    GateSpec gate;
    gate.score = find<Scores>(score);
    gate.normalizer = find<Normalizers>("sigmoid");
    Model const model =
        make_model(gate, {find<Experts>(form), find<Activations>(activation)}, own_d, 2);
    std::vector<double> const y(own_n, 0.5);
    std::size_t const p = theta.size();
    std::vector<double> c(static_cast<std::size_t>(coefficient_rows(model)) * own_n), g(p),
        h(p * p);
    Guarded sums(gram_numbers(model) * sizeof(double));
    auto* const maps = static_cast<double*>(sums.data());
    double mse = NAN;
    run_guarded(LinearizeTask<double>{model, theta.data(), own_n, own_x.data(), y.data(), c.data(),
                                      g.data(), &mse});
    run_guarded(GramTask<double>{model, own_n, own_x.data(), c.data(), maps, 0, 1});
    run_guarded(FoldTask{model, theta.data(), maps, h.data()});
    sums.check();
    std::vector<double> want_g(p), want_h(p * p);
    for (int t = 0; t < own_n; ++t) {
        double f = NAN;
        std::vector<double> const j = row(theta, t, f);
        for (std::size_t a = 0; a < p; ++a) {
            want_g[a] += j[a] * (f - 0.5);
            for (std::size_t b = 0; b < p; ++b)
                want_h[a * p + b] += j[a] * j[b];
        }
    }
    for (std::size_t a = 0; a < p; ++a) {
        CHECK(g[a] == Approx(want_g[a]).epsilon(1e-12).margin(1e-12));
        for (std::size_t b = 0; b < p; ++b)
            CHECK(h[a * p + b] == Approx(want_h[a * p + b]).epsilon(1e-12).margin(1e-12));
    }
}

} // namespace

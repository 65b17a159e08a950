#pragma once

/// @file
/// Generates one data set, the algorithm of all backends (spec.md 1, design.md 3).

#include "kernels/data/generate_api.h"
#include "kernels/model/forward.h"
#include "kernels/rng/draws.h"
#include "kernels/rng/philox_block.h"

MOE_BEGIN_ISA

/// Working memory of a generation.
template <class Real, class Lanes>
struct GenerateMemory
{
    Forward<Real, Lanes> forward;
    std::uint32_t* words; ///< [4][chunk] planes of Philox words
    double* noise;        ///< [chunk]
    SampleSum square;     ///< of y - f_true
    SampleSum square_y;

    MOE_HD MOE_FLAT GenerateMemory(Lanes lanes, Scratch& scratch, Model const& truth)
        : forward(lanes, scratch, truth), words(scratch.take<std::uint32_t>(4 * chunk)),
          noise(scratch.take<double>(chunk)), square(scratch), square_y(scratch)
    {}
};

/// Bytes of working memory of run_one.
template <class Real, class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes lanes, GenerateTask<Real> const& task)
{
    Scratch measure(nullptr);
    GenerateMemory<Real, Lanes> const memory(lanes, measure, task.truth);
    return measure.used();
}

/// x of samples first .. first + count - 1: Philox call c of a sample gives its inputs 4c .. 4c
/// + 3.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void fill_x(Lanes lanes, GenerateTask<Real> const& task, int first, int count,
                            std::uint32_t* words)
{
    int const d = task.truth.d;
    int const calls = (d + 3) / 4;
    StreamKey const key = task.key; // copies: the loop's stores must not seem to change them
    Stream const stream = task.x_stream;
    std::uint64_t const from =
        static_cast<std::uint64_t>(first) * static_cast<std::uint64_t>(calls);
    Real* const x = task.x + static_cast<std::size_t>(first) * d;
    for (int at = 0; at < count * calls; at += chunk) {
        int const some = count * calls - at < chunk ? count * calls - at : chunk;
        fill_words<chunk>(lanes, key, stream, from + static_cast<std::uint64_t>(at), words);
        if (d == 4 * calls) { // rows of whole calls follow each other without a gap
            Real* const out = x + 4 * at;
            MOE_SIMD
            for (int i = lanes.rank(); i < some; i += lanes.size())
                for (int q = 0; q < 4; ++q)
                    out[4 * i + q] = static_cast<Real>(uniform_pm1(words[q * chunk + i]));
        } else {
            for (int i = lanes.rank(); i < some; i += lanes.size()) {
                int const column = (at + i) % calls * 4;
                Real* const row = x + static_cast<std::size_t>((at + i) / calls) * d + column;
                for (int q = 0; q < 4 && column + q < d; ++q)
                    row[q] = static_cast<Real>(uniform_pm1(words[q * chunk + i]));
            }
        }
    }
    lanes.sync();
}

/// Standard normal noise of samples first .. first + chunk - 1; Philox call c gives samples 4c ..
/// 4c + 3.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void fill_noise(Lanes lanes, GenerateTask<Real> const& task, int first,
                                double* noise)
{
    MOE_SIMD
    for (int i = lanes.rank(); i < chunk / 4; i += lanes.size()) {
        Words const w = philox(task.key, Stream::noise, static_cast<std::uint64_t>(first / 4 + i));
        Normals const four = normals(w);
        for (int q = 0; q < 4; ++q)
            noise[4 * i + q] = four.z[q];
    }
    lanes.sync();
}

/// x, y = f_true(x) + noise_sd * N(0,1), and where asked for the true experts' responses, the
/// truth's own mean square error and the mean of y^2.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void run_one(Lanes lanes, GenerateTask<Real> const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    GenerateMemory<Real, Lanes> m(lanes, scratch, task.truth);
    Model const& truth = task.truth;
    Planes<Real> const& planes = m.forward.planes;
    m.forward.load(lanes, task.theta_true);
    m.square.clear(lanes);
    m.square_y.clear(lanes);
    for (int first = 0; first < task.n; first += chunk) {
        int const count = task.n - first < chunk ? task.n - first : chunk;
        fill_x(lanes, task, first, count, m.words);
        m.forward.begin(task.x, first + count, first); // there is no more yet
        m.forward.chunk_at(lanes, task.x, first + count, first, count);
        if (task.noise_sd > 0)
            fill_noise(lanes, task, first, m.noise);
        for (int b = lanes.rank(); b < count; b += lanes.size()) {
            double const noise = task.noise_sd > 0 ? task.noise_sd * m.noise[b] : 0.0;
            task.y[first + b] = static_cast<Real>(static_cast<double>(planes.f[b]) + noise);
            for (int j = 0; task.experts != nullptr && j < truth.k; ++j)
                task.experts[static_cast<std::size_t>(j) * task.n + first + b] =
                    planes.expert[j * chunk + b];
        }
        if (task.mse_truth != nullptr)
            m.square.add_square(lanes, planes.f, task.y + first, count);
        if (task.mean_square != nullptr)
            m.square_y.add_square(lanes, task.y + first, count);
        lanes.sync();
    }
    if (task.mse_truth != nullptr && lanes.rank() == 0)
        *task.mse_truth = m.square.total() / task.n;
    if (task.mean_square != nullptr && lanes.rank() == 0)
        *task.mean_square = m.square_y.total() / task.n;
    lanes.sync();
}

MOE_END_ISA

#pragma once

/// @file
/// Minibatches of one sample on a CPU thread. A chunk's vectors lie along its samples, of which
/// there is one here; so maps are turned, and vectors lie along the atoms: a sample's scores are
/// its features times rows of turned maps, and its step goes over the same rows, together with the
/// next sample's scores. All sums have the order of other minibatches, and so the same bits.

#include "kernels/model/tile_serial.h"
#include "kernels/sgd/chunk.h"
#include "kernels/sgd/single.h"

#include <limits>
#include <optional>

MOE_BEGIN_ISA

/// The turned maps of a model whose maps copy theta: row f < d holds entry f of the gate's maps,
/// then of the experts', row d their constants. What stands behind the
/// gate's has the lowest score, and what stands behind the experts' 0, as long as it steps by 0.
template <class Real>
class TurnedMaps
{
    using Vector = typename Simd<Real>::Vector;
    static constexpr int width = Simd<Real>::width;
    static constexpr int most = simd_registers / 4; ///< vectors that go over the features together

public:
    using Rows = AcrossRows<simd_registers == 32 ? width : 4>; ///< fewer: fewer vectors of maps

    TurnedMaps(Scratch& scratch, Shape const& shape)
        : d_(shape.features.gate.size), k_(shape.k), experts_(Rows::padded(shape.k)),
          rows_(scratch.take<Real>(static_cast<std::size_t>(d_ + 1) * columns()))
    {}

    int experts() const { return experts_; } ///< column of the first expert
    int columns() const { return padded_columns<Real>(2 * experts_); }

    void load(Maps<Real> const& from)
    {
        for (int f = 0; f <= d_; ++f)
            for (int j = 0; j < columns(); ++j)
                rows_[f * columns() + j] =
                    f == d_ && j < experts_ ? std::numeric_limits<Real>::lowest() : Real(0);
        each_entry(from, [](Real& turned, Real& entry) { turned = entry; });
    }

    void store(Maps<Real> const& to) const
    {
        each_entry(to, [](Real& turned, Real& entry) { entry = turned; });
    }

    /// s_j = W_j . x + c_j of all maps.
    void scores(Real const* x, Real* s)
    {
        each_block([&](auto count, int first) {
            pass<decltype(count)::value, false, true>(first, nullptr, nullptr, Real(0), x, s);
        });
    }

    /// W_j -= rate (c_j x), constants likewise with x = 1, for coefficients c_j.
    void step(Real rate, Real* coefficient, Real const* x)
    {
        each_block([&](auto count, int first) {
            pass<decltype(count)::value, true, false>(first, coefficient, x, rate, nullptr,
                                                      nullptr);
        });
    }

    /// That step, then the scores of `next` in place of the coefficients.
    void step_to(Real rate, Real* coefficient, Real const* x, Real const* next)
    {
        each_block([&](auto count, int first) {
            pass<decltype(count)::value, true, true>(first, coefficient, x, rate, next,
                                                     coefficient);
        });
    }

private:
    /// f(turned, entry) of all entries of all maps.
    template <class F>
    void each_entry(Maps<Real> const& maps, F const& f) const
    {
        for (int j = 0; j < 2 * k_; ++j) {
            Real* const column = rows_ + (j < k_ ? j : experts_ + j - k_);
            for (int i = 0; i < d_; ++i)
                f(column[i * columns()], maps.w[j * maps.gate_stride + i]);
            f(column[d_ * columns()], maps.c[j]);
        }
    }

    template <class F>
    void each_block(F const& f) const
    {
        for (int first = 0; first < columns(); first += most * width) {
            int const left = (columns() - first) / width;
            with_size<most>(left < most ? left : most, [&](auto count) { f(count, first); });
        }
    }

    /// Of `count` vectors of maps from `first` on, in registers.
    template <int count, bool steps, bool scores>
    void pass(int first, Real const* coefficient, Real const* x, Real rate, Real const* next,
              Real* s)
    {
        Vector c[count], sum[count];
        Vector const back = -rate - Vector{};
        int const stride = columns();
        Real* const rows = rows_ + first;
        auto const row = [=](int f, auto v) MOE_INLINED -> Vector& {
            return *reinterpret_cast<Vector*>(rows + f * stride + v * width);
        };
        for_constants<count>([&](auto v) MOE_INLINED {
            if constexpr (steps) {
                c[v] = *reinterpret_cast<Vector const*>(coefficient + first + v * width);
                row(d_, v) = multiply_add(back, c[v], row(d_, v));
            }
            sum[v] = row(d_, v);
        });
        for (int f = 0; f < d_; ++f) {
            for_constants<count>([&](auto v) MOE_INLINED {
                Vector w = row(f, v);
                if constexpr (steps) {
                    w = multiply_add(back, multiply_add(c[v], x[f] - Vector{}, Vector{}), w);
                    row(f, v) = w;
                }
                if constexpr (scores)
                    sum[v] = multiply_add(w, next[f] - Vector{}, sum[v]);
            });
        }
        if constexpr (scores)
            for_constants<count>([&](auto v) MOE_INLINED {
                *reinterpret_cast<Vector*>(s + first + v * width) = sum[v];
            });
    }

    int d_;
    int k_;
    int experts_;
    Real* rows_; ///< [d + 1][columns]
};

template <class Real>
class SingleSteps<Real, SerialLanes, void>
{
    using Rows = typename TurnedMaps<Real>::Rows;

public:
    SingleSteps(Scratch& scratch, Shape const& shape, int batch)
    {
        if (batch != 1 || !shape.copied || shape.gate_rows != shape.k)
            return;
        turned_.emplace(scratch, shape);
        plane_ = scratch.take<Real>(static_cast<std::size_t>(turned_->columns()));
        slope_ = scratch.take<Real>(static_cast<std::size_t>(turned_->experts()));
    }

    /// Whether minibatches have one sample and the maps allow for it.
    bool used() const { return turned_.has_value(); }

    /// One epoch, as of other minibatches.
    template <class Task, class Memory>
    MOE_NOINLINE void epoch(Task const& task, Memory& m, int index)
    {
        constexpr SerialLanes lanes{};
        begin_epoch(lanes, task, m, index);
        turned_->load(m.forward.maps);
        Real const rate = static_cast<Real>(task.settings.learning_rate);
        Planes<Real> p = m.forward.planes;
        p.plane = plane_;
        p.expert = plane_ + turned_->experts();
        p.slope = slope_;
        Real const* before = nullptr; // x of the sample whose step is still to do
        auto const ask = [&](int first) {
            request(lanes, task, m, index, chunk_at(first, 0, task.n, chunk));
            m.forward.tile.ask_rest(); // no product follows
        };
        ask(0);
        for (int first = 0; first < task.n; first += chunk) {
            m.now = 1 - m.now;
            int const left = task.n - first;
            if (left > chunk)
                ask(first + chunk);
            for (int b = 0; b < left && b < chunk; ++b) {
                Real const* const x =
                    task.x + static_cast<std::size_t>(m.incoming[m.now].row[b]) * task.model.d;
                if (before == nullptr)
                    turned_->scores(x, plane_);
                else
                    turned_->step_to(rate, plane_, before, x);
                coefficients_of(task.model, m.forward.shape, p, task.y[m.incoming[m.now].row[b]],
                                m.common->scale);
                before = x;
            }
        }
        turned_->step(rate, plane_, before);
        turned_->store(m.forward.maps);
    }

private:
    /// A sample's scores to its coefficients.
    void coefficients_of(Model const& model, Shape const& shape, Planes<Real> const& p, Real y,
                         Real scale) const
    {
        constexpr SerialLanes lanes{};
        visit(Normalizers{}, model.gate.normalizer, [&](auto normalizer) {
            normalizer.template weights<Rows>(lanes, model, p.plane, p.work);
            for (int j = model.k; !normalizer.across && j < Rows::padded(model.k); ++j)
                p.plane[j] = Real(0);
        });
        visit(Activations{}, shape.activated ? model.expert.activation : 0, [&](auto phi) {
            Real* const h = p.expert;
            Real* const slope = p.slope;
            int const power = model.expert.power;
            Rows::all(shape.k, [=](int j) MOE_INLINED {
                auto const at = phi.eval(h[j], power);
                h[j] = at.value;
                slope[j] = at.slope;
            });
        });
        mix<Rows>(lanes, shape, p);
        Real const f = p.f[0];
        Real const residual = scale * (f - y);
        visit(Normalizers{}, model.gate.normalizer, [&](auto normalizer) {
            if constexpr (!decltype(normalizer)::grouped) {
                Real* const gate = p.plane;
                Real* const expert = p.expert;
                Real const* const slope = p.slope;
                Rows::all(shape.k, [=](int j) MOE_INLINED {
                    atom_coefficient<decltype(normalizer)>(residual, f, slope[j], gate[j],
                                                           expert[j]);
                });
            }
        });
    }

    std::optional<TurnedMaps<Real>> turned_;
    Real* plane_ = nullptr; ///< [columns] scores, then weights and responses, then coefficients
    Real* slope_ = nullptr; ///< [columns of experts]
};

MOE_END_ISA

#pragma once

/// @file
/// The least-squares fits that a device has room for at once, round by round.

#include "host/device/slices.h"
#include "host/estimate/factored_gram.h"
#include "host/estimate/lse_progress.h"

namespace moerate
{

/// One fit on its way. It has two thetas, of which `now` is the point and the other one the trial.
template <class Real>
struct LseFit
{
    LseItem<Real> const* item;
    LseProgress progress;
    double* theta[2];
    double* gradient[2];
    double* gram;
    double* curvature;
    double* along;
    double* work;
    double* probe;
    double* change;
    Real* coefficients[2]; ///< at either theta
    Real* f[2];            ///< predictions there
    Real* probe_f;
    double* mse;
    StepRecord* step;
    int now = 0;
    bool moved = false; ///< the trial's theta and gradient are those of the point before
    bool live = true;
    bool exact = false;    ///< whether J^T J is of products in float64
    int factors_kind = -1; ///< of FactoredGram, which makes those; -1: GramTask does
};

/// Fits that the device has room for at once.
template <class Real>
class LseWave
{
public:
    LseWave(Device& device, LseItem<Real> const* items, std::size_t count);
    std::vector<LseResult> run();

private:
    using Next = LseProgress::Next;
    using Fits = std::vector<LseFit<Real>*>;

    Fits live();
    std::size_t place(LseFit<Real> const& fit) const
    {
        return static_cast<std::size_t>(&fit - fits_.data());
    }
    /// One list of the tasks task(fit, part), part < parts; its seconds go to the fits.
    template <class Make>
    void run_list(Fits const& some, int parts, Make const& task);
    void linearize(Fits const& some);
    template <class Tile>
    void add_products(Fits const& some);
    void multiply_factors(Fits const& some);
    void multiply(Fits const& some);
    void step(Fits const& some, bool first);
    void accelerate(Fits const& all);
    bool doubt(LseFit<Real>& fit);
    void end(LseFit<Real>& fit);
    void start();
    void find_trials();
    Fits judge();

    Device& device_;
    Slices<double> numbers_;
    Slices<Real> coefficients_;
    DeviceArray<double> mse_;
    DeviceArray<StepRecord> steps_;
    FactoredGram factors_;
    std::vector<LseFit<Real>> fits_;
};

template <class Real>
template <class Make>
void LseWave<Real>::run_list(Fits const& some, int parts, Make const& task)
{
    if (some.empty())
        return;
    std::vector<decltype(task(*some[0], 0))> tasks;
    tasks.reserve(some.size() * static_cast<std::size_t>(parts));
    for (LseFit<Real>* const fit : some)
        for (int part = 0; part < parts; ++part)
            tasks.push_back(task(*fit, part));
    std::vector<double> const seconds = device_.run(tasks);
    for (std::size_t i = 0; i < tasks.size(); ++i)
        some[i / static_cast<std::size_t>(parts)]->progress.result().seconds += seconds[i];
}

} // namespace moerate

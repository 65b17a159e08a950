#include "host/run/late_excess.h"

#include "host/device/slices.h"
#include "host/measure/inclusion.h"
#include "host/run/block_size.h"
#include "host/run/reference.h"
#include "host/run/results.h"
#include "host/run/runner.h"
#include "host/study/identity.h"
#include "host/study/sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace moerate
{
namespace
{

/// The fits of one cell that lack their excess, block by block.
class CellExcess
{
public:
    CellExcess(Study const& study, Cell const& cell, Store& store, Device& device, BlockSize& size,
               Log& log)
        : study_(study), cell_(cell), curve_(study.curves[cell.curve]), store_(store),
          device_(device), size_(size), log_(log)
    {
        std::set<Target> const targets = targets_of(curve_, cell.losses);
        if (yardstick_of(curve_, targets) == Target::projection)
            replicates_ = store.without_reference(cell.id);
    }

    bool done() const { return next_ == replicates_.size(); }
    void do_block(LateExcess& total);

private:
    std::size_t count() const;
    Work work(std::size_t fits) const;
    std::size_t bytes(std::size_t fits) const;
    std::vector<FitRow> measured(std::size_t fits) const;
    template <class Real>
    std::vector<double> reference_mse(std::vector<FitRow> const& fits,
                                      Measure const& reference) const;

    Study const& study_;
    Cell const& cell_;
    Curve const& curve_;
    Store& store_;
    Device& device_;
    BlockSize& size_;
    Log& log_;
    std::vector<int> replicates_;
    std::size_t next_ = 0; ///< in replicates_
};

Work CellExcess::work(std::size_t fits) const
{
    Work one;
    one.fits = one.starts = 1;
    one.flops = one.effort = static_cast<double>(cell_.n) * curve_.model.layout.size;
    return static_cast<long long>(fits) * one;
}

std::size_t CellExcess::bytes(std::size_t fits) const
{
    return fits * data_bytes(curve_, cell_.n);
}

/// Fits of the next block.
std::size_t CellExcess::count() const
{
    BlockLimits const limits = size_.limits();
    std::size_t fits = 1;
    while (next_ + fits < replicates_.size() &&
           !limits.reached(static_cast<int>(fits), work(fits), bytes(fits + 1), work(fits + 1)))
        ++fits;
    return fits;
}

/// Training MSE of a reference on the data of some fits, made again as JobBlock makes them.
template <class Real>
std::vector<double> CellExcess::reference_mse(std::vector<FitRow> const& fits,
                                              Measure const& reference) const
{
    Measure const truth = target_measure(study_, curve_, cell_.n, Target::truth);
    DeviceArray<Real> const theta_true(device_, {truth.theta.begin(), truth.theta.end()});
    DeviceArray<Real> const theta(device_, {reference.theta.begin(), reference.theta.end()});
    Slices<Real> x, y;
    for (std::size_t i = 0; i < fits.size(); ++i) {
        x.add(static_cast<std::size_t>(cell_.n) * truth.model.d);
        y.add(cell_.n);
    }
    x.allocate(device_);
    y.allocate(device_);
    DeviceArray<double> const mse(device_, fits.size());
    std::vector<GenerateTask<Real>> data;
    std::vector<EvaluateTask<Real>> compared;
    for (std::size_t i = 0; i < fits.size(); ++i) {
        int const own = static_cast<int>(i);
        data.push_back({truth.model, theta_true.data(),
                        data_key(study_, curve_, cell_.n, fits[i].replicate), Stream::x, cell_.n,
                        std::sqrt(curve_.noise_variance), x.at(own), y.at(own), nullptr, nullptr});
        compared.push_back({reference.model, theta.data(), cell_.n, x.at(own), y.at(own), nullptr,
                            nullptr, nullptr, mse.data() + i});
    }
    device_.run(data);
    device_.run(compared);
    return mse.download();
}

/// The next fits, each with its excess; without those that have no MSE to compare.
std::vector<FitRow> CellExcess::measured(std::size_t fits) const
{
    std::vector<FitRow> rows;
    auto const first = replicates_.begin() + static_cast<std::ptrdiff_t>(next_);
    auto const last = first + static_cast<std::ptrdiff_t>(fits);
    for (FitRow& row : store_.fits(cell_.id, false, {*first, *(last - 1)}))
        if (std::binary_search(first, last, row.replicate) && std::isfinite(row.at(at_fit).mse))
            rows.push_back(std::move(row));
    if (rows.empty())
        return rows;
    Measure const reference = target_measure(study_, curve_, cell_.n, Target::projection);
    std::vector<double> const mse = curve_.estimator->in_float64()
                                        ? reference_mse<double>(rows, reference)
                                        : reference_mse<float>(rows, reference);
    bool const held = function_held(curve_.model, reference.model);
    for (std::size_t i = 0; i < rows.size(); ++i)
        set_excess(rows[i], mse[i], held, cell_.n, curve_.noise_variance);
    return rows;
}

/// Measures and stores the next block; if there is too little memory, only makes blocks smaller.
void CellExcess::do_block(LateExcess& total)
{
    auto const begin = std::chrono::steady_clock::now();
    std::size_t const fits = count();
    std::vector<FitRow> rows;
    if (!with_memory(log_, [&] { rows = measured(fits); })) {
        size_.halve(fits, bytes(fits),
                    fmt::format("the data of one fit of \"{}\" n={}", curve_.label, cell_.n));
        return;
    }
    std::chrono::duration<double> const seconds = std::chrono::steady_clock::now() - begin;
    size_.took(work(fits), seconds.count());
    store_.add_excess(rows);
    next_ += fits;
    total.fits += static_cast<long long>(rows.size());
}

} // namespace

Target yardstick_of(Curve const& curve, std::set<Target> const& targets)
{
    if (curve.target == Target::projection || targets.count(Target::projection) == 0)
        return curve.target;
    return function_held(curve.model, curve.truth.model) ? Target::truth : Target::projection;
}

LateExcess add_late_excess(Study const& study, Plan const& plan, Store& store, Device& device,
                           RunOptions const& options, Log& log)
{
    LateExcess total;
    BlockSize size(device, options, 0);
    auto const stopped = [&] { return total.stopped = options.stop && options.stop(); };
    for (Cell const& cell : plan.cells) {
        CellExcess fits(study, cell, store, device, size, log);
        while (!fits.done()) {
            if (stopped())
                return total;
            fits.do_block(total);
        }
    }
    return total;
}

} // namespace moerate

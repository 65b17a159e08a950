#include "host/run/remeasure.h"

#include "host/run/block_size.h"
#include "host/run/measure_losses.h"
#include "host/run/reference.h"
#include "host/run/results.h"
#include "host/run/runner.h"
#include "host/study/sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>

namespace moerate
{
namespace
{

/// Replicates whose stored fit lacks a loss, by loss.
using Lacking = std::map<LossKey, std::vector<int>>;

Lacking lacking(Cell const& cell, int starts, Store const& store)
{
    std::vector<int> const fits = store.replicates(cell.id);
    std::map<LossKey, std::vector<int>> known = store.loss_keys(cell.id);
    Lacking result;
    for (LossSpec const& loss : cell.losses) {
        for (char const* at : fit_points) {
            if (!has_point(at, starts))
                continue;
            LossKey const key = loss_key(loss, at);
            std::vector<int> const& have = known[key];
            std::vector<int> lack;
            std::set_difference(fits.begin(), fits.end(), have.begin(), have.end(),
                                std::back_inserter(lack));
            if (!lack.empty())
                result.emplace(key, std::move(lack));
        }
    }
    return result;
}

/// All replicates that lack something, ascending.
std::vector<int> replicates_of(Lacking const& lack)
{
    std::vector<int> all;
    for (auto const& [key, replicates] : lack) {
        std::vector<int> both;
        std::set_union(all.begin(), all.end(), replicates.begin(), replicates.end(),
                       std::back_inserter(both));
        all = std::move(both);
    }
    return all;
}

/// The lacking losses of one cell, block by block.
class CellLosses
{
public:
    CellLosses(Study const& study, Cell const& cell, Store& store, Device& device, BlockSize& size,
               Log& log)
        : cell_(cell), curve_(study.curves[cell.curve]), store_(store), device_(device),
          size_(size), log_(log), lack_(lacking(cell, curve_.start.number.count, store)),
          replicates_(replicates_of(lack_))
    {
        for (Target const target : targets_of(curve_, cell.losses))
            if (!done())
                references_[target] = target_measure(study, curve_, cell.n, target);
    }

    bool done() const { return next_ == replicates_.size(); }
    void do_block(Remeasured& total);

private:
    std::size_t count() const;
    std::size_t bytes(std::size_t fits) const;
    std::vector<LossRow> measure(std::vector<FitRow> const& fits, Remeasured& done);
    void save(std::vector<LossRow> rows);
    Work work(std::size_t fits) const;

    Cell const& cell_;
    Curve const& curve_;
    Store& store_;
    Device& device_;
    BlockSize& size_;
    Log& log_;
    Lacking lack_;
    std::vector<int> replicates_;
    std::size_t next_ = 0; ///< in replicates_
    std::map<Target, Measure> references_;
    std::vector<int> owner_; ///< of each loss of the block: its replicate
};

/// Device memory of a block.
std::size_t CellLosses::bytes(std::size_t fits) const
{
    std::size_t numbers = 0;
    for (auto const& [target, measure] : references_)
        numbers += measure.theta.size();
    return sizeof(double) * numbers + fits * loss_bytes(curve_, cell_.losses.size());
}

/// Cost of a block, in a unit of its own: numbers that are read.
Work CellLosses::work(std::size_t fits) const
{
    auto const count = static_cast<long long>(fits);
    Work one;
    one.fits = one.starts = 1;
    one.flops = one.effort =
        2.0 * static_cast<double>(cell_.losses.size()) * curve_.model.layout.size;
    return count * one;
}

/// Fits of the next block.
std::size_t CellLosses::count() const
{
    BlockLimits const limits = size_.limits();
    std::size_t fits = 1;
    // A block is read as a range, with the fits between that lack nothing.
    auto const range = [&](std::size_t count) {
        return replicates_[next_ + count - 1] - replicates_[next_] + 1LL;
    };
    while (next_ + fits < replicates_.size() && range(fits + 1) <= limits.most_fits &&
           !limits.reached(static_cast<int>(fits), work(fits), bytes(fits + 1), work(fits + 1)))
        ++fits;
    return fits;
}

/// Measures and stores the next block; if there is too little memory, only makes blocks smaller.
void CellLosses::do_block(Remeasured& total)
{
    auto const begin = std::chrono::steady_clock::now();
    std::size_t const fits = count();
    Remeasured done;
    std::vector<LossRow> rows;
    if (!with_memory(log_, [&] {
            rows = measure(
                store_.fits(cell_.id, true, {replicates_[next_], replicates_[next_ + fits - 1]}),
                done);
        }))
    {
        size_.halve(fits, bytes(fits),
                    fmt::format("the losses of one fit of \"{}\" n={}", curve_.label, cell_.n));
        return;
    }
    std::chrono::duration<double> const seconds = std::chrono::steady_clock::now() - begin;
    size_.took(work(fits), seconds.count());
    save(std::move(rows));
    next_ += fits;
    total.losses += done.losses;
    total.unmeasured += done.unmeasured;
}

/// What is lacking of these fits; notes in owner_ whose it is.
std::vector<LossRow> CellLosses::measure(std::vector<FitRow> const& fits, Remeasured& done)
{
    std::vector<HostLossRequest> requests;
    std::vector<LossKey> keys;
    owner_.clear();
    for (FitRow const& fit : fits) {
        for (LossSpec const& loss : cell_.losses) {
            for (char const* at : fit_points) {
                LossKey const key = loss_key(loss, at);
                auto const lack = lack_.find(key);
                if (lack == lack_.end() ||
                    !std::binary_search(lack->second.begin(), lack->second.end(), fit.replicate))
                    continue;
                std::vector<double> const& theta = fit.at(at).theta;
                if (theta.empty()) {
                    ++done.unmeasured;
                    continue;
                }
                requests.push_back(
                    {&curve_.model, &theta, &references_.at(loss.target), loss.choice});
                keys.push_back(key);
                owner_.push_back(fit.replicate);
            }
        }
    }
    std::vector<LossRow> rows = measure_losses(device_, requests);
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i].key = std::move(keys[i]);
    done.losses = static_cast<long long>(rows.size());
    return rows;
}

void CellLosses::save(std::vector<LossRow> rows)
{
    std::map<int, std::vector<LossRow>> by_replicate;
    for (std::size_t i = 0; i < rows.size(); ++i)
        by_replicate[owner_[i]].push_back(std::move(rows[i]));
    store_.transaction([&] {
        for (auto const& [replicate, losses] : by_replicate)
            store_.add_losses(cell_.id, replicate, losses);
    });
}

} // namespace

Remeasured remeasure(Study const& study, Plan const& plan, Store& store, Device& device,
                     RunOptions const& options, Log& log)
{
    Remeasured total;
    BlockSize size(device, options, 0);
    auto const stopped = [&] { return total.stopped = options.stop && options.stop(); };
    for (Cell const& cell : plan.cells) {
        if (stopped())
            break;
        CellLosses losses(study, cell, store, device, size, log);
        while (!losses.done()) {
            losses.do_block(total);
            if (!losses.done() && stopped())
                return total;
        }
    }
    return total;
}

} // namespace moerate

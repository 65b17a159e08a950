#pragma once

/// @file
/// Writes factors of Khatri-Rao sums, the algorithm of all backends: a list of rows, then the
/// samples chunk by chunk through one table (gram_table.h). A row of a chunk is contiguous, so that
/// what a warp writes is whole sectors.

#include "kernels/lse/factors_api.h"
#include "kernels/lse/gram_table.h"

MOE_BEGIN_ISA

template <class Lanes>
class LaneFactors
{
    static constexpr int pitch = chunk;

public:
    MOE_HD MOE_FLAT LaneFactors(Lanes lanes, Scratch& scratch, FactorsTask const& task)
        : lanes_(lanes), task_(task), tables_(lanes, scratch, task), table_(tables_.take(scratch)),
          list_(scratch.take<FeaturePair>(factor_list))
    {}

    MOE_HD MOE_FLAT void run()
    {
        GramLayout const& layout = tables_.lay_out();
        tables_.open(table_);
        std::int64_t const rows = factor_row(layout, layout.products);
        int const begin = static_cast<int>(rows * task_.part / task_.parts);
        int const end = static_cast<int>(rows * (task_.part + 1) / task_.parts);
        for (int row = begin; row < end; row += factor_list)
            write(row, end - row < factor_list ? end - row : factor_list);
    }

private:
    /// Lists what `count` rows from number `first` on are products of.
    MOE_HD MOE_FLAT void list(int first, int count)
    {
        GramLayout const& layout = tables_.layout();
        for (int p = 0; p < layout.products; ++p) {
            GramProduct const& product = layout.product[p];
            int const pairs = factor_row(layout, p);
            int const monomials = pairs + product.pairs;
            int const end = monomials + product.monomials;
            if (end <= first || first + count <= pairs)
                continue;
            tables_.count(product);
            for (int i = lanes_.rank(); i < count; i += lanes_.size()) {
                int const row = first + i;
                if (pairs <= row && row < monomials)
                    list_[i] = tables_.pair_at(product, row - pairs);
                else if (monomials <= row && row < end)
                    list_[i] = tables_.monomial_at(product, row - monomials);
            }
        }
    }

    MOE_HD MOE_FLAT void write(int first, int count)
    {
        lanes_.sync();
        list(first, count);
        std::size_t const samples = static_cast<std::size_t>(task_.samples);
        double* const out = task_.factors + first * samples;
        for (int t = 0; t < task_.samples; t += chunk) {
            lanes_.sync(); // the chunk before has been read
            int const left = task_.n - task_.first - t;
            tables_.start_copies(task_.first + t, table_);
            lanes_.wait_copies();
            lanes_.sync();
            tables_.derive(left < 0 ? 0 : left < chunk ? left : chunk, table_);
            for (int i = lanes_.rank(); i < count * chunk; i += lanes_.size()) {
                FeaturePair const at = list_[i / chunk];
                out[i / chunk * samples + t + i % chunk] =
                    table_[at.a + i % chunk] * table_[at.b + i % chunk];
            }
        }
    }

    Lanes lanes_;
    FactorsTask const& task_;
    GramTable<double, pitch, FactorsTask, Lanes> tables_;
    double* table_;
    FeaturePair* list_; ///< [factor_list]
};

/// Bytes of working memory of run_one.
template <class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes lanes, FactorsTask const& task)
{
    Scratch measure(nullptr);
    LaneFactors<Lanes> const memory(lanes, measure, task);
    return measure.used();
}

/// This part's rows.
template <class Lanes>
MOE_HD MOE_FLAT void run_one(Lanes lanes, FactorsTask const& task, void* scratch_memory)
{
    MOE_EXPECT(task.n >= 1 && 0 <= task.part && task.part < task.parts);
    MOE_EXPECT(task.samples % chunk == 0 && 0 <= task.first && task.first < task.n);
    Scratch scratch(scratch_memory);
    LaneFactors<Lanes>(lanes, scratch, task).run();
}

MOE_END_ISA

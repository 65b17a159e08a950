#pragma once

/// @file
/// J^T J of many fits by products of written-out factors, which on CUDA cuBLAS multiplies.

#include "host/device/device.h"
#include "kernels/lse/gram_layout.h"
#include "kernels/spec/model.h"

#include <vector>

namespace moerate
{

/// A fit at a point. All addresses are the device's.
struct FactoredFit
{
    int kind; ///< FactoredGram::expect of its model and n
    Model model;
    int n;
    double const* x;            ///< [n][d]
    double const* coefficients; ///< of LinearizeTask at the point
    double const* theta;        ///< [layout.size]
    double* gram;               ///< out [p][p]
};

/// Makes Gram matrices in calls whose every size, the number of fits among them, follows from one
/// fit's model and n alone: the sizes are what a library chooses its kernel by, and so the order of
/// sums. Fits of equal sizes share calls; a call that lacks fits multiplies what stands in the
/// memory of those places, and nobody reads that.
class FactoredGram
{
public:
    explicit FactoredGram(Device& device) : device_(device) {}

    /// Says that run() may be given a fit of such a model and n; once for each of them. Returns the
    /// kind of the fit: those that are alike share calls.
    int expect(Model const& model, int n);
    /// Allocates for all that was expected. Throws DeviceError.
    void allocate() { memory_ = DeviceArray<double>(device_, numbers_); }

    /// J^T J of all fits; seconds that each of them took. Throws DeviceError.
    std::vector<double> run(std::vector<FactoredFit> const& fits);

private:
    /// The calls of fits that are alike.
    struct Kind
    {
        GramLayout layout;
        int samples;                   ///< of a call
        int calls;                     ///< that a fit's samples take
        int fits;                      ///< of a call
        int rows;                      ///< factors of a fit
        std::size_t all_sums, numbers; ///< of a call's memory: sums of its fits, which come first
                                       ///< and are followed by their factors; all
        std::size_t expected;          ///< fits

        std::size_t row_numbers() const { return static_cast<std::size_t>(rows) * samples; }
        bool like(Kind const& other) const;
        /// Calls for `count` fits that stand side by side in memory.
        std::size_t side_by_side(std::size_t count) const;
    };
    /// A fit of a list and where its seconds are added up.
    struct Entry
    {
        FactoredFit const* fit;
        double* seconds;
    };
    using List = std::vector<Entry>;

    static Kind kind_of(Model const& model, int n);
    double* sums(Kind const& kind, std::size_t place) const;
    double* factors(Kind const& kind, std::size_t place) const;
    void write(Kind const& kind, int call, List const& list);
    void multiply(Kind const& kind, int call, List const& list);
    void fold(Kind const& kind, List const& list);

    Device& device_;
    std::vector<Kind> kinds_;
    std::size_t numbers_ = 0; ///< the most that a kind needs
    DeviceArray<double> memory_;
};

} // namespace moerate

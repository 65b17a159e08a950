#pragma once

/// @file
/// A loss near one point with what it chooses there held, so that a slope costs no search of
/// cells and moves at each of the points that it takes differences of.

#include "host/measure/loss_memory.h"
#include "host/measure/measure_json.h"

#include <optional>
#include <vector>

namespace moerate
{

/// A Voronoi loss chooses cells and, under gauge = align, one of several moves of the fitted atoms
/// (spec.md 1.3, 2.1): to search them costs k k* times the loss itself. Off the edges between
/// choices they are the same at all points near by, and so are value and slope of the loss with the
/// choices held. Moves are held by their rule (which atoms' mean, which atom lands on which); the
/// shift itself goes with the parameters. By the kernels' text, for one thread at a time.
class LossBranch
{
public:
    /// The choices at theta. Nothing where they are of another kind: hierarchical losses, losses
    /// against a set of measures, and a mean that its rounds have not settled; nor where theta or
    /// the loss is not finite. What is passed outlives the result.
    static std::optional<LossBranch> at(Model const& fitted, Measure const& truth,
                                        LossChoice const& choice, std::vector<double> const& theta);

    LossBranch(LossBranch&&) = default; // a copy's rows would be those of the original

    /// The loss at a point near by; nothing where the move leads out of the locations there are
    /// (cosine scores).
    std::optional<double> value(std::vector<double> const& theta) const;

private:
    enum class Move
    {
        none,
        centre, ///< by the mean over the cells' atoms of their differences
        land    ///< atom `fitted_` on true atom `true_`
    };

    LossBranch(Model const& fitted, Measure const& truth, LossChoice const& choice,
               LossTask<double> const& task);
    /// Which move led to the shift of the measured rows; false where none of those held here did.
    bool find_move();
    /// The shift of the move, in work_.next_shift.
    void shift(Move move, int fitted, int target) const;

    Model const* model_;
    Measure const* truth_;
    LossChoice choice_;
    LossMemory memory_;
    LossWork work_; ///< in it; the truth's rows stand
    std::vector<int> cell_;
    Move move_ = Move::none;
    int fitted_ = 0, true_ = 0;
};

} // namespace moerate

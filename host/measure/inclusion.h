#pragma once

/// @file
/// Which fitted classes hold which truths (spec.md 4): where one does, the truth is a reference for
/// `excess`; where it does atom by atom, the truth is also the target of losses and starts.

#include "kernels/spec/model.h"

#include <string_view>

namespace moerate
{

/// phi(t) = t: the identity, or the power 1.
bool is_identity(int activation, int power);

/// Class of a gate's scores: the name of the score, but "linear" for ridge scores with the identity
/// or the power 1, and "square" for those with the power 2.
std::string_view class_of(GateSpec const& gate);

/// Whether some parameter of `fitted` gives, on the bounded inputs, the function of any parameter
/// of `truth` whose temperature is truth.temperature: score, normalizer, temperature and expert are
/// the same or included in one another by the table of inclusions, and extra atoms can be without
/// effect. False does not mean that no parameter does.
bool class_holds(Model const& fitted, Model const& truth);

/// Whether some parameter of `fitted` gives the function of any parameter of `truth`, be it with
/// atoms that are none of the truth's: class_holds, or two sigmoids that make a softmax of two
/// atoms. The least squares estimator of the class is then at most the truth's MSE. (A truth whose
/// class holds the fitted one bounds nothing: it may be the better one.) False does not mean that
/// no parameter does.
bool function_held(Model const& fitted, Model const& truth);

} // namespace moerate

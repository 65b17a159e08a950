#pragma once

/// @file
/// Which fitted classes hold which truths: where one does, the truth is a reference for `excess`
/// (spec.md 4).

#include "kernels/spec/model.h"

namespace moerate
{

/// Whether some parameter of `fitted` gives, on the bounded inputs, the function of any parameter
/// of `truth` whose temperature is truth.temperature: score, normalizer, temperature and expert are
/// the same or included in one another by the table of inclusions, and extra atoms can be without
/// effect. False does not mean that no parameter does.
bool class_holds(Model const& fitted, Model const& truth);

} // namespace moerate

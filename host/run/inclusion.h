#pragma once

/// @file
/// Which fitted classes hold which truths: where one does, the truth is a reference for `excess`
/// (spec.md 4).

#include "kernels/model/model.h"

namespace moerate
{

/// Whether some parameter of `fitted` gives the function of any parameter of `truth`: one of the
/// listed inclusions applies.
bool class_holds(Model const& fitted, Model const& truth);

} // namespace moerate

#pragma once

/// @file
/// A truth as a measure of a fitted class that holds it (inclusion.h).

#include "host/measure/measure_json.h"

namespace moerate
{

/// The measure of `fitted`'s families, with as many atoms as `truth`, that has the truth's f on the
/// bounded inputs: by the parameters that the table of inclusions names. class_holds(fitted,
/// truth.model) must be true.
Measure embedded(Measure const& truth, Model const& fitted);

} // namespace moerate

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

/// Whether a start by name, each parameter from the truth's of the same name and others from 0 (T
/// and lambda from 1), has the f of any truth: it is embedded(truth, fitted), but for the
/// constants of experts b = lambda phi(b) with the identity. False where class_holds(fitted, truth)
/// is.
bool embedded_by_name(Model const& truth, Model const& fitted);

/// Which way of embedding this is, by which stored losses against such a measure are told apart: 2
/// where versions before had another measure, as for linear scores by ridge (psi the identity or
/// the power 1) in quadratic ones, which got A = w w^T, w = 0 in place of A = 0; else 1.
int embedding_revision(Model const& truth, Model const& fitted);

} // namespace moerate

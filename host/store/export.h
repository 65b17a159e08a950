#pragma once

/// @file
/// A store's fits for other programs.

#include "host/store/store.h"

#include <nlohmann/json.hpp>

#include <string>

namespace moerate
{

/// A CSV field as RFC 4180 has it: quoted where it holds a comma, a quote or a line break, quotes
/// doubled.
std::string csv_field(std::string const& text);

/// Which fits, and what of them.
struct ExportChoice
{
    bool all = false;        ///< also what the study does not ask for (any more)
    bool parameters = false; ///< CSV: those of the fit, by name
    bool blocks = false;     ///< CSV: distances by block (host/measure/block_distances.h)
};

/// One line a fit and loss, by cell, label and replicate; a fit without losses has one line with
/// those columns empty. Curves that share a cell have each their own lines, with the losses that
/// they ask for. Columns: study, cell, label, fit (the label without what is swept), truth (its
/// number of study.truths, from 1), the swept keys, noise_variance, n, replicate, in_study (1 where
/// the study asks for this fit and loss), status, the numbers of FitRow, admissible, iterations,
/// seconds, the estimator's facts (columns.h), loss, exponent, gauge, target, start_value,
/// oracle_value, the numbers of LossRecord at the fit, empty, with `blocks` over.B and exact.B of
/// each block B of the losses, of parameters that were stored, and with `parameters` theta by the
/// names of parameters_by_name. What does not exist is an empty field; numbers are in shortest
/// round-trip form.
std::string export_csv(Store const& store, ExportChoice const& choice = {});

/// {"study", "title", "source", "fits": [{"cell", "label", "fit", "truth", "swept": {key: value},
/// "noise_variance", "n", "replicate", "in_study", "status", the numbers of FitRow, "admissible",
/// "iterations", "seconds", the estimator's facts, "starts": [the values of StartRecord], "losses":
/// [{"loss", "r", "gauge", "target", "at", "in_study", the numbers of LossRecord, "empty",
/// "cells"}], "start": measure, "oracle": measure, "measure": measure}]}. Fits of a cell that
/// curves share are listed under each label, with the losses that it asks for. Cells list the
/// fitted atoms of each true atom. A measure is null where the parameters were not stored or the
/// study does not have the label any more. What does not exist is null.
nlohmann::ordered_json export_json(Store const& store, ExportChoice const& choice = {});

} // namespace moerate

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

/// One line a fit and loss, by cell, label and replicate; a fit without losses has one line with
/// those columns empty. Curves that share a cell have each their own lines, with the losses that
/// they ask for. Columns: cell, label, n, replicate, status, the numbers of FitRow, admissible,
/// iterations, seconds, the estimator's facts (columns.h), loss, r, gauge, target, start_value,
/// oracle_value, the numbers of LossRecord at the fit, empty. What does not exist is an empty
/// field; numbers are in shortest round-trip form.
std::string export_csv(Store const& store);

/// {"study", "title", "source", "fits": [{"cell", "label", "n", "replicate", "status", the numbers
/// of FitRow, "admissible", "iterations", "seconds", the estimator's facts, "starts": [the values
/// of StartRecord], "losses": [{"loss", "r", "gauge", "target", "at", the numbers of LossRecord,
/// "empty", "cells"}], "start": measure, "oracle": measure, "measure": measure}]}.
/// Fits of a cell that curves share are listed under each label, with the losses that it asks for.
/// Cells list the fitted atoms of each true atom. A measure is null where the parameters were not
/// stored or the study does not have the label any more. What does not exist is null.
nlohmann::ordered_json export_json(Store const& store);

} // namespace moerate

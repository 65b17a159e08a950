#pragma once

/// @file
/// May a store go on with this study? (design.md 3)

#include "host/study/study.h"

#include <string>
#include <vector>

namespace moerate
{

class Store;

/// Differences between two canonical JSON objects, "key: stored OLD, now NEW", keys dotted; the
/// names say which is which.
std::vector<std::string> differences(std::string const& stored, std::string const& now,
                                     std::string const& stored_name = "stored",
                                     std::string const& now_name = "now");

/// Throws StoreError if `study` changes seed, data, truth, model, start or estimator of a label
/// that has fits, naming label, key, old and new value; `file` names the store in the message.
/// Titles, slopes, replicates, n, losses, gauges, targets and further labels are free.
void check_same_curves(Store const& store, Study const& study, std::string const& file);

/// Throws StoreError if `study` searches otherwise for a projection that stored losses of a label
/// are against.
void check_same_targets(Store const& store, Study const& study, std::string const& file);

/// Throws StoreError if two files cannot be parts of one study: different id or seed, or a label
/// whose fits are other ones. Names both files and the keys.
void check_same_study(std::string const& file, Study const& study, std::string const& other_file,
                      Study const& other);

} // namespace moerate

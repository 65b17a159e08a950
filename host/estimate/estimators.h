#pragma once

/// @file
/// The list of estimators, and how an experiment file names one.

#include "host/estimate/estimator.h"
#include "host/measure/keys.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace moerate
{

class Reader;

/// Smallest and largest n of a study.
struct SampleSizes
{
    int least, most;
};

/// An estimator before it has settings.
struct EstimatorKind
{
    std::string name;      ///< [estimator] kind
    std::string formula;   ///< for `moerate list`
    std::string source;    ///< "
    std::vector<Key> keys; ///< that it reads of [estimator], beside kind
    /// Reads and checks its keys, for a study of samples of these sizes. Throws
    /// UsageError.
    std::function<std::shared_ptr<Estimator const>(Reader& reader, SampleSizes n)> read;
};

/// All estimators: the one place where one is registered. The list exists at run time, so that a
/// program may append its own before it reads the first study; parsing, identity, runs, rates and
/// `moerate list` follow.
std::vector<EstimatorKind>& estimators();

/// Their names, in the order of the list.
std::vector<std::string> estimator_names();

/// What the manual says of the keys of [estimator]: of all estimators, those that several read
/// once, with the names of these.
KeyTable estimator_keys();

/// [estimator] of an experiment file. A key that only other estimators use is refused. Throws
/// UsageError.
std::shared_ptr<Estimator const> read_estimator(Reader& reader, SampleSizes n);

} // namespace moerate

#pragma once

/// @file
/// The projections that a study's losses are against.

#include "host/device/device.h"
#include "host/study/study.h"

namespace moerate
{

class Log;
class Store;

/// The study with all projections that need a search: those that `store` has or `others`, if there
/// are any, have; what is left is searched for on `device` and stored. Throws UsageError where
/// [target] has too few samples for one at this study's n, StoreError and DeviceError.
Study with_targets(Study study, Store& store, Store const* others, Device& device, Log& log);

/// The study with zeros for them: for what depends on their sizes alone.
Study with_unknown_targets(Study study);

} // namespace moerate

#pragma once

/// @file
/// Results folders as commands read them: several at once, told apart by name.

#include "host/device/device.h"
#include "host/store/store.h"

#include <memory>
#include <string>
#include <vector>

namespace moerate
{

struct DeviceOptions;

/// A store with its study, named as in tables.
struct ResultFolder
{
    std::string folder;
    Store store;
    Study study; ///< of several folders that have one id, it has the folder behind it
};

/// Opens them read-only; `threads` (0: all cores that this process may use) read them. Throws
/// StoreError, and UsageError where one is named twice.
std::vector<ResultFolder> open_folders(std::vector<std::string> const& folders, int threads);

/// The device for the bootstraps of these folders: for auto a usable GPU where they are large.
std::unique_ptr<Device> bootstrap_device(std::vector<ResultFolder> const& folders,
                                         DeviceOptions const& options);

} // namespace moerate

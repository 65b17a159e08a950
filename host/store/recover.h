#pragma once

/// @file
/// What can still be read of damaged store files.

#include "host/store/shard.h"

#include <string>
#include <vector>

namespace moerate
{

/// A file that was damaged.
struct Recovered
{
    std::string file, why; ///< what its check says
    std::string kept;      ///< where it lies now
    long long fits = 0;    ///< that could be read whole, and are in the new file
    long long lost = 0;    ///< fits of which something could be read, and not all
};

/// Checks the pages of all store files of a folder, and puts new ones in the place of those that
/// are damaged, with every fit that can be read whole: itself, its points and its starts. Losses
/// that are lost are measured again by the next run, fits are done again, bitwise the same. The
/// damaged file stays beside the new one, as FILE.damaged; alone where neither it nor any other file
/// of the folder says what the study is. A sound file is left alone. Throws StoreError where a file
/// is being written.
std::vector<Recovered> recover_stores(std::string const& folder);

} // namespace moerate

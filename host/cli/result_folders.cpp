#include "host/cli/result_folders.h"

#include "host/cli/commands.h"
#include "host/cli/device_choice.h"
#include "host/core/error.h"
#include "host/core/text.h"
#include "host/device/cpu_info.h"
#include "host/rates/rates.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>

namespace moerate
{

namespace
{

/// A folder that is named twice would be compared with itself, and its rows counted twice.
void check_different(std::vector<std::string> const& folders)
{
    std::error_code none;
    for (std::size_t i = 0; i < folders.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (std::filesystem::equivalent(folders[i], folders[j], none))
                throw UsageError(
                    folders[i] == folders[j]
                        ? fmt::format("{} is named twice (it is one folder) name it once",
                                      printable(folders[i]))
                        : fmt::format("{} and {} are one folder (it would count twice) name it "
                                      "once",
                                      printable(folders[j]), printable(folders[i])));
}

} // namespace

std::vector<ResultFolder> open_folders(std::vector<std::string> const& folders, int threads)
{
    check_different(folders);
    std::vector<ResultFolder> all;
    std::map<std::string, int> named;
    for (std::string const& folder : folders) {
        Store store = Store::open(folder, threads > 0 ? threads : usable_cores());
        Study study = stored_study(store);
        ++named[study.id];
        all.push_back({folder, std::move(store), std::move(study)});
    }
    for (ResultFolder& one : all)
        if (named[one.study.id] > 1)
            one.study.id += fmt::format(" ({})", one.folder);
    return all;
}

std::unique_ptr<Device> bootstrap_device(std::vector<ResultFolder> const& folders,
                                         DeviceOptions const& options)
{
    double work = 0;
    for (ResultFolder const& one : folders)
        work += resampled_replicates(one.study);
    bool const small = options.device == "auto" && work < gpu_pays;
    return open_device(small ? "cpu" : options.device, options.threads, options.simd);
}

} // namespace moerate

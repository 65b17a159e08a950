#include "host/cli/result_folders.h"

#include "host/cli/commands.h"
#include "host/cli/device_choice.h"
#include "host/rates/rates.h"

#include <fmt/format.h>

#include <map>

namespace moerate
{

std::vector<ResultFolder> open_folders(std::vector<std::string> const& folders)
{
    std::vector<ResultFolder> all;
    std::map<std::string, int> named;
    for (std::string const& folder : folders) {
        Store store = Store::open(folder);
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

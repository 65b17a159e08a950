#include "host/cli/commands.h"

#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/device/cpu_info.h"
#include "version.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <tbb/version.h>

namespace moerate
{
namespace
{

/// Installed version of a library whose macro packs it as 10000 * major + 100 * minor + patch.
std::string packed_version(int version)
{
    return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

std::string or_none(std::string const& text)
{
    return text.empty() ? "none" : text;
}

} // namespace

std::string version_text()
{
    return fmt::format("moerate {} (commit {}{}, {})", MOE_VERSION, MOE_COMMIT,
                       MOE_DIRTY ? ", modified" : "", MOE_BUILD_TYPE);
}

int doctor_command(CommonOptions const& common)
{
    std::unique_ptr<Device> const cpu = make_cpu_device();
    std::string const reason = cuda_unusable();
    std::string const cuda =
        reason.empty() ? device_text(make_cuda_device()->info()) : "not usable: " + reason;
    nlohmann::ordered_json const document = {{"version", MOE_VERSION},
                                             {"commit", MOE_COMMIT},
                                             {"dirty", MOE_DIRTY},
                                             {"build", MOE_BUILD_TYPE},
                                             {"compiler", MOE_COMPILER},
                                             {"cuda_compiler", or_none(MOE_CUDA_COMPILER)},
                                             {"cpu", cpu->info().name},
                                             {"threads", cpu->info().threads},
                                             {"simd", cpu->info().simd},
                                             {"simd_available", simd_levels()},
                                             {"cuda_usable", reason.empty()},
                                             {"cuda", cuda},
                                             {"sqlite", sqlite3_libversion()},
                                             {"tbb", TBB_runtime_version()},
                                             {"fmt", packed_version(FMT_VERSION)}};
    if (common.json) {
        print_json(document);
        return 0;
    }
    for (auto const& [key, value] : document.items())
        fmt::print("{:<15} {}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
    return 0;
}

} // namespace moerate

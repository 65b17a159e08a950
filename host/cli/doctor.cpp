#include "host/cli/commands.h"

#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/core/build.h"
#include "host/core/json.h"
#include "host/device/cpu_info.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>
#include <tbb/version.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace moerate
{
namespace
{

/// Installed version of a library whose macro packs it as 10000 * major + 100 * minor + patch.
std::string packed_version(int version)
{
    return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

/// What each CUDA device that this process sees is, or why it is not usable.
nlohmann::ordered_json cuda_boards()
{
    nlohmann::ordered_json boards = nlohmann::ordered_json::array();
    for (int index = 0; index < cuda_devices(); ++index) {
        try {
            std::unique_ptr<Device> const device = make_cuda_device(index);
            DeviceInfo const& info = device->info();
            boards.push_back({{"device", info.label},
                              {"name", info.name},
                              {"compute_capability", info.simd},
                              {"float64_ratio", info.float64_ratio},
                              {"memory_bytes", info.memory_bytes},
                              {"free_bytes", info.free_bytes}});
        } catch (DeviceError const& error) {
            boards.push_back(
                {{"device", fmt::format("cuda:{}", index)}, {"not_usable", error.what()}});
        }
    }
    return boards;
}

/// One line of a board.
std::string board_text(nlohmann::ordered_json const& board)
{
    if (board.contains("not_usable"))
        return board["not_usable"].get<std::string>();
    auto const gib = [&](char const* key) {
        return board[key].get<double>() / static_cast<double>(1 << 30);
    };
    return fmt::format("{}, {}, float64 at 1/{} of float32, {:.1f} GiB, {:.1f} GiB free",
                       board["name"].get<std::string>(),
                       board["compute_capability"].get<std::string>(),
                       board["float64_ratio"].get<int>(), gib("memory_bytes"), gib("free_bytes"));
}

std::string or_none(std::string const& text)
{
    return text.empty() ? "none" : text;
}

bool there(std::string const& path)
{
    std::error_code error;
    return std::filesystem::exists(path, error);
}

/// Whether nvcc is on the PATH or where CUDA's packages put it.
bool nvcc_found()
{
    char const* const path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (there(folder + "/nvcc"))
            return true;
    return there("/usr/local/cuda/bin/nvcc");
}

/// What a GPU would still need here, in one line; `reason` is why CUDA is not usable.
std::string gpu_needs(std::string const& reason)
{
    if (reason.empty())
        return "nothing: --device auto takes it";
    std::vector<std::string> needs;
    if (!there("/dev/nvidiactl") && !there("/dev/dxg"))
        needs.emplace_back("an NVIDIA GPU with its driver (neither is here)");
    if (std::string(this_build().cuda_compiler).empty())
        needs.push_back(fmt::format("a build with CUDA ({}; then tools/setup in the clone)",
                                    nvcc_found() ? "nvcc is here" : "install nvcc"));
    return needs.empty() ? reason : fmt::format("{}", fmt::join(needs, ", and "));
}

} // namespace

std::string version_text()
{
    Build const& build = this_build();
    return fmt::format("moerate {} (commit {}{}, {})", build.version, build.commit,
                       build.dirty ? ", modified" : "", build.type);
}

int doctor_command(CommonOptions const& common)
{
    std::unique_ptr<Device> const cpu = make_cpu_device();
    std::string const reason = cuda_unusable();
    std::string const cuda =
        reason.empty() ? device_text(make_cuda_device()->info()) : "not usable: " + reason;
    Build const& build = this_build();
    nlohmann::ordered_json document = {{"version", build.version},
                                       {"commit", build.commit},
                                       {"dirty", build.dirty},
                                       {"build", build.type},
                                       {"compiler", build.compiler},
                                       {"cuda_compiler", or_none(build.cuda_compiler)},
                                       {"cpu", cpu->info().name},
                                       {"threads", cpu->info().threads},
                                       {"simd", cpu->info().simd},
                                       {"simd_available", simd_levels()},
                                       {"simd_lacking", simd_lacking()},
                                       {"cuda_usable", reason.empty()},
                                       {"cuda", cuda},
                                       {"gpu_needs", gpu_needs(reason)},
                                       {"sqlite", sqlite3_libversion()},
                                       {"tbb", TBB_runtime_version()},
                                       {"fmt", packed_version(FMT_VERSION)}};
    nlohmann::ordered_json const boards = cuda_boards();
    if (common.json) {
        document["cuda_devices"] = boards;
        print_json(document);
        return 0;
    }
    for (auto const& [key, value] : document.items())
        print("{:<15} {}\n", key,
              value.is_string() ? value.get<std::string>() : compact_json(value));
    for (auto const& board : boards)
        print("{:<15} {}\n", board["device"].get<std::string>(), board_text(board));
    return 0;
}

} // namespace moerate

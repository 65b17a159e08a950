#include "host/cli/device_choice.h"

#include "host/core/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{
namespace
{

/// Number after "cuda:", -1 if it is not one.
int device_index(std::string const& text)
{
    bool const digits =
        !text.empty() && text.size() < 5 &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? std::stoi(text) : -1;
}

} // namespace

std::unique_ptr<Device> open_device(std::string const& choice, int threads)
{
    if (choice == "cpu" || (choice == "auto" && !cuda_unusable().empty()))
        return make_cpu_device(threads);
    if (choice == "auto" || choice == "cuda")
        return make_cuda_device();
    if (choice.rfind("cuda:", 0) == 0) {
        std::string const which = choice.substr(5);
        if (which == "all" || which.find(',') != std::string::npos)
            throw DeviceError(fmt::format("--device {} asks for several devices (a run uses one) "
                                          "give cuda or cuda:I",
                                          choice));
        if (int const index = device_index(which); index >= 0)
            return make_cuda_device(index);
    }
    throw UsageError(
        fmt::format("--device {} is unknown (known: auto, cpu, cuda, cuda:I)", choice));
}

std::string device_text(DeviceInfo const& info)
{
    std::string text = fmt::format("{}, {}, {}", info.kind, info.name, info.simd);
    if (info.threads > 0)
        text += fmt::format(", {} thread{}", info.threads, info.threads == 1 ? "" : "s");
    return text;
}

} // namespace moerate

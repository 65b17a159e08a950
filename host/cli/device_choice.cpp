#include "host/cli/device_choice.h"

#include "host/core/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace moerate
{
namespace
{

std::string const cuda_prefix = "cuda:";

/// The number that `text` is, -1 if it is none.
int number(std::string const& text)
{
    bool const digits =
        !text.empty() && text.size() < 5 &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? std::stoi(text) : -1;
}

std::vector<std::string> parts(std::string const& text, char separator)
{
    std::vector<std::string> result;
    std::size_t begin = 0;
    for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
        end = text.find(separator, begin);
        result.push_back(text.substr(begin, end - begin));
    }
    return result;
}

UsageError unknown(std::string const& choice)
{
    return UsageError(fmt::format(
        "--device {} is unknown (known: auto, cpu, cuda, cuda:I, cuda:I,J, cuda:all)", choice));
}

/// Refuses devices whose results differ in rounding.
void check_alike(Devices const& devices)
{
    DeviceInfo const& first = devices.front()->info();
    for (std::unique_ptr<Device> const& device : devices) {
        DeviceInfo const& other = device->info();
        if (other.simd != first.simd)
            throw DeviceError(fmt::format(
                "{} is {} and {} is {} (results would depend on which does what) name devices of "
                "one kind",
                first.label, first.simd, other.label, other.simd));
    }
}

} // namespace

std::vector<int> cuda_indices(std::string const& choice, int count)
{
    if (choice == "cuda")
        return {0};
    if (choice.rfind(cuda_prefix, 0) != 0)
        return {};
    std::string const which = choice.substr(cuda_prefix.size());
    std::vector<int> indices;
    if (which == "all") {
        indices.resize(static_cast<std::size_t>(std::max(1, count)));
        std::iota(indices.begin(), indices.end(), 0);
        return indices;
    }
    for (std::string const& part : parts(which, ',')) {
        int const index = number(part);
        if (index < 0)
            throw unknown(choice);
        if (std::count(indices.begin(), indices.end(), index) != 0)
            throw UsageError(fmt::format("--device {} names device {} twice (a device does one "
                                         "batch at a time) name it once",
                                         choice, index));
        indices.push_back(index);
    }
    return indices;
}

Devices open_devices(std::string const& choice, int threads, std::string const& simd)
{
    Devices devices;
    if (choice == "cpu" || (choice == "auto" && (!simd.empty() || !cuda_unusable().empty()))) {
        devices.push_back(make_cpu_device(threads, simd));
        return devices;
    }
    if (!simd.empty())
        throw UsageError(fmt::format("--simd {} is a level of the CPU (--device {} is none) leave "
                                     "out one of them",
                                     simd, choice));
    std::string const wanted = choice == "auto" ? "cuda" : choice;
    for (int const index : cuda_indices(wanted, cuda_devices()))
        devices.push_back(make_cuda_device(index));
    if (devices.empty())
        throw unknown(choice);
    check_alike(devices);
    return devices;
}

std::unique_ptr<Device> open_device(std::string const& choice, int threads, std::string const& simd)
{
    Devices devices = open_devices(choice, threads, simd);
    if (devices.size() > 1)
        throw UsageError(fmt::format(
            "--device {} names several devices (this command uses one) give cuda or cuda:I",
            choice));
    return std::move(devices.front());
}

std::string device_text(DeviceInfo const& info)
{
    std::string text = fmt::format("{}, {}, {}", info.label, info.name, info.simd);
    if (info.threads > 0)
        text += fmt::format(", {} thread{}", info.threads, info.threads == 1 ? "" : "s");
    return text;
}

std::string devices_text(Devices const& devices)
{
    std::vector<std::string> texts;
    for (std::unique_ptr<Device> const& device : devices)
        texts.push_back(device_text(device->info()));
    return fmt::format("{}", fmt::join(texts, "; "));
}

} // namespace moerate

/// @file
/// moerate-bench --problems: least squares on the problems that tools/compare-lse gives to all its
/// entrants (tools/peers/lse/problems.py has the file's format).

#include "host/core/error.h"
#include "host/estimate/lse_rounds.h"
#include "kernels/family/activations.h"
#include "kernels/lse/coordinates.h"
#include "kernels/model/layout.h"
#include "tools/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <fstream>

namespace moerate
{
namespace
{

double processor_seconds()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The problems of a file on the device, softmax gates on GELU experts.
class Problems
{
public:
    /// In the box |theta| <= bound.
    Problems(Device& device, std::string const& file, double bound) : device_(device)
    {
        std::ifstream in(file, std::ios::binary);
        std::int32_t head[4]; // fits, n, d, k
        if (!in.read(reinterpret_cast<char*>(head), sizeof head))
            throw UsageError(fmt::format("{}: no problems can be read (tools/compare-lse writes "
                                         "them) name such a file",
                                         file));
        ExpertSpec gelu;
        gelu.activation = find<Activations>("gelu");
        model_ = make_model(GateSpec{}, gelu, head[2], head[3]);
        n_ = head[1];
        auto const p = static_cast<std::size_t>(model_.layout.size);
        for (std::int32_t fit = 0; fit < head[0]; ++fit) {
            x_.push_back(read(in, file, static_cast<std::size_t>(n_) * model_.d));
            y_.push_back(read(in, file, static_cast<std::size_t>(n_)));
            theta_.push_back(read(in, file, p));
        }
        auto const coordinates = static_cast<std::size_t>(coordinate_count(model_));
        lower_ = DeviceArray<double>(device, std::vector<double>(coordinates, -bound));
        upper_ = DeviceArray<double>(device, std::vector<double>(coordinates, bound));
    }

    std::vector<LseItem<double>> items() const
    {
        std::vector<LseItem<double>> items;
        for (std::size_t fit = 0; fit < theta_.size(); ++fit)
            items.push_back({model_, n_, x_[fit].data(), y_[fit].data(), theta_[fit].data(),
                             lower_.data(), upper_.data(), LseSettings{}});
        return items;
    }

private:
    DeviceArray<double> read(std::istream& in, std::string const& file, std::size_t count) const
    {
        std::vector<double> values(count);
        if (!in.read(reinterpret_cast<char*>(values.data()),
                     static_cast<std::streamsize>(count * sizeof(double))))
            throw UsageError(
                fmt::format("{} is too short (it ends within a problem) write it anew", file));
        return {device_, values};
    }

    Device& device_;
    Model model_;
    int n_ = 0;
    std::vector<DeviceArray<double>> x_, y_, theta_;
    DeviceArray<double> lower_, upper_;
};

} // namespace

nlohmann::ordered_json bench_problems(Device& device, std::string const& file, double bound)
{
    Problems const problems(device, file, bound);
    double const begin = now(), begin_processor = processor_seconds();
    std::vector<LseResult> const results = run_rounds(device, problems.items());
    double const processor = processor_seconds() - begin_processor, wall = now() - begin;
    auto mse = nlohmann::ordered_json::array(), rounds = mse;
    double tasks = 0;
    int at_bound = 0;
    for (LseResult const& result : results) {
        mse.push_back(result.mse);
        rounds.push_back(result.rounds);
        tasks += result.seconds;
        at_bound += result.at_bound > 0 ? 1 : 0;
    }
    int const workers = std::max(1, device.info().threads);
    return {{"fits", results.size()}, {"processor_seconds", processor},
            {"seconds", wall},        {"seconds_over_tasks", workers * wall / tasks},
            {"at_bound", at_bound},   {"mse", mse},
            {"iterations", rounds}};
}

} // namespace moerate

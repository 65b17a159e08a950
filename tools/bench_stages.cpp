#include "tools/bench_stages.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{

std::vector<double> ClockedDevice::run_list(TaskView const& list)
{
    double const begin = now();
    std::vector<double> seconds = device_.run_list(list);
    double const took = now() - begin;
    std::lock_guard<std::mutex> const lock(adding_);
    Stage& stage = stages[std::string(list.kind.name)];
    stage.seconds += took / side_by_side_;
    for (std::size_t i = 0; i < list.size; ++i)
        stage.flops += list.work(i);
    return seconds;
}

void ClockedDevice::for_each(std::size_t count, std::size_t at_once, Job const& job)
{
    if (side_by_side_ > 1) // a job's own jobs go in turn
        return device_.for_each(count, at_once, job);
    auto const workers = static_cast<std::size_t>(std::max(1, info().threads));
    side_by_side_ =
        static_cast<double>(std::max<std::size_t>(1, std::min({count, at_once, workers})));
    device_.for_each(count, at_once, job);
    side_by_side_ = 1;
}

void PipelineRatio::add(Stages const& stages, double seconds, double top)
{
    double flops = 0, timed = 0;
    Stage risk;
    for (auto const& [name, stage] : stages) {
        flops += stage.flops;
        timed += stage.seconds;
        if (name == RiskTask<float>::name)
            risk = stage;
        share_[name].push_back(stage.seconds / seconds);
        ratio_[name].push_back(stage.flops / (stage.seconds * top));
    }
    share_["host"].push_back(1 - timed / seconds);
    whole_.push_back(flops / (seconds * top));
    without_risk_.push_back((flops - risk.flops) / ((seconds - risk.seconds) * top));
}

nlohmann::ordered_json PipelineRatio::json() const
{
    nlohmann::ordered_json out{
        {"pipeline_ratio", to_json(Spread(whole_))},
        {"pipeline_without_regression_error_ratio", to_json(Spread(without_risk_))},
        {"stages", nlohmann::ordered_json::array()}};
    for (auto const& [name, share] : share_) {
        nlohmann::ordered_json stage{
            {"stage", name}, {"share", to_json(Spread(share))}, {"ratio", nullptr}};
        if (auto const ratio = ratio_.find(name); ratio != ratio_.end())
            stage["ratio"] = to_json(Spread(ratio->second));
        out["stages"].push_back(std::move(stage));
    }
    return out;
}

std::string pipeline_text(nlohmann::ordered_json const& row)
{
    std::string text =
        fmt::format("{:>7} all passes / SGEMM {}; without regression error {}\n", "",
                    spread_text(row["pipeline_ratio"], 1, 3),
                    spread_text(row["pipeline_without_regression_error_ratio"], 1, 3));
    text += fmt::format("{:>18} {:>24} {:>24}\n", "stage", "share of time", "ratio");
    for (auto const& stage : row["stages"])
        text += fmt::format("{:>18} {:>24} {:>24}\n", stage["stage"].get<std::string>(),
                            spread_text(stage["share"], 1, 3),
                            stage["ratio"].is_null() ? "" : spread_text(stage["ratio"], 1, 3));
    return text;
}

} // namespace moerate

#pragma once

/// @file
/// How a study's missing work is best shared out, from the speed that a device has here.

#include "host/device/device.h"
#include "host/run/plan.h"
#include "host/run/time_model.h"

#include <nlohmann/json.hpp>

#include <string>

namespace moerate
{

/// A task of a job array takes 10 to 60 minutes: shorter ones spend their time on starting, longer
/// ones wait long for a node and lose more where they are preempted.
constexpr double least_task = 600, best_task = 1800, most_task = 3600;

struct ShardPlan
{
    int n = 1;          ///< shards of about best_task
    int least = 1;      ///< of most_task
    int most = 1;       ///< of least_task
    double seconds = 0; ///< of one of the n
    double hours = 0;   ///< of all, times the threads of the device
    std::string unit;   ///< "CPU", "GPU": whose hours
    double memory = 0;  ///< bytes of a task's process, about
    double stored = 0;  ///< bytes of what is missing, once it is stored, about
};

/// Of the work `missing` from a study, on devices of which this is one.
ShardPlan shard_plan(Study const& study, Plan const& plan, MissingJobs const& missing,
                     TimeModel const& time, Device& device, bool parameters = true);

/// The same for people.
std::string shard_plan_text(ShardPlan const& plan);
nlohmann::ordered_json shard_plan_json(ShardPlan const& plan);

} // namespace moerate

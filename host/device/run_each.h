#pragma once

/// @file
/// The calls that every device has once for each kind of task.

#include "host/device/device.h"

namespace moerate
{

/// Overrides Base::run for each kind of Task by the one template Derived::run_all(tasks).
template <class Derived, class Base, class... Task>
class RunEach;

template <class Derived, class Base>
class RunEach<Derived, Base> : public Base
{};

template <class Derived, class Base, class First, class... Rest>
class RunEach<Derived, Base, First, Rest...> : public RunEach<Derived, Base, Rest...>
{
public:
    using RunEach<Derived, Base, Rest...>::run;
    void run(std::vector<First> const& tasks) override
    {
        static_cast<Derived&>(*this).run_all(tasks);
    }
};

/// Base class of a Device that is `Derived`.
template <class Derived>
using DeviceBase =
    RunEach<Derived, Device, GenerateTask<float>, GenerateTask<double>, StartTask<float>,
            StartTask<double>, SgdTask<float>, SgdTask<double>, EvaluateTask<float>,
            EvaluateTask<double>, RiskTask<float>, RiskTask<double>, LossTask, SummaryTask,
            ResampleTask>;

} // namespace moerate

#include "host/estimate/estimator.h"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

namespace moerate
{
namespace
{

[[noreturn]] void wrong_precision(Estimator const& estimator, char const* precision)
{
    throw std::logic_error(
        fmt::format("the estimator {} was asked for a fit in {}", estimator.name(), precision));
}

} // namespace

std::vector<FitOutcome> Estimator::fit(Device&, std::vector<FitRequest<float>> const&) const
{
    wrong_precision(*this, "float32");
}

std::vector<FitOutcome> Estimator::fit(Device&, std::vector<FitRequest<double>> const&) const
{
    wrong_precision(*this, "float64");
}

template <class Real>
std::vector<FitOutcome> fit(Device& device, std::vector<FitRequest<Real>> const& requests)
{
    std::map<std::string_view, std::vector<std::size_t>> places;
    for (std::size_t i = 0; i < requests.size(); ++i)
        places[requests[i].by->name()].push_back(i);
    std::vector<FitOutcome> outcomes(requests.size());
    for (auto const& [name, own] : places) {
        std::vector<FitRequest<Real>> part;
        part.reserve(own.size());
        for (std::size_t const i : own)
            part.push_back(requests[i]);
        std::vector<FitOutcome> const done = part.front().by->fit(device, part);
        for (std::size_t i = 0; i < own.size(); ++i)
            outcomes[own[i]] = done.at(i);
    }
    return outcomes;
}

template std::vector<FitOutcome> fit(Device&, std::vector<FitRequest<float>> const&);
template std::vector<FitOutcome> fit(Device&, std::vector<FitRequest<double>> const&);

} // namespace moerate

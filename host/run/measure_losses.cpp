#include "host/run/measure_losses.h"

#include "host/device/slices.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace moerate
{
namespace
{

bool all_finite(std::vector<double> const& theta)
{
    return std::all_of(theta.begin(), theta.end(), [](double v) { return std::isfinite(v); });
}

/// Parameter vectors on the device, each once however many requests name it.
class Parameters
{
public:
    void add(std::vector<double> const* theta)
    {
        auto const [at, fresh] = number_.try_emplace(theta, 0);
        if (fresh)
            at->second = slices_.add(theta->size());
    }

    void upload(Device& device)
    {
        std::vector<double> values(slices_.size());
        for (auto const& [theta, number] : number_)
            std::copy(theta->begin(), theta->end(), values.begin() + slices_.offset(number));
        slices_.upload(device, values);
    }

    double const* at(std::vector<double> const* theta) const
    {
        return slices_.at(number_.at(theta));
    }

private:
    std::map<std::vector<double> const*, int> number_;
    Slices<double> slices_;
};

LossRecord not_measured()
{
    double const nan = std::numeric_limits<double>::quiet_NaN();
    return {nan, nan, nan, nan, nan, nan, nan, nan, nan, -1};
}

} // namespace

std::vector<LossRow> measure_losses(Device& device, std::vector<LossRequest> const& requests)
{
    std::vector<LossRow> rows(requests.size());
    std::vector<std::size_t> measured; // positions in requests
    Parameters parameters;
    Slices<int> cells;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        rows[i].record = not_measured();
        if (!all_finite(*requests[i].theta))
            continue;
        measured.push_back(i);
        parameters.add(requests[i].theta);
        parameters.add(&requests[i].reference->theta);
        cells.add(requests[i].model->k);
    }
    if (measured.empty())
        return rows;
    parameters.upload(device);
    cells.allocate(device);
    DeviceArray<LossRecord> const records(device, measured.size());
    std::vector<LossTask> tasks;
    tasks.reserve(measured.size());
    for (std::size_t t = 0; t < measured.size(); ++t) {
        LossRequest const& request = requests[measured[t]];
        tasks.push_back({*request.model, request.reference->model, parameters.at(request.theta),
                         parameters.at(&request.reference->theta), request.choice,
                         records.data() + t, cells.at(static_cast<int>(t))});
    }
    device.run(tasks);
    std::vector<LossRecord> const values = records.download();
    std::vector<int> const cell_values = cells.download();
    for (std::size_t t = 0; t < measured.size(); ++t) {
        LossRow& row = rows[measured[t]];
        row.record = values[t];
        auto const first = cell_values.begin() + cells.offset(static_cast<int>(t));
        row.cell.assign(first, first + requests[measured[t]].model->k);
    }
    return rows;
}

} // namespace moerate

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

bool all_finite(std::vector<double> const& theta)
{
    return std::all_of(theta.begin(), theta.end(), [](double v) { return std::isfinite(v); });
}

template <class Real>
std::vector<LossRow> measure_losses(Device& device, std::vector<LossRequest<Real>> const& requests)
{
    std::vector<LossRow> rows(requests.size());
    std::vector<std::size_t> measured; // positions in requests
    Slices<int> cells;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        rows[i].record = not_measured();
        if (requests[i].theta == nullptr)
            continue;
        measured.push_back(i);
        cells.add(requests[i].model->k);
    }
    if (measured.empty())
        return rows;
    cells.allocate(device);
    DeviceArray<LossRecord> const records(device, measured.size());
    std::vector<LossTask<Real>> tasks;
    tasks.reserve(measured.size());
    for (std::size_t t = 0; t < measured.size(); ++t) {
        LossRequest<Real> const& request = requests[measured[t]];
        tasks.push_back({*request.model, *request.reference, request.theta, request.theta_reference,
                         request.choice, records.data() + t, cells.at(static_cast<int>(t))});
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

template std::vector<LossRow> measure_losses(Device&, std::vector<LossRequest<float>> const&);
template std::vector<LossRow> measure_losses(Device&, std::vector<LossRequest<double>> const&);

std::vector<LossRow> measure_losses(Device& device, std::vector<HostLossRequest> const& requests)
{
    Parameters parameters;
    std::vector<bool> finite;
    finite.reserve(requests.size());
    for (HostLossRequest const& request : requests) {
        finite.push_back(all_finite(*request.theta));
        if (!finite.back())
            continue;
        parameters.add(request.theta);
        parameters.add(&request.reference->theta);
    }
    parameters.upload(device);
    std::vector<LossRequest<double>> on_device;
    on_device.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        HostLossRequest const& request = requests[i];
        on_device.push_back(
            {request.model, nullptr, &request.reference->model, nullptr, request.choice});
        if (!finite[i])
            continue;
        on_device.back().theta = parameters.at(request.theta);
        on_device.back().theta_reference = parameters.at(&request.reference->theta);
    }
    return measure_losses(device, on_device);
}

} // namespace moerate

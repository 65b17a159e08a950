#include "host/estimate/lse_starts.h"

#include "host/device/slices.h"
#include "host/estimate/linear_experts.h"
#include "kernels/lse/coordinates.h"
#include "kernels/rng/draws.h"

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// Spread of near starts in units of their block's, and its least.
constexpr double near_spread = 0.1, least_near_sd = 0.01;

/// A blind gate's scores on inputs uniform on [-1, 1] vary by about this much.
constexpr double blind_score_sd = 2;

/// Draws of one start, one for each coordinate.
class StartDraws
{
public:
    StartDraws(StreamKey const& key, int start) : key_(key), start_(start) {}

    double uniform(int z) const { return uniform_pm1(words(z).w[0]); } ///< on [-1, 1]
    double normal(int z) const { return normals(words(z)).z[0]; }

private:
    Words words(int z) const
    {
        return philox(key_, Stream::restart,
                      static_cast<std::uint64_t>(start_) << 32 | static_cast<std::uint32_t>(z));
    }

    StreamKey key_;
    int start_;
};

/// Calls f(block, first coordinate of the block, coordinate after its last one).
template <class F>
void each_block(Model const& model, F&& f)
{
    int begin = 0;
    for (int b = 0; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        int const end = begin + block.rows * coordinate_width(model, block);
        f(block, begin, end);
        begin = end;
    }
}

using Coordinates = std::vector<double>;

Coordinates coordinates_of(Model const& model, std::vector<double> const& theta)
{
    Coordinates z(static_cast<std::size_t>(coordinate_count(model)));
    gather_coordinates(SerialLanes{}, model, theta.data(), z.data());
    return z;
}

/// theta of z, moved into the box.
std::vector<double> theta_of(Model const& model, Coordinates z, Box::Bounds const& bounds)
{
    for (std::size_t i = 0; i < z.size(); ++i)
        z[i] = std::min(std::max(z[i], bounds.lower[i]), bounds.upper[i]);
    std::vector<double> theta(static_cast<std::size_t>(model.layout.size));
    scatter_coordinates(SerialLanes{}, model, z.data(), theta.data());
    return theta;
}

Coordinates near_start(Model const& model, Coordinates z, StartDraws const& draws)
{
    each_block(model, [&](Block const&, int begin, int end) {
        double square = 0;
        for (int i = begin; i < end; ++i)
            square += z[i] * z[i];
        double const sd =
            std::max(near_spread * std::sqrt(square / std::max(1, end - begin)), least_near_sd);
        for (int i = begin; i < end; ++i)
            z[i] += sd * draws.normal(i);
    });
    return z;
}

Coordinates random_start(Model const& model, Box::Bounds const& bounds, StartDraws const& draws)
{
    Coordinates z(bounds.lower.size());
    each_block(model, [&](Block const& block, int begin, int end) {
        for (int i = begin; i < end; ++i) {
            double const u = draws.uniform(i) / 2;
            z[i] = block.role == Role::temperature ? std::pow(bounds.upper[i], u)
                                                   : u * bounds.upper[i];
        }
    });
    return z;
}

/// Random gates and experts 0: what residual starts begin with.
Coordinates random_gates(Model const& model, StartDraws const& draws)
{
    Coordinates z(static_cast<std::size_t>(coordinate_count(model)));
    each_block(model, [&](Block const& block, int begin, int end) {
        bool const gate = &block < model.layout.block + model.layout.expert_begin;
        // The variance of an input is 1/3; a bias moves scores by itself.
        double const sd = block.extent == Extent::one
                              ? 1
                              : blind_score_sd * std::sqrt(3.0 / coordinate_width(model, block));
        for (int i = begin; i < end && gate; ++i)
            z[i] = block.role == Role::temperature ? 1 : sd * draws.normal(i);
    });
    return z;
}

/// The given start of a problem, on the host.
std::vector<double> given_start(Device& device, FitProblem<double> const& problem)
{
    std::vector<double> theta(static_cast<std::size_t>(problem.model.layout.size));
    device.download(theta.data(), problem.theta, theta.size() * sizeof(double));
    return theta;
}

} // namespace

std::vector<std::vector<std::vector<double>>>
make_starts(Device& device, std::vector<StartsRequest> const& requests)
{
    std::vector<std::vector<std::vector<double>>> starts(requests.size());
    struct Residual
    {
        std::size_t request, start;
    };
    std::vector<Residual> residual;
    for (std::size_t r = 0; r < requests.size(); ++r) {
        auto const& [problem, bounds] = requests[r];
        Model const& model = problem->model;
        Starts const& number = problem->starts;
        Coordinates const given = coordinates_of(model, given_start(device, *problem));
        for (int s = 0; s < number.count; ++s) {
            StartDraws const draws(problem->key, s);
            bool const fitted = blind(number, s) && (number.count - s) % 2 != 0;
            bool const near = !blind(number, s);
            Coordinates const z = near && s == 0 ? given
                                  : near         ? near_start(model, given, draws)
                                  : fitted       ? random_gates(model, draws)
                                                 : random_start(model, *bounds, draws);
            starts[r].push_back(theta_of(model, z, *bounds));
            if (fitted)
                residual.push_back({r, static_cast<std::size_t>(s)});
        }
    }
    std::vector<LinearExperts> wanted;
    for (auto const& [request, start] : residual)
        wanted.push_back({requests[request].problem, &starts[request][start]});
    fit_linear_experts(device, wanted);
    for (auto const& [request, start] : residual) {
        Model const& model = requests[request].problem->model;
        std::vector<double>& theta = starts[request][start];
        theta = theta_of(model, coordinates_of(model, theta), *requests[request].bounds);
    }
    return starts;
}

} // namespace moerate

// How work is cut (threads, tasks a call, their order) changes no replicate (design.md 3).

#include "host/device/cpu_info.h"
#include "host/device/device.h"
#include "tests/fit/problem.h"
#include "tests/support/sanitized.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>
#include <stdexcept>

using namespace moerate;

namespace
{

constexpr int replicates = 7;
constexpr int point_count = 300;
int const sizes[] = {33, 100, 257};
constexpr Mixture fits[] = {{"softmax", "relu"}, {"sigmoid", "relu"}, {"softmax", "identity"}};

/// One fit with all its arrays on the device.
template <class Real>
struct Job
{
    Model truth;
    Model model;
    StreamKey key;
    int n;
    DeviceArray<double> target;
    DeviceArray<Real> theta_true, x, y, theta, gradient, points_x, points_f, experts, weights;
    DeviceArray<int> extra;
    DeviceArray<double> mse_truth, mse;
    DeviceArray<SgdOutcome> outcome;
    DeviceArray<RiskRecord> record;
};

template <class Real>
Job<Real> make_job(Device& device, Mixture const& mixture, int n, int replicate)
{
    Job<Real> job;
    job.truth = model_of("softmax", "relu", 9, 4);
    job.model = model_of(mixture.normalizer, mixture.activation, 9, 5);
    job.key = {11, 12, static_cast<std::uint32_t>(replicate), static_cast<std::uint32_t>(n)};
    job.n = n;
    std::vector<Real> const theta = drawn_problem<Real>(job.truth, 0, 99).theta;
    auto const size = static_cast<std::size_t>(job.model.layout.size);
    job.target = {device, converted<double>(theta)};
    job.theta_true = {device, theta};
    job.x = {device, static_cast<std::size_t>(9 * n)};
    job.y = {device, static_cast<std::size_t>(n)};
    job.theta = {device, size};
    job.gradient = {device, size};
    job.points_x = {device, point_count * 9};
    job.points_f = {device, point_count};
    job.experts = {device, point_count * 4};
    job.weights = {device, point_count * 4};
    job.extra = {device, std::vector<int>{0, 1, 2, 3}};
    job.mse_truth = {device, 1};
    job.mse = {device, 1};
    job.outcome = {device, 1};
    job.record = {device, 1};
    return job;
}

/// All jobs in a fixed order.
template <class Real>
std::vector<Job<Real>> make_jobs(Device& device)
{
    std::vector<Job<Real>> jobs;
    for (int replicate = 0; replicate < replicates; ++replicate)
        for (int const n : sizes)
            for (Mixture const& mixture : fits)
                jobs.push_back(make_job<Real>(device, mixture, n, replicate));
    return jobs;
}

/// Generates, starts, fits and measures the jobs of `order`, each step one list.
template <class Real>
void run_block(Device& device, std::vector<Job<Real>> const& jobs, std::vector<int> const& order)
{
    std::vector<GenerateTask<Real>> generate;
    std::vector<StartTask<Real>> start;
    std::vector<SgdTask<Real>> fit;
    std::vector<EvaluateTask<Real>> evaluate;
    std::vector<RiskTask<Real>> risk;
    SgdSettings settings;
    settings.epochs = 3;
    for (int const i : order) {
        Job<Real> const& job = jobs[static_cast<std::size_t>(i)];
        StreamKey const truth_key{11, 12, 0, 0};
        generate.push_back({job.truth, job.theta_true.data(), job.key, Stream::x, job.n, 0.1,
                            job.x.data(), job.y.data(), nullptr, job.mse_truth.data()});
        generate.push_back({job.truth, job.theta_true.data(), truth_key, Stream::evaluate,
                            point_count, 0.0, job.points_x.data(), job.points_f.data(),
                            job.experts.data(), nullptr});
        start.push_back({job.model,
                         job.truth,
                         job.target.data(),
                         job.key,
                         {0.1, Split::share},
                         job.extra.data(),
                         4,
                         job.theta.data()});
        fit.push_back({job.model, settings, job.key, job.n, job.x.data(), job.y.data(),
                       job.theta.data(), job.outcome.data()});
        evaluate.push_back({job.model, job.theta.data(), job.n, job.x.data(), job.y.data(), nullptr,
                            nullptr, job.gradient.data(), job.mse.data()});
        evaluate.push_back({job.truth, job.theta_true.data(), point_count, job.points_x.data(),
                            nullptr, nullptr, job.weights.data(), nullptr, nullptr});
        risk.push_back({job.model,
                        job.truth,
                        1,
                        {{job.theta.data(), job.record.data()}},
                        job.theta_true.data(),
                        point_count,
                        0,
                        job.points_x.data(),
                        job.points_f.data(),
                        job.experts.data(),
                        job.weights.data()});
    }
    auto const run = [&](auto const& tasks) {
        std::vector<double> const seconds = device.run(tasks); // in jobs, where Catch may not check
        bool const timed =
            std::all_of(seconds.begin(), seconds.end(), [](double s) { return s > 0; });
        if (seconds.size() != tasks.size() || !timed)
            throw std::logic_error("a task has no time");
    };
    run(generate);
    run(start);
    run(fit);
    run(evaluate);
    run(risk);
}

template <class T>
void append(std::string& bytes, DeviceArray<T> const& array)
{
    std::vector<T> const values = array.download();
    bytes.append(reinterpret_cast<char const*>(values.data()), values.size() * sizeof(T));
}

/// All results of all jobs, in the jobs' own order.
template <class Real>
std::vector<std::string> results(std::vector<Job<Real>> const& jobs)
{
    std::vector<std::string> all;
    for (Job<Real> const& job : jobs) {
        std::string bytes;
        append(bytes, job.x);
        append(bytes, job.y);
        append(bytes, job.mse_truth);
        append(bytes, job.theta);
        append(bytes, job.gradient);
        append(bytes, job.mse);
        append(bytes, job.record);
        SgdOutcome const outcome = job.outcome.download()[0];
        CHECK(outcome.finite == 1);
        all.push_back(bytes);
    }
    return all;
}

/// Runs all jobs in lists of `block` jobs, in order, reversed (order = 1) or shuffled (2); the
/// lists `side` by side.
template <class Real>
std::vector<std::string> run_cut(std::string const& level, int threads, int block, int order,
                                 std::size_t side)
{
    std::unique_ptr<Device> const device = make_cpu_device(threads, level);
    CHECK(device->info().threads == threads);
    CHECK(device->info().simd == level);
    std::vector<Job<Real>> const jobs = make_jobs<Real>(*device);
    std::vector<int> sequence(jobs.size());
    std::iota(sequence.begin(), sequence.end(), 0);
    if (order == 1)
        std::reverse(sequence.begin(), sequence.end());
    if (order == 2)
        std::shuffle(sequence.begin(), sequence.end(), std::mt19937_64(3));
    auto const size = static_cast<std::size_t>(block);
    device->for_each((sequence.size() + size - 1) / size, side, [&](std::size_t i) {
        auto const first = sequence.begin() + i * size;
        run_block(*device, jobs, {first, std::min(first + size, sequence.end())});
    });
    return results(jobs);
}

} // namespace

TEMPLATE_TEST_CASE("a replicate is the same for any threads, blocks and order", "", float, double)
{
    constexpr int all = replicates * 3 * 3;
    for (std::string const& level : simd_levels()) {
        std::vector<std::string> const want = run_cut<TestType>(level, 1, all, 0, 1);
        CHECK(std::count(want.begin(), want.end(), want[0]) == 1); // jobs do differ
        for (int const threads : {1, 2, 3, 5}) {
            for (int const block : {1, 4, 10, all}) {
                for (int const order : {0, 1, 2}) {
                    if (sanitized && order != (threads + block / 4) % 3)
                        continue; // each number of threads still has all orders
                    INFO(level << ", " << threads << " threads, blocks of " << block << ", order "
                               << order);
                    std::size_t const side = order == 2 ? 3 : 1;
                    CHECK((run_cut<TestType>(level, threads, block, order, side) == want));
                }
            }
        }
    }
}

TEST_CASE("a device runs an empty list")
{
    std::unique_ptr<Device> const device = make_cpu_device(2);
    device->run(std::vector<SgdTask<float>>{});
    device->run(std::vector<RiskTask<double>>{});
    DeviceArray<float> const empty(*device, std::vector<float>{});
    CHECK(empty.download().empty());
}

TEST_CASE("too little memory is told apart from a failure, and the device works on")
{
    std::unique_ptr<Device> const device = make_cpu_device(2);
    CHECK(device->info().label == "cpu");
    CHECK(device->free_bytes() > 0);
#ifndef __SANITIZE_ADDRESS__ // it ends the process in place of throwing
    constexpr std::size_t far_too_much = std::size_t{1} << 60;
    CHECK_THROWS_AS(device->allocate(far_too_much), DeviceMemoryError);
#endif
    std::vector<int> const values = {1, 2, 3};
    CHECK(DeviceArray<int>(*device, values).download() == values);
}

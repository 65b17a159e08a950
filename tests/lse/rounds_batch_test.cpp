// No fit depends on what else is in the list, on how many fit into memory, or on threads.

#include "tests/lse/rounds_case.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace moerate;

namespace
{

/// A device that passes all on, and says what memory it has.
class SmallDevice : public Device
{
public:
    SmallDevice(int threads, std::size_t free) : cpu_(make_cpu_device(threads)), free_(free) {}
    DeviceInfo const& info() const override { return cpu_->info(); }
    std::size_t free_bytes() override { return free_; }
    void* allocate(std::size_t bytes) override { return cpu_->allocate(bytes); }
    void release(void* memory) noexcept override { cpu_->release(memory); }
    void upload(void* to, void const* from, std::size_t bytes) override
    {
        cpu_->upload(to, from, bytes);
    }
    void download(void* to, void const* from, std::size_t bytes) override
    {
        cpu_->download(to, from, bytes);
    }
    void copy(void* to, void const* from, std::size_t bytes) override
    {
        cpu_->copy(to, from, bytes);
    }
    std::vector<double> run_list(TaskView const& list) override
    {
        largest_list = std::max(largest_list, list.size);
        return cpu_->run_list(list);
    }

    std::size_t largest_list = 0;

private:
    std::unique_ptr<Device> cpu_;
    std::size_t free_;
};

/// A device that does nothing, and from which small positive numbers come back.
class IdleDevice final : public SmallDevice
{
public:
    IdleDevice() : SmallDevice(1, std::size_t{1} << 40) {}
    void upload(void*, void const*, std::size_t) override {}
    void download(void* to, void const*, std::size_t bytes) override { std::memset(to, 1, bytes); }
    void copy(void*, void const*, std::size_t) override {}
    std::vector<double> run_list(TaskView const& list) override
    {
        return std::vector<double>(list.size);
    }
};

bool same(LseResult const& a, LseResult const& b)
{
    return a.end == b.end && a.rounds == b.rounds && a.at_bound == b.at_bound &&
           same_bits(
               {a.mse, a.start_mse, a.predicted_gain, a.actual_gain, a.radius, a.gradient_norm},
               {b.mse, b.start_mse, b.predicted_gain, b.actual_gain, b.radius, b.gradient_norm});
}

/// Seven fits of unlike models, sizes and lengths.
std::vector<RoundsCase> seven_cases()
{
    std::vector<RoundsCase> cases;
    for (unsigned i = 0; i < 7; ++i) {
        char const* const normalizer = i % 2 == 0 ? "softmax" : "sigmoid";
        char const* const activation = i % 3 == 0 ? "gelu" : i % 3 == 1 ? "relu" : "identity";
        int const d = 1 + static_cast<int>(i) % 4;
        cases.push_back({near_truth(model_of(normalizer, activation, d, 2 + d % 2),
                                    50 + 31 * static_cast<int>(i), i, 0.1, 0.3)});
        cases.back().settings.iterations = i == 4 ? 3 : 60;
    }
    return cases;
}

} // namespace

TEST_CASE("a fit is the same alone and among others")
{
    std::vector<RoundsCase> const cases = seven_cases();
    auto const device = make_cpu_device(1);
    std::vector<RoundsFit> alone;
    for (RoundsCase const& c : cases)
        alone.push_back(fitted(*device, {c})[0]);
    auto const check = [&](Device& other, std::vector<std::size_t> const& order) {
        std::vector<RoundsCase> list;
        for (std::size_t const i : order)
            list.push_back(cases[i]);
        std::vector<RoundsFit> const together = fitted(other, list);
        for (std::size_t i = 0; i < order.size(); ++i) {
            INFO("case " << order[i]);
            CHECK(same(together[i].result, alone[order[i]].result));
            CHECK(same_bits(together[i].theta, alone[order[i]].theta));
        }
    };
    check(*device, {0, 1, 2, 3, 4, 5, 6});
    check(*make_cpu_device(2), {6, 2, 4, 0, 5, 1, 3});
    SmallDevice one(1, 0); // no room for more than one
    check(one, {0, 1, 2, 3, 4, 5, 6});
    CHECK(one.largest_list == 1);
    SmallDevice some(2, 100000);
    check(some, {3, 1, 6, 0, 2, 5, 4});
    CHECK(some.largest_list > 1);
    CHECK(some.largest_list < 7);
    std::vector<int> rounds; // or else nothing left the list before the others
    for (RoundsFit const& fit : alone)
        rounds.push_back(fit.result.rounds);
    CHECK(*std::min_element(rounds.begin(), rounds.end()) <
          *std::max_element(rounds.begin(), rounds.end()));
}

TEST_CASE("fits end on a device that does nothing")
{
    IdleDevice device;
    for (RoundsFit const& fit : fitted(device, seven_cases()))
        CHECK(fit.result.rounds <= 60);
}

TEST_CASE("the Gram matrix at the end of a fit")
{
    RoundsCase c{near_truth(model_of("softmax", "identity", 1, 1), 50, 1, 0.1, 1)};
    auto const device = make_cpu_device(1);
    OnDevice const memory(*device, c);
    DeviceArray<double> const gram(*device, 16);
    LseItem<double> item = memory.item(c);
    item.gram = gram.data();
    run_rounds<double>(*device, {item});
    std::vector<double> want(16); // of a x + b: sums of x^2, x and 1
    for (double const x : c.problem.x) {
        want[10] += x * x;
        want[11] += x;
        want[14] += x;
        want[15] += 1;
    }
    CHECK(largest_difference(gram.download(), want) < 1e-12);
}

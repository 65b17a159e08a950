// Starting points of families beyond linear gates: what the target lacks, temperatures, attention,
// groups.

#include "tests/loss/start_case.h"

#include <cstdlib>

using namespace moerate;

namespace
{

} // namespace

TEST_CASE("lambda starts from 1, and every parameter of a target of the same family is taken over")
{
    Model const ffn = make_model(gate_of("linear", "softmax"), expert_of("ffn"), 1, 1);
    auto const theta = start(ffn, measure_of("softmax", {{{5}, 2, {3}, 4}}), {{}, {}});
    CHECK(theta == std::vector<double>{5, 2, 3, 4, 1});
    Measure const target = measure_with(ffn, {5, 2, 3, 4, -6});
    CHECK(start(ffn, target, {{}, {}}) == target.theta);
    // A null extra atom: lambda is 0 as all of the expert.
    Model const two = make_model(gate_of("linear", "sigmoid"), expert_of("ffn"), 1, 2);
    CHECK(start(two, target, {{0}, {0, Split::null}}) ==
          std::vector<double>{5, 5, 2, 2, 3, 0, 4, 0, -6, 0});
}

TEST_CASE("a learned temperature gets its noise and stays positive")
{
    Model const model = make_model(gate_of("linear", "softmax", true), expert_of("ridge"), 1, 1);
    Measure const target = measure_with(model, {0, 0, 3, 0, 0}); // w, b, T, a, b_expert
    std::uint32_t const id = parameter_id('t', "T");
    int cut = 0;
    for (std::uint32_t r = 0; r < 200; ++r) {
        Wish wish{{}, {3.0, Split::share}};
        wish.key.replicate = r;
        double const noise =
            3.0 * normals(philox(wish.key, Stream::start, start_noise_index(id, 0, 0))).z[0];
        double const got = block_of(model, start(model, target, wish), 't', "T")[0];
        CHECK(got == Approx(3 + noise > 0.3 ? 3 + noise : 0.3).epsilon(1e-14));
        cut += 3 + noise > 0.3 ? 0 : 1;
    }
    CHECK(cut > 10); // P(z < -0.9) = 0.18
}

TEST_CASE(
    "attention has no mass to share: extra atoms are copies, and what is shared is copied once")
{
    Model const one = make_model(gate_of("attention", "softmax"), expert_of("ridge"), 2, 1);
    Model const two = make_model(gate_of("attention", "softmax"), expert_of("ridge"), 2, 2);
    // K, kappa, Q, q, a, b
    Measure const target = measure_with(one, {1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(start(two, target, {{0}, {}}) ==
          std::vector<double>{1, 2, 1, 2, 3, 3, 4, 5, 6, 7, 8, 7, 8, 9, 9});
}

TEST_CASE("topk shares masses as softmax, and a bias that the target lacks shares m = 1")
{
    Measure const target = measure_of("softmax", two);
    Wish const wish{{1}, {}};
    CHECK(start(model_of("topk", 1, 3), target, wish) ==
          start(model_of("softmax", 1, 3), target, wish));
    Model const attention = make_model(gate_of("attention", "softmax"), expert_of("ridge"), 1, 1);
    auto const theta =
        start(model_of("softmax", 1, 2), measure_with(attention, {1, 2, 3, 4, 5, 6}), {{0}, {}});
    CHECK(theta == std::vector<double>{0, 0, theta[2], theta[2], 5, 5, 6, 6});
    CHECK(theta[2] == Approx(-ln2).epsilon(1e-15));
}

TEST_CASE("hierarchical: an extra atom starts in its own group and shares its mass there")
{
    // Layout kappa, nu, omega, beta, a, b. True atoms 0 and 2 are in group 0, 1 and 3 in group 1.
    Measure const target = measure_with(grouped_model({0, 1, 0, 1}, 2),
                                        {10, 11, 12, 13, 0,  2 * ln2, 0,  ln2, 20, 21, 5, 6, //
                                         30, 31, 32, 33, 40, 41,      42, 43});
    // One extra atom in each group; of the list only atom 3 is in group 1, none in group 0.
    Model const model = grouped_model({0, 1, 0, 1, 1, 0}, 2);
    auto const theta = start(model, target, {{3}, {}});
    CHECK(block_of(model, theta, 'g', "w") == std::vector<double>{10, 11, 12, 13, 13, 10});
    auto const nu = block_of(model, theta, 'g', "b");
    std::vector<double> const shared{-ln2, 2 * ln2, 0, 0, 0, -ln2};
    for (std::size_t i = 0; i < nu.size(); ++i)
        CHECK(nu[i] == Approx(shared[i]).margin(1e-15));
    CHECK(block_of(model, theta, 'p', "w") == std::vector<double>{20, 21});
    CHECK(block_of(model, theta, 'p', "b") == std::vector<double>{5, 6});
    CHECK(block_of(model, theta, 'e', "b") == std::vector<double>{40, 41, 42, 43, 43, 40});

    // The list with both atoms of group 1: each is taken, no other.
    int seen[2] = {0, 0};
    for (std::uint32_t r = 0; r < 400; ++r) {
        Wish wish{{0, 1, 3}, {}};
        wish.key.replicate = r;
        double const at = block_of(model, start(model, target, wish), 'g', "w")[4];
        CHECK((at == 11 || at == 13));
        ++seen[at == 13 ? 1 : 0];
    }
    CHECK(std::abs(seen[0] - 200) < 45); // sd 10

    // Fitted atoms in another order: counted within their groups all the same.
    Model const sorted = grouped_model({0, 0, 1, 1}, 2);
    CHECK(block_of(sorted, start(sorted, target, {{}, {}}), 'g', "w") ==
          std::vector<double>{10, 12, 11, 13});

    // A further group starts at the first one and shares its e^beta; its atoms share nothing with
    // others.
    Model const three = grouped_model({0, 1, 0, 1, 2, 2}, 3);
    auto const more = start(three, target, {{}, {}});
    CHECK(block_of(three, more, 'g', "w") == std::vector<double>{10, 11, 12, 13, 10, 12});
    CHECK(block_of(three, more, 'p', "w") == std::vector<double>{20, 21, 20});
    auto const beta = block_of(three, more, 'p', "b");
    CHECK(beta[0] == Approx(5 - ln2).epsilon(1e-15));
    CHECK(beta[1] == 6);
    CHECK(beta[2] == beta[0]);
    CHECK(block_of(three, more, 'g', "b")[4] == 0);
}

TEST_CASE("hierarchical: split atoms leave the measure as it is")
{
    std::mt19937_64 random(2);
    Measure const target = drawn_around(random, grouped_model({0, 0, 1, 1}, 2, 3), 1.0);
    Model const model = grouped_model({0, 0, 1, 1, 0, 1, 1}, 2, 3);
    Measure const fitted = measure_with(model, start(model, target, {{}, {}}));
    CHECK(measure_loss(fitted, target, "hierarchical.L5").record.value < 1e-14);
}

TEST_CASE("noise of groups is keyed by group, apart from the atoms' noise of the same name")
{
    std::mt19937_64 random(2);
    Measure const target = drawn_around(random, grouped_model({0, 1}, 2, 3), 1.0);
    Wish wish{{}, {}};
    auto const bare = start(target.model, target, wish);
    wish.settings.noise_sd = 0.5;
    auto const noisy = start(target.model, target, wish);
    Block const* const block = find_block(target.model.layout, parameter_id('p', "w"));
    REQUIRE(block != nullptr);
    for (int at = 0; at < 6; ++at) {
        auto const p = static_cast<std::size_t>(block->offset + at);
        Normals const four =
            normals(philox(wish.key, Stream::start, start_noise_index(block->id, at / 3, 0)));
        CHECK(noisy[p] == bare[p] + 0.5 * four.z[at % 3]);
    }
}

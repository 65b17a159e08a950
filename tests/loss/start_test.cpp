// Starting points near a target (spec.md 3): which true atom an extra one takes, how mass is
// shared, and noise that paired fits have in common.

#include "tests/loss/start_case.h"

#include <cmath>
#include <set>

using namespace moerate;

namespace
{

Measure drawn_measure(int d, int k)
{
    std::mt19937_64 random(17);
    return measure_of("softmax", drawn_atoms(random, d, k, 1.0));
}

} // namespace

TEST_CASE("without noise each atom starts on its true atom, sharing its mass")
{
    Measure const target = measure_of("softmax", two);
    Wish const wish{{1}, {}};

    // softmax: m = 4 on two atoms, 2 each, b = log 2
    Model const softmax = model_of("softmax", 1, 3);
    auto const theta = start(softmax, target, wish);
    CHECK(block_of(softmax, theta, 'g', "w") == std::vector<double>{1, 2, 2});
    CHECK(block_of(softmax, theta, 'e', "a") == std::vector<double>{3, 4, 4});
    CHECK(block_of(softmax, theta, 'e', "b") == std::vector<double>{5, 6, 6});
    auto const b = block_of(softmax, theta, 'g', "b");
    CHECK(b[0] == 0);
    CHECK(b[1] == Approx(ln2).epsilon(1e-14));
    CHECK(b[2] == b[1]);

    // sigmoid: m = 1/(1 + 1/4) = 4/5, 2/5 each: odds 2/3
    Model const sigmoid = model_of("sigmoid", 1, 3);
    auto const c = block_of(sigmoid, start(sigmoid, target, wish), 'g', "b");
    CHECK(c[0] == 0);
    CHECK(c[1] == Approx(std::log(2.0 / 3)).epsilon(1e-14));
    CHECK(c[2] == c[1]);

    // Three atoms on one of mass 4 at T = 2: exp(b / 2) = exp(log 2) / 3
    Model warm = model_of("softmax", 1, 4);
    warm.temperature = 2;
    auto const e = block_of(warm, start(warm, target, wish), 'g', "b");
    CHECK(e[1] == Approx(2 * std::log(2.0 / 3)).epsilon(1e-14));
    CHECK(e[3] == e[1]);
}

TEST_CASE("split = null copies the gate and starts the extra expert at 0")
{
    Measure const target = measure_of("softmax", two);
    Model const model = model_of("softmax", 1, 3);
    auto const theta = start(model, target, {{1}, {0, Split::null}});
    CHECK(block_of(model, theta, 'g', "w") == std::vector<double>{1, 2, 2});
    CHECK(block_of(model, theta, 'g', "b") == std::vector<double>{0, 2 * ln2, 2 * ln2});
    CHECK(block_of(model, theta, 'e', "a") == std::vector<double>{3, 4, 0});
    CHECK(block_of(model, theta, 'e', "b") == std::vector<double>{5, 6, 0});
}

TEST_CASE("extra atoms take every listed atom, equally often, and no other")
{
    Measure const target = drawn_measure(1, 8);
    Model const model = model_of("softmax", 1, 10);
    std::vector<double> const w_true = block_of(target.model, target.theta, 'g', "w");
    std::vector<int> seen(8);
    constexpr int replicates = 3000;
    for (int r = 0; r < replicates; ++r) {
        Wish wish{{2, 6, 7}, {}};
        wish.key.replicate = static_cast<std::uint32_t>(r);
        auto const w = block_of(model, start(model, target, wish), 'g', "w");
        for (std::size_t j = 0; j < 8; ++j) {
            CHECK(w[j] == w_true[j]);
            seen[j] += (w[8] == w_true[j] ? 1 : 0) + (w[9] == w_true[j] ? 1 : 0);
        }
    }
    // 6000 draws in three bins of 2000 each, sd 37; 4.5 sd.
    for (std::size_t j : {2U, 6U, 7U})
        CHECK(std::abs(seen[j] - 2 * replicates / 3) < 165);
    CHECK(seen[2] + seen[6] + seen[7] == 2 * replicates);
}

TEST_CASE("noise is sd times the normals keyed by parameter, atom and component")
{
    Measure const target = drawn_measure(6, 2);
    Model const model = model_of("sigmoid", 6, 3);
    Wish wish{{0}, {}};
    auto const bare = start(model, target, wish);
    wish.settings.noise_sd = 0.25;
    auto const noisy = start(model, target, wish);
    for (int b = 0; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        for (int at = 0; at < block.rows * block.width; ++at) {
            int const row = at / block.width;
            int const component = at % block.width;
            std::uint64_t const index = start_noise_index(block.id, row, component / 4);
            Normals const four = normals(philox(wish.key, Stream::start, index));
            auto const p = static_cast<std::size_t>(block.offset + at);
            CHECK(noisy[p] == bare[p] + 0.25 * four.z[component % 4]);
        }
    }
    auto const rounded = start<float>(model, target, wish);
    for (std::size_t p = 0; p < noisy.size(); ++p)
        CHECK(rounded[p] == static_cast<float>(noisy[p]));
}

TEST_CASE("paired fits: common parameters get equal noise whatever the family and k")
{
    Measure const target = drawn_measure(5, 3);
    Wish const wish{{1}, {0.1, Split::null}};
    Model const small = model_of("softmax", 5, 3);
    Model const large = model_of("sigmoid", 5, 6);
    auto const a = start(small, target, wish);
    auto const b = start(large, target, wish);
    for (auto const& [part, name] :
         {std::pair('g', "w"), std::pair('g', "b"), std::pair('e', "a"), std::pair('e', "b")})
    {
        auto const few = block_of(small, a, part, name);
        auto const many = block_of(large, b, part, name);
        CHECK(std::equal(few.begin(), few.end(), many.begin()));
    }
    Wish other = wish;
    other.key.replicate = 1;
    CHECK(start(small, target, other) != a);
    other = wish;
    other.key.n = 2000;
    CHECK(start(small, target, other) != a);
}

TEST_CASE("noise has mean 0, variance 1 and no repeats over parameters and atoms")
{
    Measure const target = drawn_measure(40, 20);
    Model const model = model_of("softmax", 40, 20);
    Wish wish{{}, {}};
    auto const bare = start(model, target, wish);
    wish.settings.noise_sd = 1;
    double sum = 0;
    double square = 0;
    std::set<double> distinct;
    int count = 0;
    for (std::uint32_t r = 0; r < 20; ++r) {
        wish.key.replicate = r;
        auto const noisy = start(model, target, wish);
        for (std::size_t p = 0; p < noisy.size(); ++p, ++count) {
            double const noise = noisy[p] - bare[p];
            sum += noise;
            square += noise * noise;
            distinct.insert(noise);
        }
    }
    // 32800 numbers: sd of the mean 0.0055, of the mean square 0.0078; 4 sd.
    CHECK(std::fabs(sum / count) < 0.022);
    CHECK(square / count == Approx(1).margin(0.031));
    CHECK(distinct.size() == static_cast<std::size_t>(count));
}

TEST_CASE("parameters of different names never share an index")
{
    std::set<std::uint32_t> masked;
    std::set<std::uint32_t> full;
    auto const add = [&](char part, auto const& parameters) {
        for (Parameter const& p : parameters) {
            full.insert(parameter_id(part, p.name));
            masked.insert(parameter_id(part, p.name) & start_id_mask);
        }
    };
    for_each(Scores{}, [&](auto score, int) { add('g', score.parameters); });
    for_each(Experts{}, [&](auto form, int) { add('e', form.parameters); });
    for_each(Normalizers{}, [&](auto normalizer, int) {
        if constexpr (decltype(normalizer)::grouped)
            add('p', normalizer.parameters);
    });
    full.insert(parameter_id('t', "T"));
    masked.insert(parameter_id('t', "T") & start_id_mask);
    CHECK(full.size() == 13); // w, A, b, K, kappa, Q, q; omega, beta; a, b, lambda; T
    CHECK(masked.size() == full.size());

    // The largest index of a parameter stays below 2^56, the placing of atoms below 2^55.
    CHECK(start_noise_index(~0U, 65535, 65535) == (std::uint64_t{1} << 56) - 1);
    CHECK(start_noise_index(0, 0, 0) > start_place_index(65535));
}

TEST_CASE("what the target lacks starts from 0, T from 1")
{
    Measure target = measure_of("softmax", {{{5}, 2, {3}, 4}});
    GateSpec gate;
    gate.learned_temperature = 1;
    Model const model = make_model(gate, {}, 1, 2);
    auto const theta = start(model, target, {{0}, {}});
    CHECK(block_of(model, theta, 't', "T") == std::vector<double>{1});
    CHECK(block_of(model, theta, 'g', "b")[1] == Approx(2 - ln2).epsilon(1e-14));

    Measure const warm{make_model(gate, {}, 1, 1), {5, 2, 3, 3, 4}}; // w, b, T = 3, a, b_expert
    auto const warmer = start(model, warm, {{0}, {}});
    CHECK(block_of(model, warmer, 't', "T") == std::vector<double>{3});
    CHECK(block_of(model, warmer, 'g', "b")[1] == Approx(2 - 3 * ln2).epsilon(1e-14));

    Layout bare;
    append(bare, 'g', {"b", Role::bias, Extent::one}, 1, 1);
    bare.expert_begin = 1;
    append(bare, 'e', {"b", Role::expert_bias, Extent::one}, 1, 1);
    target.model.layout = bare;
    target.theta = {7, 8};
    Model const plain = model_of("softmax", 1, 1);
    CHECK(start(plain, target, {{}, {}}) == std::vector<double>{0, 7, 0, 8});
}

TEST_CASE("a start is bitwise the same on any number of lanes")
{
    Measure const target = drawn_measure(33, 8);
    Wish wish{{0, 3, 6, 7}, {0.005, Split::share}};
    for (char const* normalizer : {"softmax", "sigmoid"}) {
        Model const model = model_of(normalizer, 33, 11);
        for (int lanes : {2, 7, 32, Backend::warp, Backend::warp_down}) {
            CHECK(start(model, target, wish, lanes) == start(model, target, wish, 1));
            CHECK(start<float>(model, target, wish, lanes) == start<float>(model, target, wish, 1));
        }
    }
}

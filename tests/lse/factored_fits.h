#pragma once

/// @file
/// What Gram matrices of written-out factors must be on any device.

#include "tests/lse/factored_case.h"
#include "tests/lse/rounds_case.h"

#include <catch2/catch.hpp>

namespace moerate
{

/// One fit, fewer and more than one call's, of samples of one call and of several.
inline void check_factored_grams(Device& device)
{
    unsigned seed = 1;
    std::vector<Problem<double>> problems;
    for (char const* const score : {"linear", "quadratic", "cosine", "euclidean"})
        for (int const n : {1, 31, 129, 1025, 2100})
            problems.push_back(drawn_problem<double>(factored_model(score, 3, 2), n, seed++));
    problems.push_back(drawn_problem<double>(factored_model("linear", 9, 5), 140, seed++));
    std::vector<Linearised> made;
    for (Problem<double> const& problem : problems)
        made.emplace_back(device, problem);
    std::vector<std::vector<double>> const all = factored(device, made);
    for (std::size_t i = 0; i < made.size(); ++i) {
        INFO("problem " << i);
        // sums of products with a relative error of 1e-16 each
        CHECK(gram_deviation(all[i], made[i].own(device), made[i].p) <= 1e-12);
    }
}

inline void check_factored_alone(Device& device)
{
    std::vector<Problem<double>> problems;
    for (unsigned i = 0; i < 40; ++i) // more than a call's, some of them of a call of their own
        problems.push_back(drawn_problem<double>(factored_model("linear", 3, 2),
                                                 i % 8 == 3 ? 300 : 130 + static_cast<int>(i), i));
    problems[17].y[5] = std::numeric_limits<double>::infinity(); // a neighbour without numbers
    problems[18].theta[0] = std::numeric_limits<double>::quiet_NaN();
    std::vector<Linearised> made;
    for (Problem<double> const& problem : problems)
        made.emplace_back(device, problem);
    std::vector<std::vector<double>> const together = factored(device, made);
    std::vector<Linearised> turned;
    for (std::size_t i = made.size(); i-- > 0;)
        turned.emplace_back(device, problems[i]);
    std::vector<std::vector<double>> const backwards = factored(device, turned);
    for (std::size_t const i : {0, 3, 16, 19, 31, 32, 39}) {
        INFO("problem " << i);
        std::vector<Linearised> one;
        one.emplace_back(device, problems[i]);
        CHECK(std::isfinite(together[i][0]));
        CHECK(same_bits(factored(device, one)[0], together[i]));
        CHECK(same_bits(backwards[problems.size() - 1 - i], together[i]));
    }
}

/// Either end is within 1e-8 of the minimum in its basin (LseSettings).
inline void check_factored_minima(Device& device)
{
    std::vector<RoundsCase> own, by_factors;
    for (unsigned i = 0; i < 4; ++i) {
        Model const model = factored_model(i % 2 == 0 ? "linear" : "quadratic", 2, 2);
        own.push_back({near_truth(model, 140 + 200 * static_cast<int>(i), i, 0.1, 0.05)});
        by_factors.push_back(own.back());
        by_factors.back().settings.factored = true;
    }
    std::vector<RoundsFit> const want = fitted(device, own), got = fitted(device, by_factors);
    bool other = false;
    for (std::size_t i = 0; i < own.size(); ++i) {
        INFO("fit " << i);
        CHECK(got[i].result.mse == Approx(want[i].result.mse).epsilon(2e-8));
        CHECK(got[i].result.end == want[i].result.end);
        other = other || !same_bits(got[i].theta, want[i].theta);
        CHECK(same_bits(fitted(device, {by_factors[i]})[0].theta, got[i].theta));
    }
    CHECK(other); // another order of sums
}

} // namespace moerate

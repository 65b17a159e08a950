// A trial is centred in what a common shift leaves unchanged, made symmetric, and kept in its box:
// steps without normal equations.

#include "kernels/lse/centre.h"
#include "tests/lse/step_case.h"
#include "tests/support/families.h"

#include <catch2/catch.hpp>

using namespace moerate;

namespace
{

Model model_with(char const* score, char const* normalizer, int d, int k,
                 std::vector<int> const& group_of = {})
{
    GateSpec gate;
    gate.score = find<Scores>(score);
    gate.normalizer = find<Normalizers>(normalizer);
    gate.activation = find<Activations>("tanh");
    gate.tau1 = 0.1;
    gate.rank = 1;
    gate.top = 1;
    int const groups =
        group_of.empty() ? 0 : 1 + *std::max_element(group_of.begin(), group_of.end());
    return make_model(gate, {find<Experts>("constant"), 0}, d, k, group_of.data(), groups);
}

/// theta in the box [lower, upper], without a step.
std::vector<double> begun(Backend const& backend, Model const& model, std::vector<double> theta,
                          double lower = -unbounded, double upper = unbounded)
{
    StepCase c{{}, {}, std::move(theta)};
    c.model = model;
    auto const p = static_cast<std::size_t>(coordinate_count(model));
    c.lower.assign(p, lower);
    c.upper.assign(p, upper);
    Stepped const got = step(backend, c);
    CHECK(got.record.factored == 1);
    return got.trial;
}

/// On all backends.
void check_begun(Model const& model, std::vector<double> const& theta,
                 std::vector<double> const& want, double lower = -unbounded,
                 double upper = unbounded)
{
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        CHECK(begun(backend, model, theta, lower, upper) == want);
    }
}

} // namespace

TEST_CASE("locations and biases of competing atoms stand around the middle")
{
    // w (d = 1), b, constants
    std::vector<double> const theta{3, 5, 4, -1, -1, 6, 7, 8, 9};
    std::vector<double> const centred{-1, 1, 0, -3.5, -3.5, 3.5, 7, 8, 9};
    check_begun(model_with("linear", "softmax", 1, 3), theta, centred);
    check_begun(model_with("linear", "topk", 1, 3), theta, centred);
    // the box's middle is 2
    check_begun(model_with("linear", "softmax", 1, 3), theta, {1, 3, 2, -1.5, -1.5, 5.5, 7, 8, 9},
                -10, 14);
    // no common shift: atoms that do not compete, and locations that enter otherwise
    check_begun(model_with("linear", "sigmoid", 1, 3), theta, theta);
    std::vector<double> const biases{3, 5, 4, -3.5, -3.5, 3.5, 7, 8, 9};
    for (char const* score : {"euclidean", "cosine", "ridge"})
        check_begun(model_with(score, "softmax", 1, 3), theta, biases);
}

TEST_CASE("atoms of a group are centred by themselves, and groups among each other")
{
    Model const model = model_with("linear", "hierarchical", 1, 4, {0, 1, 0, 1});
    // w, b of the atoms, w, b of the groups, constants
    check_begun(model, {1, 10, 3, 30, 0, 2, 4, 8, 5, 7, -4, 4, 1, 2, 3, 4},
                {-1, -10, 1, 10, -2, -3, 2, 3, -1, 1, -4, 4, 1, 2, 3, 4});
}

TEST_CASE("forms are made symmetric before they are centred")
{
    Model const model = model_with("monomial", "softmax", 2, 2); // A, b, constants
    check_begun(model, {1, 4, 2, 8, 5, 0, 0, 2, 1, 1, 7, 7},
                {-2, 1.5, 1.5, 3, 2, -1.5, -1.5, -3, 0, 0, 7, 7});
    Model const apart = model_with("monomial", "sigmoid", 2, 1);
    check_begun(apart, {1, 4, 2, 8, 1, 7}, {1, 3, 3, 8, 1, 7});
}

TEST_CASE("a start outside of the box is put into it")
{
    check_begun(model_with("linear", "sigmoid", 1, 2), {-7, 3, 9, 0, 5, -5}, {-4, 3, 4, 0, 4, -4},
                -4, 4);
    // and then centred: 4 and -4 have nowhere to go
    check_begun(model_with("linear", "softmax", 1, 2), {-7, 9, 9, 3, 5, -5},
                {-4, 4, 0.5, -0.5, 4, -4}, -4, 4);
}

TEST_CASE("no row leaves a box of its own")
{
    Model const model = model_with("linear", "softmax", 1, 2);
    StepCase c{{}, {}, {0, 4, 0, 0, 0, 0}};
    c.model = model;
    c.lower = {-1, -9, -9, -9, -9, -9};
    c.upper = {9, 9, 9, 9, 9, 9};
    for (Backend const& backend : all_backends()) {
        // the middle is that of the first row's box, 4: 2 up
        CHECK(step(backend, c).trial == std::vector<double>{2, 6, 0, 0, 0, 0});
        StepCase tight = c;
        tight.upper[1] = 5;
        CHECK(step(backend, tight).trial == tight.theta);
    }
}

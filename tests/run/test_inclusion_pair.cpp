#include "host/measure/inclusion.h"
#include "tests/run/inclusion_case.h"

#include <catch2/catch.hpp>

using namespace moerate;
using namespace moerate::inclusion;

TEST_CASE("two sigmoids make a softmax of two atoms", "[run]")
{
    // exp(s) / (exp(s) + exp(t)) = sigmoid(s - t), so sigmoids of s - t and t - s are its weights
    auto const check = [](Measure const& sigmoids, Measure const& softmax) {
        CAPTURE(measure_to_json(sigmoids).dump(), measure_to_json(softmax).dump());
        CHECK(function_held(sigmoids.model, softmax.model));
        CHECK_FALSE(class_holds(sigmoids.model, softmax.model)); // no atom is one of the truth's
        CHECK_FALSE(function_held(softmax.model, sigmoids.model));
        std::vector<double> const got = predictions(sigmoids), want = predictions(softmax);
        for (std::size_t i = 0; i < want.size(); ++i)
            CHECK(got[i] == Approx(want[i]).epsilon(1e-12).margin(1e-12)); // a few roundings
    };
    auto const pair = [](std::string const& score, std::string const& one, std::string const& other,
                         std::string const& more = "") {
        return measure(gate(score, "sigmoid"), relu, atom(one, e1) + ", " + atom(other, e2), more);
    };
    std::string const plus = R"("w": [0.75, -3], "b": 0.75)",
                      minus = R"("w": [-0.75, 3], "b": -0.75)";
    Measure const linear = measure(gate("linear"), relu, two);
    check(pair("linear", plus, minus), linear);
    check(pair("quadratic", zero_form + plus, zero_form + minus), linear);
    std::string const warm = R"("temperature": 2.0, )";
    check(pair("linear", R"("w": [0.375, -1.5], "b": 0.375)", R"("w": [-0.375, 1.5], "b": -0.375)"),
          measure(gate("linear"), relu, two, warm));
    check(measure(gate("linear", "sigmoid"), relu,
                  atom(plus, e1) + ", " + atom(minus, e2) + ", " + atom(w1, e0)),
          linear);
    std::string const top = gate("linear", "topk") + R"(, "top": 2)";
    check(pair("linear", plus, minus), measure(top, relu, two));
    // |x - w_2|^2 - |x - w_1|^2 = 2 (w_1 - w_2).x + |w_2|^2 - |w_1|^2
    check(pair("linear", R"("w": [1.5, -6], "b": 3.5625)", R"("w": [-1.5, 6], "b": -3.5625)"),
          measure(gate("euclidean"), relu, two));
    std::string const up = R"("A": [[0.1875, 0], [0, -3]], )",
                      down = R"("A": [[-0.1875, 0], [0, 3]], )";
    check(pair("monomial", up + R"("b": 0.75)", down + R"("b": -0.75)"), // w_1 w_1^T - w_2 w_2^T
          measure(gate("ridge") + R"(, "activation": "power", "power": 2)", relu, two));
    std::string const rank = R"(, "rank": 1)",
                      shares = R"("shared": {"Q": [[1, 2]], "q": [0.5]}, )";
    auto const keys = [&](std::string const& normalizer, std::string const& k1,
                          std::string const& k2) {
        return measure(gate("attention", normalizer) + rank, relu,
                       atom(k1, e1) + ", " + atom(k2, e2), shares);
    };
    check(keys("sigmoid", R"("K": [[1, -1]], "kappa": [2])", R"("K": [[-1, 1]], "kappa": [-2])"),
          keys("softmax", R"("K": [[1, 0]], "kappa": [1])", R"("K": [[0, 1]], "kappa": [-1])"));
}

TEST_CASE("sigmoids that do not make a softmax", "[run]")
{
    auto const holds = [](std::string const& score, std::string const& experts,
                          std::string const& atoms, Measure const& truth) {
        return function_held(model(gate(score, "sigmoid"), experts, atoms), truth.model);
    };
    Measure const linear = measure(gate("linear"), relu, two);
    std::string const three = two + ", " + atom(w2, e1);
    CHECK(holds("linear", relu, two, linear));
    CHECK_FALSE(holds("linear", relu, atom(w1, e1), linear));
    CHECK_FALSE(holds("linear", relu, three, measure(gate("linear"), relu, three)));
    CHECK_FALSE(holds("linear", expert("ridge", "gelu"), two, linear));
    CHECK_FALSE(holds("euclidean", relu, two, linear)); // |x|^2 does not cancel in one score
    std::string const forms = atom(zero_form + w1, e1) + ", " + atom(zero_form + w2, e2);
    CHECK_FALSE(holds("linear", relu, two, measure(gate("quadratic"), relu, forms)));
    std::string const tau = R"(, "tau1": 0.1, "tau2": 0.1)"; // |w / (|w| + tau)| < 1, of both
    CHECK_FALSE(function_held(model(gate("cosine", "sigmoid") + tau, relu, two),
                              model(gate("cosine") + tau, relu, two)));
    // sigmoid(0) = 1/2: no third expert is 0
    std::string const sigmoid = expert("ridge", "sigmoid");
    CHECK_FALSE(holds("linear", sigmoid, three, measure(gate("linear"), sigmoid, two)));
    CHECK(holds("linear", sigmoid, two, measure(gate("linear"), sigmoid, two)));
    CHECK_FALSE(function_held(model(gate("linear", "sigmoid"), relu, two),
                              model(gate("linear", "topk") + R"(, "top": 1)", relu, two)));
}

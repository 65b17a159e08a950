#include "host/measure/embed.h"
#include "host/measure/inclusion.h"
#include "tests/run/inclusion_case.h"
#include "tests/support/families.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;
using namespace moerate::inclusion;

namespace
{

/// The table must say so, and it must be so.
void check_holds(Measure const& fitted, Measure const& truth)
{
    CAPTURE(measure_to_json(fitted).dump(), measure_to_json(truth).dump());
    CHECK(class_holds(fitted.model, truth.model));
    std::vector<double> const got = predictions(fitted), want = predictions(truth);
    std::vector<double> const made = predictions(embedded(truth, fitted.model));
    for (std::size_t i = 0; i < want.size(); ++i) {
        CHECK(got[i] == Approx(want[i]).epsilon(1e-12).margin(1e-12)); // a few roundings apart
        CHECK(made[i] == Approx(want[i]).epsilon(1e-12).margin(1e-12));
    }
}

} // namespace

TEST_CASE("every composition of the lists holds itself, in its own settings", "[run]")
{
    for (Family const& family : all_families()) {
        INFO(name_of(family));
        Model const fitted = model_of(family, 2, 3);
        CHECK(class_holds(fitted, fitted));
        auto const holds = [&](auto const& change) {
            Model truth = fitted;
            change(truth);
            return class_holds(fitted, truth);
        };
        GateKeys const gate_keys = keys_of(fitted.gate);
        ExpertKeys const expert_keys = keys_of(fitted.expert);
        CHECK(holds([](Model& m) { m.gate.tau1 = 0.3; }) == !gate_keys.tau);
        CHECK(holds([](Model& m) { m.gate.rank = 3; }) == !gate_keys.rank);
        CHECK(holds([](Model& m) { m.gate.top = 1; }) == !gate_keys.top);
        CHECK(holds([](Model& m) { m.gate.power = 3; }) == !gate_keys.power);
        CHECK(holds([](Model& m) { m.expert.power = 2; }) == !expert_keys.power);
    }
}

TEST_CASE("scores that are special cases of others", "[run]")
{
    Measure const linear = measure(gate("linear"), relu, two);
    check_holds(linear, linear);
    check_holds(measure(gate("quadratic"), relu,
                        atom(zero_form + w1, e1) + ", " + atom(zero_form + w2, e2)),
                linear);
    for (char const* same :
         {R"(, "activation": "identity")", R"(, "activation": "power", "power": 1)"}) {
        Measure const ridge = measure(gate("ridge") + same, relu, two);
        check_holds(ridge, linear);
        check_holds(linear, ridge);
    }
    std::string const a1 = R"("A": [[1, 2], [0, -1]], )", a2 = R"("A": [[0, -1], [0.5, 1]], )";
    check_holds(measure(gate("quadratic"), relu,
                        atom(a1 + R"("w": [0, 0], "b": 0.25)", e1) + ", " +
                            atom(a2 + R"("w": [0, 0], "b": -0.5)", e2)),
                measure(gate("monomial"), relu,
                        atom(a1 + R"("b": 0.25)", e1) + ", " + atom(a2 + R"("b": -0.5)", e2)));
    // (w.x)^2 = x^T (w w^T) x
    Measure const square =
        measure(gate("ridge", "sigmoid") + R"(, "activation": "power", "power": 2)", relu, two);
    std::string const ww1 = R"("A": [[0.25, -0.5], [-0.5, 1]], )",
                      ww2 = R"("A": [[0.0625, -0.5], [-0.5, 4]], )";
    check_holds(measure(gate("monomial", "sigmoid"), relu,
                        atom(ww1 + R"("b": 0.25)", e1) + ", " + atom(ww2 + R"("b": -0.5)", e2)),
                square);
    check_holds(measure(gate("quadratic", "sigmoid"), relu,
                        atom(ww1 + R"("w": [0, 0], "b": 0.25)", e1) + ", " +
                            atom(ww2 + R"("w": [0, 0], "b": -0.5)", e2)),
                square);
    // -|x - w|^2 + b = -|x|^2 + 2 w.x + b - |w|^2
    std::string const minus = R"("A": [[-1, 0], [0, -1]], )";
    std::string const v1 = R"("w": [1, -2], "b": -1)", v2 = R"("w": [-0.5, 4], "b": -4.5625)";
    check_holds(measure(gate("quadratic", "sigmoid"), relu,
                        atom(minus + v1, e1) + ", " + atom(minus + v2, e2)),
                measure(gate("euclidean", "sigmoid"), relu, two));
    for (std::string const& normalizer : {gate("euclidean"), gate("euclidean", "topk")}) {
        std::string const top = normalizer == gate("euclidean") ? "" : R"(, "top": 1)";
        std::string const straight = top.empty() ? gate("linear") : gate("linear", "topk");
        Measure const round = measure(normalizer + top, relu, two);
        Measure const flat = measure(straight + top, relu, atom(v1, e1) + ", " + atom(v2, e2));
        check_holds(flat, round);
        check_holds(round, flat);
    }
}

TEST_CASE("scores that are not special cases of others", "[run]")
{
    auto const holds = [](Model const& fitted, Model const& truth) {
        return class_holds(fitted, truth);
    };
    Model const linear = model(gate("linear"), relu, two);
    std::string const quadratic = atom(zero_form + w1, e1) + ", " + atom(zero_form + w2, e2);
    CHECK_FALSE(holds(linear, model(gate("quadratic"), relu, quadratic)));
    CHECK_FALSE(holds(model(gate("linear", "sigmoid"), relu, two),
                      model(gate("euclidean", "sigmoid"), relu, two)));
    CHECK_FALSE(holds(linear, model(gate("linear", "sigmoid"), relu, two)));
    auto const cosine = [](std::string const& tau1, std::string const& tau2) {
        return model(gate("cosine") + R"(, "tau1": )" + tau1 + R"(, "tau2": )" + tau2, relu, two);
    };
    CHECK(holds(cosine("0.1", "0.2"), cosine("0.1", "0.2")));
    CHECK_FALSE(holds(cosine("0.1", "0.2"), cosine("0.1", "0")));
    CHECK_FALSE(holds(cosine("0", "0"), cosine("0.1", "0")));
    CHECK_FALSE(holds(linear, cosine("0", "0")));
    auto const ridge = [](std::string const& psi) {
        return model(gate("ridge") + R"(, "activation": )" + psi, relu, two);
    };
    CHECK(holds(ridge("\"tanh\""), ridge("\"tanh\"")));
    CHECK_FALSE(holds(ridge("\"tanh\""), ridge("\"relu\"")));
    CHECK_FALSE(holds(ridge("\"tanh\""), linear));
    CHECK_FALSE(holds(ridge("\"power\", \"power\": 2"), ridge("\"power\", \"power\": 3")));
    auto const topk = [](std::string const& top, std::string const& atoms) {
        return model(gate("linear", "topk") + R"(, "top": )" + top, relu, atoms);
    };
    std::string const three = two + ", " + atom(w2, e1);
    CHECK(holds(topk("2", three), topk("2", three)));
    CHECK_FALSE(holds(topk("1", three), topk("2", three)));
    CHECK_FALSE(holds(topk("2", three), topk("1", three)));
    CHECK_FALSE(holds(model(gate("linear"), relu, three), topk("2", three)));
}

TEST_CASE("experts that are special cases of others", "[run]")
{
    auto const pair = [](std::string const& form, std::string const& one,
                         std::string const& other) {
        return measure(gate("linear"), form, atom(w1, one) + ", " + atom(w2, other));
    };
    std::string const unit = R"(, "lambda": 1)";
    for (char const* activation : {"relu", "gelu", "sigmoid"})
        check_holds(pair(expert("ffn", activation), e1 + unit, e2 + unit),
                    pair(expert("ridge", activation), e1, e2));
    Measure const scaled =
        pair(expert("ffn", "identity"), e1 + R"(, "lambda": 2)", e2 + R"(, "lambda": -4)");
    check_holds(
        pair(expert("ridge", "identity"), R"("a": [2, -4], "b": 1)", R"("a": [4, -2], "b": -1)"),
        scaled);
    check_holds(pair(expert("ridge", "power") + R"(, "power": 1)", R"("a": [2, -4], "b": 1)",
                     R"("a": [4, -2], "b": -1)"),
                scaled);
    Measure const constant = pair(expert("constant"), R"("b": 3)", R"("b": -2)");
    std::string const flat = R"("a": [0, 0], "b": 1, "lambda": )";
    check_holds(
        pair(expert("ridge", "identity"), R"("a": [0, 0], "b": 3)", R"("a": [0, 0], "b": -2)"),
        constant);
    check_holds(pair(expert("ffn", "tanh"), flat + json(3 / std::tanh(1.0)).dump(),
                     flat + json(-2 / std::tanh(1.0)).dump()),
                constant);
    check_holds(pair(expert("normalized", "relu"), flat + "3", flat + "-2"), constant);

    auto const holds = [&](std::string const& fitted, std::string const& truth) {
        auto const of = [&](std::string const& form) {
            bool const scale = form.find("ffn") != std::string::npos ||
                               form.find("normalized") != std::string::npos;
            return pair(form, e1 + (scale ? unit : ""), e2 + (scale ? unit : "")).model;
        };
        return class_holds(of(fitted), of(truth));
    };
    CHECK_FALSE(holds(expert("ridge", "relu"), expert("ffn", "relu"))); // a negative lambda
    CHECK_FALSE(holds(expert("ridge", "power") + R"(, "power": 2)",
                      expert("ffn", "power") + R"(, "power": 2)"));
    CHECK_FALSE(holds(expert("ffn", "relu"), expert("ridge", "gelu")));
    CHECK_FALSE(holds(expert("ffn", "relu"), expert("normalized", "relu")));
    CHECK_FALSE(holds(expert("ridge", "power") + R"(, "power": 3)",
                      expert("ridge", "power") + R"(, "power": 2)"));
    CHECK_FALSE(class_holds(pair(expert("ridge", "relu"), e1, e2).model, constant.model));
}

TEST_CASE("a learned temperature holds every fixed one", "[run]")
{
    std::string const warm = R"("temperature": 2.0, )";
    std::string const learned = gate("linear") + R"(, "temperature": "learned")";
    Measure const fixed = measure(gate("linear"), relu, two, warm);
    check_holds(measure(learned, relu, two, warm), fixed);
    check_holds(fixed, measure(learned, relu, two, warm)); // at the truth's own T
    CHECK(class_holds(model(learned, relu, two), fixed.model));
    CHECK_FALSE(class_holds(model(gate("linear"), relu, two), fixed.model));
}

TEST_CASE("extra atoms can be without effect", "[run]")
{
    Measure const truth = measure(gate("linear"), relu, two);
    // half of the mass each: b - log 2
    std::string const half = R"("w": [0.5, -1], "b": )" + json(0.25 - std::log(2.0)).dump();
    std::string const shared = atom(half, e1) + ", " + atom(w2, e2) + ", " + atom(half, e1);
    check_holds(measure(gate("linear"), relu, shared), truth);
    CHECK_FALSE(class_holds(truth.model, model(gate("linear"), relu, shared)));

    std::string const away = two + ", " + atom(R"("w": [0, 0], "b": -1000)", e1);
    std::string const top = R"(, "top": )";
    check_holds(measure(gate("linear", "topk") + top + "1", relu, away),
                measure(gate("linear", "topk") + top + "1", relu, two));
    check_holds(measure(gate("linear", "topk") + top + "2", relu, away), truth);
    check_holds(truth, measure(gate("linear", "topk") + top + "2", relu, two));
    check_holds(measure(gate("linear", "topk") + top + "3", relu, shared), truth);

    check_holds(measure(gate("linear", "sigmoid"), relu, two + ", " + atom(w1, e0)),
                measure(gate("linear", "sigmoid"), relu, two));
    // sigmoid(0) = 1/2: no such expert is 0
    CHECK_FALSE(class_holds(
        model(gate("linear", "sigmoid"), expert("ridge", "sigmoid"), two + ", " + atom(w1, e0)),
        model(gate("linear", "sigmoid"), expert("ridge", "sigmoid"), two)));

    std::string const rank = gate("attention") + R"(, "rank": 1)";
    std::string const shares = R"("shared": {"Q": [[1, 2]], "q": [0.5]}, )";
    std::string const k1 = atom(R"("K": [[1, 0]], "kappa": [1])", e1),
                      k2 = atom(R"("K": [[0, 1]], "kappa": [-1])", e2);
    Model const attention = model(rank, relu, k1 + ", " + k2, shares);
    CHECK(class_holds(attention, attention));
    // without a bias an extra atom takes weight
    CHECK_FALSE(class_holds(model(rank, relu, k1 + ", " + k2 + ", " + k1, shares), attention));
}

TEST_CASE("extra atoms of a hierarchical gate share within their group", "[run]")
{
    auto const in = [](int group) { return R"(, "group": )" + std::to_string(group); };
    std::string const groups = R"("groups": [{"w": [1, 0], "b": 0.5}, {"w": [0, -1], "b": 0}], )";
    std::string const half = R"("w": [-0.25, 2], "b": )" + json(-0.5 - std::log(2.0)).dump();
    std::string const hierarchical = gate("linear", "hierarchical");
    Measure const truth =
        measure(hierarchical, relu, atom(w1 + in(0), e1) + ", " + atom(w2 + in(1), e2), groups);
    check_holds(measure(hierarchical, relu,
                        atom(w1 + in(0), e1) + ", " + atom(half + in(1), e2) + ", " +
                            atom(half + in(1), e2),
                        groups),
                truth);
    Model const other = model(
        hierarchical, relu,
        atom(w1 + in(0), e1) + ", " + atom(w2 + in(1), e2) + ", " + atom(w1 + in(0), e1), groups);
    Model const more = model(hierarchical, relu,
                             atom(w1 + in(0), e1) + ", " + atom(w2 + in(1), e2) + ", " +
                                 atom(w2 + in(1), e1) + ", " + atom(w2 + in(1), e1),
                             groups);
    CHECK_FALSE(class_holds(more, other)); // 1 and 3 atoms, the truth has 2 and 1
    CHECK_FALSE(class_holds(model(gate("linear"), relu, two), truth.model));
}

// Flat directions of every family at a generic point (spec.md 1.3): how far the rank of J^T J is
// below the number of parameters.

#include "tests/lse/gram_case.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace moerate;

namespace
{

/// Eigenvalues of a symmetric matrix [p][p] by Jacobi's rotations, until what stands off the
/// diagonal is nothing beside it.
std::vector<double> eigenvalues(std::vector<double> a, std::size_t p)
{
    auto const at = [&](std::size_t i, std::size_t j) -> double& { return a[i * p + j]; };
    for (int sweep = 0; sweep < 60; ++sweep) {
        double off = 0;
        for (std::size_t i = 0; i < p; ++i) {
            for (std::size_t j = i + 1; j < p; ++j) {
                off = std::fmax(off, std::fabs(at(i, j)));
                double const angle = 0.5 * std::atan2(2 * at(i, j), at(j, j) - at(i, i));
                double const c = std::cos(angle);
                double const s = std::sin(angle);
                for (std::size_t m = 0; m < p; ++m) { // columns, then rows
                    double const x = at(m, i);
                    at(m, i) = c * x - s * at(m, j);
                    at(m, j) = s * x + c * at(m, j);
                }
                for (std::size_t m = 0; m < p; ++m) {
                    double const x = at(i, m);
                    at(i, m) = c * x - s * at(j, m);
                    at(j, m) = s * x + c * at(j, m);
                }
            }
        }
        if (off < 1e-15)
            break;
    }
    std::vector<double> values;
    for (std::size_t i = 0; i < p; ++i)
        values.push_back(at(i, i));
    std::sort(values.begin(), values.end());
    return values;
}

/// Coordinates that change the prediction at all.
std::vector<std::size_t> live_columns(std::vector<double> const& gram)
{
    auto const p =
        static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(gram.size()))));
    std::vector<std::size_t> live;
    for (std::size_t i = 0; i < p; ++i)
        if (gram[i * p + i] > 1e-20)
            live.push_back(i);
    return live;
}

/// Numbers of theta less the rank of J^T J, scaled to a unit diagonal, zero columns left out.
struct Deficit
{
    int flat;
    double gap; ///< smallest eigenvalue that counts over the largest that does not
};

Deficit deficit_of(Problem<double> const& problem)
{
    std::vector<double> const gram = normal_of({}, problem).gram;
    auto const all = static_cast<std::size_t>(coordinate_count(problem.model));
    std::vector<std::size_t> const live = live_columns(gram);
    std::vector<double> scaled;
    for (std::size_t const i : live)
        for (std::size_t const j : live)
            scaled.push_back(gram[i * all + j] / std::sqrt(gram[i * all + i] * gram[j * all + j]));
    std::vector<double> const values = eigenvalues(scaled, live.size());
    double const least = 1e-10 * values.back();
    auto const first =
        std::find_if(values.begin(), values.end(), [&](double v) { return v > least; });
    double const below = first == values.begin() ? 1e-16 : std::fmax(1e-16, *(first - 1));
    return {problem.model.layout.size - static_cast<int>(values.end() - first), *first / below};
}

/// A row of the table.
struct Row
{
    std::string score;
    std::string psi;
    std::string normalizer;
    bool learned;
    std::string form;
    std::string activation;
    double tau1;
    int flat; ///< without the antisymmetric parts
};

Problem<double> problem_of(Row const& row, int d, int k)
{
    Family family;
    family.score = find<Scores>(row.score);
    family.psi = std::max(0, find<Activations>(row.psi));
    family.normalizer = find<Normalizers>(row.normalizer);
    family.learned = row.learned;
    family.form = find<Experts>(row.form);
    family.activation = find<Activations>(row.activation);
    Model const named = model_of(family, d, k);
    GateSpec gate = named.gate;
    gate.tau1 = row.tau1;
    gate.power = 3;
    int const grouped = named.groups > 0 ? k : 0; // else the list may be shorter
    std::vector<int> const group_of(named.group_of, named.group_of + grouped);
    Model const model =
        make_model(gate, named.expert, d, k, group_of.data(), named.groups, named.temperature);
    auto const p = static_cast<std::size_t>(coordinate_count(model));
    for (unsigned seed = 11;; ++seed) { // a point where no atom is dead
        auto const problem = smooth_problem<double>(model, 600, seed, 1e-9);
        if (live_columns(normal_of({}, problem).gram).size() == p)
            return problem;
    }
}

void check_row(Row const& row, int d, int k)
{
    INFO(row.score << ' ' << row.psi << ' ' << row.normalizer << (row.learned ? " learned T " : " ")
                   << row.form << ' ' << row.activation << ", tau1 = " << row.tau1 << ", d = " << d
                   << ", k = " << k);
    bool const form = row.score == "quadratic" || row.score == "monomial";
    Deficit const deficit = deficit_of(problem_of(row, d, k));
    CHECK(deficit.flat == row.flat + (form ? k * d * (d - 1) / 2 : 0));
    CHECK(deficit.gap > 100); // the count does not hang on the threshold
}

} // namespace

TEST_CASE("eigenvalues, by hand")
{
    std::vector<double> const values = eigenvalues({2, 1, 0, 1, 2, 0, 0, 0, 5}, 3);
    CHECK(values[0] == Approx(1));
    CHECK(values[1] == Approx(3));
    CHECK(values[2] == Approx(5));
}

TEST_CASE("flat directions of the gates")
{
    for (auto const& [d, k] : {std::pair(2, 3), std::pair(3, 2)}) {
        int const form = d * (d + 1) / 2;
        for (bool const learned : {false, true}) {
            int const more = learned ? 1 : 0;
            for (char const* const normalizer : {"softmax", "topk"}) {
                for (Row const& row :
                     {Row{"linear", "", normalizer, learned, "ridge", "gelu", 0, d + 1 + more},
                      Row{"quadratic", "", normalizer, learned, "ridge", "gelu", 0,
                          form + d + 1 + more},
                      Row{"monomial", "", normalizer, learned, "ridge", "gelu", 0, form + 1 + more},
                      Row{"cosine", "", normalizer, learned, "ridge", "gelu", 0.1, d + 1 + more},
                      Row{"ridge", "identity", normalizer, learned, "ridge", "gelu", 0,
                          d + 1 + more},
                      Row{"ridge", "relu", normalizer, learned, "ridge", "gelu", 0, 1 + more},
                      Row{"ridge", "power", normalizer, learned, "ridge", "gelu", 0, 1 + more},
                      Row{"ridge", "tanh", normalizer, learned, "ridge", "gelu", 0, 1}})
                    check_row(row, d, k);
            }
        }
        check_row({"euclidean", "", "softmax", false, "ridge", "gelu", 0, d + 1}, d, k);
        check_row({"cosine", "", "softmax", false, "ridge", "gelu", 0, k + 1 + std::max(0, d - k)},
                  d, k);
    }
}

// Not in the table. s_i = Q~x~ . K~_i x~ with x~ = (x, 1): all K~_i may move by one C, r (d + 1);
// Q~ by A and all K~_i by A^-T, r^2; and each K~_i by M_i Q~ with M_i antisymmetric, of which one
// is a C.
TEST_CASE("flat directions of attention")
{
    constexpr int rank = 2;
    for (int const d : {2, 3}) {
        int const k = 3;
        int const flat = rank * (d + 1) + rank * rank + (k - 1) * rank * (rank - 1) / 2;
        check_row({"attention", "", "softmax", false, "ridge", "gelu", 0, flat}, d, k);
        check_row({"attention", "", "softmax", true, "ridge", "gelu", 0, flat + 1}, d, k);
    }
}

TEST_CASE("a sigmoid gate has no flat direction")
{
    for (auto const& [d, k] : {std::pair(2, 3), std::pair(3, 2)}) {
        for (char const* const score : {"linear", "quadratic", "monomial", "euclidean"})
            check_row({score, "", "sigmoid", false, "ridge", "gelu", 0, 0}, d, k);
        // T, and with it |w_i| / (|w_i| + tau1) and b_i; of tanh nothing makes up for a T
        for (bool const learned : {false, true}) {
            check_row({"cosine", "", "sigmoid", learned, "ridge", "gelu", 0.1, learned ? 1 : 0}, d,
                      k);
            check_row({"ridge", "tanh", "sigmoid", learned, "ridge", "gelu", 0, 0}, d, k);
        }
        check_row({"cosine", "", "sigmoid", false, "ridge", "gelu", 0, k}, d, k); // each |w_i|
    }
}

TEST_CASE("a temperature that is learned is one of a sigmoid gate")
{
    for (auto const& [d, k] : {std::pair(2, 3), std::pair(3, 2)})
        for (char const* const score : {"linear", "quadratic", "monomial"})
            check_row({score, "", "sigmoid", true, "ridge", "gelu", 0, 1}, d, k);
}

// Not in the table. One common shift of location and bias at the first level, and one in each of
// the two groups, of two atoms each.
TEST_CASE("flat directions of groups")
{
    for (int const d : {2, 3})
        check_row({"linear", "", "hierarchical", false, "ridge", "gelu", 0, 3 * (d + 1)}, d, 4);
}

TEST_CASE("flat directions of experts whose scales trade")
{
    for (char const* const form : {"ffn", "normalized"}) {
        for (char const* const activation : {"identity", "relu", "power"})
            check_row({"linear", "", "sigmoid", false, form, activation, 0, 3}, 2, 3);
        for (char const* const activation : {"gelu", "tanh"})
            check_row({"linear", "", "sigmoid", false, form, activation, 0, 0}, 2, 3);
    }
}

// h = 0 everywhere: the gate's 3 numbers change nothing, and of a = b = 0 with a relu not even the
// expert's do.
TEST_CASE("an atom that is 0 has no gate, and its columns are left out")
{
    for (char const* const activation : {"gelu", "relu"}) {
        Problem<double> problem =
            problem_of({"linear", "", "sigmoid", false, "ridge", activation, 0, 0}, 2, 3);
        for (int const i : {9 + 0, 9 + 1, 9 + 6}) // a and b of the first expert
            problem.theta[static_cast<std::size_t>(i)] = 0;
        CHECK(deficit_of(problem).flat == (activation == std::string_view("relu") ? 6 : 3));
    }
}

#pragma once

/// @file
/// Studies of any families.

#include "host/study/identity.h"
#include "tests/study/sample.h"

namespace sample
{

using namespace moerate;

/// A truth and a fit of given families.
struct Families
{
    std::string truth_gate = R"(score = "linear", normalizer = "softmax")";
    std::string truth_atoms = "experts = 2";
    std::string gate = truth_gate;
    std::string atoms = "experts = 3";
    std::string loss = "softmax.L1";
    std::string expert = R"(form = "ridge", activation = "relu")";
    std::string truth_more; ///< further lines of [truth]
    std::string start;      ///< lines of [start]
    int d = 2;

    std::string text() const
    {
        return "spec_version = 1\n[study]\nid = \"f\"\nseed = 7\nreplicates = 3\nn = [100, 200]\n"
               "[data]\nd = " +
               std::to_string(d) + "\nnoise_variance = 0.5\n[truth]\ngate = { " + truth_gate +
               " }\nexpert = { " + expert + " }\n" + truth_atoms + "\n" + truth_more +
               "\ndraw = { gate_variance = 0.1, expert_variance = 0.2 }\n[start]\n" + start +
               "\n[estimator]\nkind = \"sgd\"\n[[fit]]\nlabel = \"fit\"\ngate = { " + gate +
               " }\n" + atoms + "\nloss = \"" + loss + "\"\n";
    }
    /// Reads it, and checks that its resolved text gives the same study.
    Study read() const
    {
        Study const study = parse(text());
        Study const again = parse(study.resolved);
        INFO(study.resolved);
        CHECK(again.resolved == study.resolved);
        CHECK(canonical_curve(again, again.curves[0]) == canonical_curve(study, study.curves[0]));
        return study;
    }
    std::string error() const { return error_of_text(text()); }
    std::string cell() const
    {
        Study const study = read();
        return cell_id(study, study.curves[0], 100);
    }
};

/// The same families in truth and fit.
inline Families both(std::string const& gate, std::string const& loss)
{
    Families f;
    f.truth_gate = f.gate = gate;
    f.loss = loss;
    return f;
}

inline Families hierarchical(std::string const& truth_groups, std::string const& groups)
{
    Families f = both(R"(score = "linear", normalizer = "hierarchical")", "hierarchical.L5");
    f.truth_atoms = "groups = " + truth_groups;
    f.atoms = "groups = " + groups;
    return f;
}

/// Group of each atom.
inline std::vector<int> groups_of(Model const& model)
{
    return {model.group_of, model.group_of + model.k};
}

} // namespace sample

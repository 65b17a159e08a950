#pragma once

/// @file
/// Reading gates, experts and whole models from any document. Which optional keys a gate or expert
/// takes follows from what its members declare:
///
///   member       static constexpr bool          keys
///   score        uses_tau                       tau1, tau2
///   score        uses_activation                activation (and power)
///   score        (a parameter of extent r, r_d) rank
///   normalizer   uses_top                       top
///   normalizer   grouped                        (atoms are counted by group)
///   activation   uses_power                     power
///   expert form  uses_activation                activation (and power)
///
/// What a member does not declare is its axis's default (kernels/family/defaults.h).

#include "host/measure/reader.h"
#include "kernels/model/limits.h"
#include "kernels/spec/model.h"

#include <string>
#include <vector>

namespace moerate
{

/// Optional keys that a gate takes.
struct GateKeys
{
    bool tau = false, activation = false, power = false, rank = false, top = false;
};

/// Optional keys that an expert takes.
struct ExpertKeys
{
    bool activation = false, power = false;
};

/// Keys in use by the members that a gate or an expert names.
GateKeys keys_of(GateSpec const& gate);
ExpertKeys keys_of(ExpertSpec const& expert);

/// "attention 2": what a CPU's results with this gate are of beside its level, where the order of
/// its sums has changed; empty: as ever.
std::string revision_of(GateSpec const& gate);

/// Whether the gate's normalizer has groups.
bool grouped(GateSpec const& gate);

/// Whether score, temperature and normalizer go together: a normalizer with groups takes linear
/// scores at fixed temperature only (spec.md 1.1).
bool composes(GateSpec const& gate);

/// Whether an activation reads its exponent.
bool takes_power(int activation);

/// Whether a model has parameters of that role.
bool has_role(Model const& model, Role role);

/// Whether the expert with all parameters 0 is the function 0.
bool vanishes(ExpertSpec const& expert);

/// What the manual says of the keys of a gate and of an expert.
KeyTable gate_keys();
KeyTable expert_keys();

/// Reads a gate {score, normalizer, temperature ("fixed"), tau1 (0), tau2 (0), activation, power,
/// rank, top} or an expert {form, activation, power}, including finish(). Gates that do not
/// compose are refused.
GateSpec read_gate(Reader reader);
ExpertSpec read_expert(Reader reader);

/// The atoms of a model; with groups also the group (0-based) of each.
struct Atoms
{
    int k = 0;
    int groups = 0;            ///< 0: the model has no groups
    std::vector<int> group_of; ///< [k] where it has
};

/// Throws UsageError unless the size holds: "WHAT has so many ... (the limit) what to do".
void check_size(SizeLimit const& size, std::string const& what);

/// make_model after checking its sizes (kernels/model/limits.h), that topk keeps at most k atoms,
/// and that no group is empty and their atoms not too many. `what` starts the message. Throws
/// UsageError.
Model sized_model(GateSpec const& gate, ExpertSpec const& expert, int d, Atoms const& atoms,
                  double temperature, std::string const& what);

/// The atoms of a model.
Atoms atoms_of(Model const& model);

/// Largest exponent of a power: x^p is taken by p - 1 products a sample.
constexpr int largest_power = 100;

} // namespace moerate

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
///   activation   uses_power                     power
///   expert form  uses_activation (default true) activation (and power)
///
/// A member that does not declare one has the default: false unless stated otherwise.

#include "host/measure/reader.h"
#include "kernels/model/model.h"

#include <string>

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

/// Reads a gate {score, normalizer, temperature ("fixed"), tau1 (0), tau2 (0), activation, power,
/// rank, top} or an expert {form, activation, power}, including finish().
GateSpec read_gate(Reader reader);
ExpertSpec read_expert(Reader reader);

/// make_model after checking that its length p fits in an int and that topk keeps at most k atoms.
/// `what` starts the message. Throws UsageError.
Model sized_model(GateSpec const& gate, ExpertSpec const& expert, int d, int k, double temperature,
                  std::string const& what);

/// Largest d, k and rank accepted: beyond these, k x d x d overflows long before memory ends.
constexpr int largest_size = 10000;

} // namespace moerate

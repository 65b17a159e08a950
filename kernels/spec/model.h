#pragma once

/// @file
/// What a mixture of experts is made of, as plain structs that both host and kernels read:
/// the chosen family members, the sizes, and the layout of the flat parameter vector theta.

#include <cstdint>

namespace moerate
{

/// Gate = score, temperature, normalizer (spec.md 1.1). Members are positions in the lists of
/// kernels/family; files and the store always carry their names.
struct GateSpec
{
    int score = 0;
    int normalizer = 0;
    int learned_temperature = 0; ///< 0: fixed, 1: one trainable T > 0 shared by all atoms
    int activation = 0;          ///< psi of the ridge score
    int power = 1;               ///< exponent where psi is a power
    int rank = 0;                ///< rows of Q and K of the attention score
    int top = 0;                 ///< K of the topk normalizer
    double tau1 = 0;             ///< cosine: added to |w|
    double tau2 = 0;             ///< cosine: added to |x|
};

/// Expert = form and activation (spec.md 1.2).
struct ExpertSpec
{
    int form = 0;
    int activation = 0;
    int power = 1; ///< exponent where the activation is a power
};

/// What a block of parameters is to a loss, to the gauge and to the start.
enum class Role : int
{
    location,         ///< per atom, of the gate: w, A, K, kappa
    bias,             ///< per atom, of the gate: b
    expert_direction, ///< per atom: a
    expert_bias,      ///< per atom: b of the expert
    expert_scale,     ///< per atom: lambda
    temperature,      ///< one number
    shared,           ///< shared by all atoms: Q, q
    group_location,   ///< per group: omega
    group_bias,       ///< per group: beta
};

/// How many numbers a parameter has an atom, as a member declares it.
enum class Extent : int
{
    one, ///< 1
    d,   ///< d
    d_d, ///< d x d
    r,   ///< rank
    r_d, ///< rank x d
};

/// One named parameter, as a score or an expert form declares it.
struct Parameter
{
    char name[8]; ///< JSON key
    Role role;
    Extent extent;
};

/// One named parameter of a concrete model: rows x width numbers from theta[offset], row-major.
struct Block
{
    char name[8];     ///< JSON key
    std::uint32_t id; ///< hash of part and name: keys the start's noise (design.md 3)
    Role role;
    int offset;
    int rows; ///< atoms, groups or 1
    int width;
    Extent extent; ///< shape of one row: a number, a vector or a matrix
};

/// The flat parameter vector: the score's blocks in declared order, then the temperature where
/// it is learned, then the expert's blocks in declared order.
struct Layout
{
    static constexpr int max_blocks = 10;
    Block block[max_blocks];
    int blocks = 0;
    int expert_begin = 0; ///< first block of the expert form
    int size = 0;         ///< length p of theta
};

/// A model with its sizes. Build it with make_model (kernels/model/layout.h).
struct Model
{
    GateSpec gate;
    ExpertSpec expert;
    int d = 0;                ///< input dimension
    int k = 0;                ///< atoms
    int groups = 0;           ///< hierarchical: number of groups, else 0
    double temperature = 1.0; ///< T where it is fixed
    Layout layout;

    static constexpr int max_grouped = 128;  ///< atoms that a hierarchical model may have
    std::uint8_t group_of[max_grouped] = {}; ///< hierarchical: group of each atom
};

} // namespace moerate

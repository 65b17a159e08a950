#include "host/data/scaling.h"

#include "kernels/family/experts.h"
#include "kernels/family/scores.h"
#include "kernels/spec/lookup.h"

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// Whether a parameter of this role and extent enters as a vector or a form of x.
bool affine(Role role, Extent extent)
{
    switch (role) {
    case Role::location:
    case Role::group_location:
    case Role::expert_direction:
        return extent == Extent::d || extent == Extent::d_d;
    case Role::shared:
        return false;
    default:
        return true;
    }
}

template <class Parameters>
bool all_affine(Parameters const& parameters)
{
    return std::all_of(std::begin(parameters), std::end(parameters),
                       [](Parameter const& p) { return affine(p.role, p.extent); });
}

/// The blocks of one linear map an atom or group: form, vector and offset, null where it has none.
struct AffineBlocks
{
    Block const* form = nullptr;
    Block const* vector = nullptr;
    Block const* offset = nullptr;
};

AffineBlocks find_blocks(Layout const& layout, Role direction, Role offset)
{
    AffineBlocks found;
    for (int b = 0; b < layout.blocks; ++b) {
        Block const& block = layout.block[b];
        if (block.role == direction)
            (block.extent == Extent::d_d ? found.form : found.vector) = &block;
        if (block.role == offset)
            found.offset = &block;
    }
    return found;
}

/// One row of a form, vector and offset, moved as substituted() says; null: it is 0 and stays so.
void substitute_row(Scaling const& by, double* form, double* vector, double* offset)
{
    int const d = static_cast<int>(by.center.size());
    auto const& c = by.center;
    double moved = 0; // w.c + c^T A c
    for (int a = 0; a < d; ++a) {
        double row = vector == nullptr ? 0 : vector[a];
        double both = 0; // ((A + A^T) c)_a
        for (int b = 0; form != nullptr && b < d; ++b) {
            row += form[a * d + b] * c[b];
            both += (form[a * d + b] + form[b * d + a]) * c[b];
        }
        moved += row * c[a];
        if (vector != nullptr)
            vector[a] = (vector[a] + both) * by.scale[a];
    }
    for (int a = 0; form != nullptr && a < d; ++a)
        for (int b = 0; b < d; ++b)
            form[a * d + b] *= by.scale[a] * by.scale[b];
    if (offset != nullptr)
        *offset += moved;
}

void substitute_blocks(Scaling const& by, AffineBlocks const& blocks, std::vector<double>& theta)
{
    Block const* const rows = blocks.vector != nullptr ? blocks.vector : blocks.form;
    for (int i = 0; rows != nullptr && i < rows->rows; ++i) {
        auto const row = [&](Block const* block) {
            return block == nullptr ? nullptr : theta.data() + block->offset + i * block->width;
        };
        substitute_row(by, row(blocks.form), row(blocks.vector), row(blocks.offset));
    }
}

} // namespace

Scaling inverse(Scaling const& scaling)
{
    Scaling back = scaling;
    for (std::size_t a = 0; a < scaling.scale.size(); ++a) {
        back.scale[a] = 1 / scaling.scale[a];
        back.center[a] = -scaling.center[a] / scaling.scale[a];
    }
    return back;
}

TakenUp taken_up(Model const& model)
{
    TakenUp result{true, true};
    auto const limit = [&](bool scale, bool center) {
        result.scale = result.scale && scale;
        result.center = result.center && scale && center;
    };
    visit(Scores{}, model.gate.score, [&](auto score) {
        bool const plain = (score.features & ~unsigned(feature_x | feature_vech)) == 0;
        // Behind an outer activation the offset stands outside of it.
        limit(plain && all_affine(score.parameters),
              (score.features & feature_x) != 0 && !score.uses_activation);
    });
    visit(Experts{}, model.expert.form, [&](auto form) {
        limit((form.features & ~unsigned(feature_x)) == 0 && all_affine(form.parameters), true);
    });
    return result;
}

std::vector<double> substituted(Model const& model, std::vector<double> const& theta,
                                Scaling const& scaling)
{
    std::vector<double> moved = theta;
    for (auto const& [direction, offset] :
         {std::pair{Role::location, Role::bias}, std::pair{Role::group_location, Role::group_bias},
          std::pair{Role::expert_direction, Role::expert_bias}})
        substitute_blocks(scaling, find_blocks(model.layout, direction, offset), moved);
    return moved;
}

Scaling standard_scaling(Model const& model, std::vector<double> const& x)
{
    TakenUp const takes = taken_up(model);
    std::size_t const d = static_cast<std::size_t>(model.d);
    std::size_t const n = x.size() / d;
    Scaling found{std::vector<double>(d, 0.0), std::vector<double>(d, 1.0)};
    for (std::size_t a = 0; takes.scale && a < d; ++a) {
        // About the first value: a constant input has deviation 0 exactly.
        double const origin = x[a];
        double mean = 0, square = 0;
        for (std::size_t t = 0; t < n; ++t)
            mean += (x[t * d + a] - origin) / static_cast<double>(n);
        for (std::size_t t = 0; t < n; ++t) {
            double const away = x[t * d + a] - origin - mean;
            square += away * away / static_cast<double>(n);
        }
        double const deviation = std::sqrt(square);
        bool const varies = deviation > 0 && std::isfinite(deviation);
        if (takes.center && varies)
            found.center[a] = origin + mean;
        if (varies)
            found.scale[a] =
                takes.center ? deviation : std::sqrt(square + (origin + mean) * (origin + mean));
    }
    return found;
}

void standardise(Scaling const& scaling, std::vector<double>& x)
{
    std::size_t const d = scaling.scale.size();
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = (x[i] - scaling.center[i % d]) / scaling.scale[i % d];
}

} // namespace moerate

#include "host/probe/move_words.h"

#include "host/probe/parts.h"
#include "kernels/family/loss_fits.h"
#include "kernels/spec/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace moerate
{
namespace
{

bool of_atoms(Block const& block, Model const& model)
{
    return block.rows == model.k && block.role != Role::group_location &&
           block.role != Role::group_bias;
}

/// Whether parameters of fitted atom i are `sign` times those of true atom j, in blocks of `which`.
bool is_atom(Measure const& truth, int j, Measure const& twin, int i, double sign,
             std::function<bool(Role)> const& which)
{
    for (int b = 0; b < twin.model.layout.blocks; ++b) {
        Block const& block = twin.model.layout.block[b];
        if (of_atoms(block, twin.model) && which(block.role) &&
            !near(part(twin, block, i),
                  times(sign, part(truth, *find_block(truth.model.layout, block.id), j))))
            return false;
    }
    return true;
}

bool is_zero(Measure const& twin, int i, std::function<bool(Role)> const& which)
{
    bool any = false;
    for (int b = 0; b < twin.model.layout.blocks; ++b) {
        Block const& block = twin.model.layout.block[b];
        if (!of_atoms(block, twin.model) || !which(block.role))
            continue;
        any = true;
        if (norm(part(twin, block, i)) > 1e-6)
            return false;
    }
    return any;
}

bool is_location(Role role)
{
    return role == Role::location;
}

bool is_any(Role)
{
    return true;
}

/// Which shift of all locations alike leaves f as it is.
enum class Shift
{
    none,
    location, ///< of w, A, K, kappa
    direction ///< of u = w / (|w| + tau1)
};

Shift free_shift(GateSpec const& gate)
{
    Shift shift = Shift::none;
    visit(Scores{}, gate.score, [&](auto score) {
        if (score.location_shifts(gate))
            shift = score.shifts_direction(gate) ? Shift::direction : Shift::location;
    });
    bool const competes = traits_of(gate).mass == Mass::exponential && !traits_of(gate).grouped;
    return competes ? shift : Shift::none;
}

/// The coordinate that shifts, and back; |u| < 1.
Numbers shifting(Numbers const& w, Shift shift, double tau)
{
    return shift == Shift::direction ? times(1 / (norm(w) + tau), w) : w;
}

Numbers shifted(Numbers const& u, Shift shift, double tau)
{
    return shift == Shift::direction ? times(tau / (1 - norm(u)), u) : u;
}

/// The twin with all its gates shifted alike so that atom i has the location and bias of true atom
/// j.
Measure shifted_to(Measure const& truth, int j, Measure const& twin, int i, Shift shift)
{
    Measure moved = twin;
    double const tau = twin.model.gate.tau1;
    for (int b = 0; b < twin.model.layout.blocks; ++b) {
        Block const& block = twin.model.layout.block[b];
        if (block.role != Role::location && block.role != Role::bias)
            continue;
        Shift const how = block.role == Role::location ? shift : Shift::location;
        Numbers const there = part(truth, *find_block(truth.model.layout, block.id), j);
        Numbers const by =
            minus(shifting(part(twin, block, i), how, tau), shifting(there, how, tau));
        for (int row = 0; row < block.rows; ++row) {
            Numbers const to =
                shifted(minus(shifting(part(twin, block, row), how, tau), by), how, tau);
            std::copy(to.begin(), to.end(), moved.theta.begin() + block.offset + row * block.width);
        }
    }
    return moved;
}

/// The twin with its gates shifted so that the most of its atoms have the location of a true one,
/// where such shifts leave f as it is; among equals the first.
Measure shifted_onto(Measure const& truth, Measure const& twin)
{
    Measure best = twin;
    int most = 0;
    Shift const shift = free_shift(twin.model.gate);
    for (int i = 0; shift != Shift::none && i < twin.model.k; ++i)
        for (int j = 0; j < truth.model.k; ++j) {
            Measure const moved = shifted_to(truth, j, twin, i, shift);
            int count = 0;
            for (int row = 0; row < twin.model.k; ++row)
                for (int other = 0; other < truth.model.k; ++other)
                    count += is_atom(truth, other, moved, row, 1, is_location) ? 1 : 0;
            if (count > most) {
                most = count;
                best = moved;
            }
        }
    return best;
}

/// c with h_i = c h_j on the sample, or NaN.
double multiple(std::vector<double> const& h, int i, std::vector<double> const& truth, int j, int n)
{
    auto const at = [n](std::vector<double> const& all, int row) {
        auto const begin = all.begin() + static_cast<std::ptrdiff_t>(row) * n;
        return Numbers(begin, begin + n);
    };
    Numbers const one = at(h, i), other = at(truth, j);
    double dot = 0, square = 0;
    for (int t = 0; t < n; ++t) {
        dot += one[t] * other[t];
        square += other[t] * other[t];
    }
    bool const holds =
        square > 0 && norm(minus(one, times(dot / square, other))) <= 1e-6 * norm(one);
    return holds ? dot / square : std::nan("");
}

/// What a fitted atom is; `own` and `other` are the responses of twin and truth.
std::string atom_words(NoiseFree const& sample, Measure const& twin, int i,
                       std::vector<double> const& own, std::vector<double> const& other)
{
    Measure const& truth = sample.truth;
    auto const begin = own.begin() + static_cast<std::ptrdiff_t>(i) * sample.n;
    bool const silent = std::all_of(begin, begin + sample.n,
                                    [&](double h) { return std::fabs(h) <= 1e-6 * sample.size; });
    if (silent)
        return "no response (h = 0), whatever its gate";
    for (int j = 0; j < truth.model.k; ++j)
        if (is_atom(truth, j, twin, i, -1, is_any) && !is_atom(truth, j, twin, i, 1, is_any))
            return fmt::format("true atom {} with all signs turned: gate and expert", j + 1);
    std::string words;
    for (int j = 0; j < truth.model.k; ++j) {
        if (!is_atom(truth, j, twin, i, 1, is_location))
            continue;
        double const c = multiple(own, i, other, j, sample.n);
        bool const plain = is_atom(truth, j, twin, i, 1, of_expert);
        if (std::isfinite(c) && std::fabs(c - 1) <= 1e-6)
            return fmt::format("gate location and response of true atom {}{}", j + 1,
                               plain ? "" : ", by other expert parameters");
        words =
            std::isfinite(c)
                ? fmt::format("gate location of true atom {}, {:.4g} times its response", j + 1, c)
                : fmt::format("gate location of true atom {}, another response", j + 1);
    }
    if (words.empty() && is_zero(twin, i, is_location))
        return "a constant gate (location 0)";
    return words.empty() ? "no atom of the truth" : words;
}

} // namespace

MoveWords words_of_twin(NoiseFree const& sample, Measure const& original)
{
    Measure const twin = shifted_onto(sample.truth, original);
    std::vector<double> const own = responses(sample, twin),
                              other = responses(sample, sample.truth);
    MoveWords words{"twin", {}};
    int relabelled = 0, placed = 0;
    for (int i = 0; i < twin.model.k; ++i) {
        std::string const what = atom_words(sample, twin, i, own, other);
        if (what.find("signs turned") != std::string::npos)
            words.kind = "signs turned";
        else if (what.rfind("no response", 0) == 0 && words.kind == "twin")
            words.kind = "null atom";
        placed += what.rfind("gate location", 0) == 0 || what.rfind("no response", 0) == 0 ? 1 : 0;
        relabelled += what.rfind("gate location and response", 0) == 0 ? 1 : 0;
        words.lines.push_back(fmt::format("atom {}: {}", i + 1, what));
    }
    if (relabelled == twin.model.k)
        words.kind = "relabelled";
    else if (placed == twin.model.k && words.kind == "twin")
        words.kind = "shares";
    return words;
}

} // namespace moerate

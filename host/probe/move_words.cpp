#include "host/probe/move_words.h"

#include "host/probe/parts.h"
#include "kernels/spec/lookup.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

namespace moerate
{
namespace
{

constexpr double moved_by = 1e-7; ///< absolute: less is rounding

/// w, or where the gauge of the cosine router moves it u = w / (|w| + tau1).
Numbers location(Measure const& of, Block const& block, int row)
{
    Numbers const v = part(of, block, row);
    double const tau = of.model.gate.tau1;
    return tau > 0 ? times(1 / (norm(v) + tau), v) : v;
}

bool of_groups(Block const& block)
{
    return block.role == Role::group_location || block.role == Role::group_bias;
}

/// Whether these rows of a block, two or more, were moved alike, and by what.
std::optional<Numbers> common_shift(Measure const& from, Measure const& to, Block const& block,
                                    std::vector<int> const& rows)
{
    auto const at = [&](Measure const& of, int row) {
        return block.role == Role::location ? location(of, block, row) : part(of, block, row);
    };
    if (rows.size() < 2)
        return {};
    Numbers const first = minus(at(to, rows[0]), at(from, rows[0]));
    for (int const row : rows)
        if (norm(minus(at(to, row), at(from, row))) < moved_by ||
            !near(minus(at(to, row), at(from, row)), first))
            return {};
    return first;
}

/// The rows among which a gate's block may be shifted alike: all; of a hierarchical gate's atoms
/// those of each group.
std::vector<std::vector<int>> rivals(Model const& model, Block const& block)
{
    bool const atoms = !of_groups(block) && model.groups > 0;
    std::vector<std::vector<int>> sets(atoms ? model.groups : 1);
    for (int row = 0; row < block.rows; ++row)
        sets[atoms ? model.group_of[row] : 0].push_back(row);
    return sets;
}

/// A line for a shift of some rows.
std::string shift_words(Model const& model, Block const& block, std::vector<int> const& rows,
                        Numbers const& by)
{
    std::string const what = block.role == Role::location && model.gate.tau1 > 0
                                 ? fmt::format("{0} / (|{0}| + tau1)", block.name)
                                 : block.name;
    std::string const whose = of_groups(block) ? "groups"
                              : model.groups > 0
                                  ? fmt::format("atoms of group {}", model.group_of[rows[0]] + 1)
                                  : "atoms";
    return fmt::format("{} of all {} moved by the same {}", what, whose, shown(by));
}

/// "a x 1.31" or "w + (0.1, 0)"; empty where it is as it was.
std::string change(Block const& block, Numbers const& before, Numbers const& after)
{
    if (norm(minus(after, before)) < moved_by)
        return {};
    double dot = 0;
    for (std::size_t i = 0; i < before.size(); ++i)
        dot += before[i] * after[i];
    double const scale = norm(before) > 0 ? dot / (norm(before) * norm(before)) : 0;
    if (norm(before) > 0 && near(after, times(scale, before)) && block.role != Role::bias)
        return fmt::format("{} x {:.4g}", name_of(block), scale);
    return fmt::format("{} + {}", name_of(block), shown(minus(after, before)));
}

/// Blocks by atom whose shift is told.
using Told = std::set<std::pair<std::string, int>>;

std::vector<std::string> changes(Measure const& from, Measure const& to, int atom, Told const& told)
{
    std::vector<std::string> words;
    for (int b = 0; b < from.model.layout.blocks; ++b) {
        Block const& block = from.model.layout.block[b];
        if (block.rows != from.model.k || of_groups(block) ||
            told.count({name_of(block), atom}) > 0)
            continue;
        std::string const one = change(block, part(from, block, atom), part(to, block, atom));
        if (!one.empty())
            words.push_back(one);
    }
    return words;
}

/// Lines on shifts, and on what belongs to no atom.
void tell_shared(Measure const& from, Measure const& to, MoveWords& words, Told& told)
{
    for (int b = 0; b < from.model.layout.blocks; ++b) {
        Block const& block = from.model.layout.block[b];
        if (of_expert(block.role))
            continue;
        if (block.rows == 1 || block.role == Role::shared) {
            for (int row = 0; row < block.rows; ++row) {
                std::string const one = change(block, part(from, block, row), part(to, block, row));
                if (one.empty())
                    continue;
                words.lines.push_back(one);
                words.kind = block.role == Role::temperature ? "temperature" : "shared";
            }
            continue;
        }
        for (std::vector<int> const& rows : rivals(from.model, block)) {
            auto const shift = common_shift(from, to, block, rows);
            if (!shift)
                continue;
            words.lines.push_back(shift_words(from.model, block, rows, *shift));
            words.kind = "common shift";
            for (int const row : rows)
                told.insert({of_groups(block) ? "group" : name_of(block), row});
        }
    }
}

} // namespace

MoveWords words_of_move(Measure const& from, Measure const& to, std::vector<int> const& cell)
{
    MoveWords words{"other", {}};
    Told told;
    tell_shared(from, to, words, told);
    bool const alone = words.lines.empty();
    std::set<int> cells;
    int atoms = 0;
    bool scaled = true, weighed = true;
    for (int i = 0; i < from.model.k; ++i) {
        std::vector<std::string> const own = changes(from, to, i, told);
        if (own.empty())
            continue;
        ++atoms;
        cells.insert(cell[i]);
        for (std::string const& one : own) {
            bool const times = one.find(" x ") != std::string::npos;
            scaled = scaled && times;
            weighed = weighed && (times || one.rfind("b + ", 0) == 0);
        }
        words.lines.push_back(
            fmt::format("atom {} (on true atom {}): {}", i + 1, cell[i] + 1, fmt::join(own, ", ")));
    }
    if (!alone)
        return words;
    if (atoms > 1 && cells.size() == 1)
        words.kind = "shares";
    else if (atoms > 0 && scaled)
        words.kind = "scale";
    else if (atoms > 0 && weighed)
        words.kind = "mass and scale";
    return words;
}

} // namespace moerate

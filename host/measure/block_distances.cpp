#include "host/measure/block_distances.h"

#include "host/measure/loss_memory.h"
#include "host/measure/sections.h"

#include <algorithm>

namespace moerate
{
namespace
{

/// A stretch of a level's columns that has a name.
struct NamedRange
{
    std::string name;
    Range range;
    Part part;
};

std::string section_word(Block const& block)
{
    switch (section_of(block)) {
    case Section::expert:
        return "expert";
    case Section::group:
        return "group";
    default:
        return "gate";
    }
}

std::string block_name(Model const& fitted, Model const& truth, std::uint32_t id)
{
    Block const* block = find_block(fitted.layout, id);
    if (block == nullptr)
        block = find_block(truth.layout, id);
    return section_word(*block) + "." + block->name;
}

/// The named columns of a level: locations, temperature, the expert whole and by parameter, bias.
std::vector<NamedRange> ranges_of(Columns const& columns, Model const& fitted, Model const& truth)
{
    std::vector<NamedRange> ranges;
    Range const expert = columns.expert, T = columns.of(Part::T);
    for (int c = 0; c < columns.count; ++c) {
        Column const& column = columns.column[c];
        Range const& range = column.range;
        if (T.size > 0 && range.begin == T.end())
            ranges.push_back({"temperature", T, Part::T});
        bool const of_the_expert = range.begin >= expert.begin && range.begin < expert.end();
        if (of_the_expert && range.begin == expert.begin && range.size < expert.size)
            ranges.push_back({"expert", expert, Part::expert});
        Part const part = of_the_expert                                 ? Part::expert
                          : range.begin == columns.of(Part::bias).begin ? Part::bias
                          : column.kind == Column::Kind::form           ? Part::A
                                                                        : Part::w;
        ranges.push_back({block_name(fitted, truth, column.id), range, part});
    }
    return ranges;
}

/// The powers of a part in a loss; 0 without a term.
LossBlock powers_of(LossForm const& form, Part part, double r, int largest, std::string name)
{
    LossBlock block{std::move(name)};
    for (int t = 0; t < form.terms; ++t) {
        Term const& term = form.term[t];
        bool const expert = part == Part::expert && term.part == Part::expert_split;
        if (term.part != part && !expert)
            continue;
        block.over = largest > 1 ? term.over.at(r, largest) : 0; // no claim on what need not be
        block.exact = term.exact.at(r, 1);
    }
    return block;
}

void add_blocks(std::vector<LossBlock>& blocks, LossForm const& form, Level level,
                Model const& fitted, Model const& truth, double r)
{
    bool const groups = level == Level::groups;
    int const extra = groups ? fitted.groups - truth.groups : fitted.k - truth.k;
    for (NamedRange const& one : ranges_of(columns_of(form, level, fitted, truth), fitted, truth))
        blocks.push_back(powers_of(form, one.part, r, extra + 1, one.name));
    double const over = form.mass_cells != MassCells::none && extra > 0 ? 1 : 0;
    double const exact = form.mass_cells == MassCells::all ? 1 : 0;
    blocks.push_back({groups ? "group.mass" : "mass", over, exact});
}

void raise(std::optional<double>& largest, double value)
{
    if (!largest || !(value <= *largest))
        largest = value;
}

/// sum_i v_i |Delta_ij B| / sum_i v_i over the atoms of cell j.
double mean_distance(LossWork const& work, bool weighted, Range range, int j)
{
    int power = 0;
    bool first = true;
    for (int i = 0; i < work.k; ++i)
        if (work.cell[i] == j) {
            power = first ? work.mass[i].power() : std::max(power, work.mass[i].power());
            first = false;
        }
    double sum = 0, total = 0;
    for (int i = 0; i < work.k; ++i) {
        if (work.cell[i] != j)
            continue;
        double const weight = weighted ? work.mass[i].over(power) : 1.0;
        sum += weight * range_term(work, range, 1, i, j);
        total += weight;
    }
    return sum / total;
}

/// Takes the cells of a measured level into its blocks, which begin at `block`.
void raise_level(LossWork const& work, bool weighted, std::vector<NamedRange> const& ranges,
                 std::vector<BlockDistance>::iterator block)
{
    for (int j = 0; j < work.k_true; ++j) {
        int const size = work.k > 0 ? work.cell_size[j] : 0;
        if (size == 0)
            continue;
        auto const number = [=](BlockDistance& of) -> std::optional<double>& {
            return size > 1 ? of.over : of.exact;
        };
        auto at = block;
        for (NamedRange const& one : ranges)
            raise(number(*at++), mean_distance(work, weighted, one.range, j));
        Wide mass = 0.0;
        for (int i = 0; i < work.k; ++i)
            mass = work.cell[i] == j ? mass + work.mass[i] : mass;
        raise(number(*at), abs(mass - work.mass_true[j]).value());
    }
}

} // namespace

std::vector<LossBlock> loss_blocks(Model const& fitted, Model const& truth,
                                   LossChoice const& choice)
{
    std::vector<LossBlock> blocks;
    if (choice.against == Against::set)
        return blocks;
    LossForm const form = form_of(choice.loss);
    if (form.grouped())
        add_blocks(blocks, form_of_groups(form), Level::groups, fitted, truth, choice.r);
    add_blocks(blocks, form, Level::atoms, fitted, truth, choice.r);
    return blocks;
}

std::vector<BlockDistance> block_distances(Measure const& fitted, Measure const& reference,
                                           LossChoice const& choice)
{
    std::vector<BlockDistance> blocks(loss_blocks(fitted.model, reference.model, choice).size());
    if (blocks.empty())
        return blocks;
    LossTask<double> const task{
        fitted.model, reference.model, fitted.theta.data(), reference.theta.data(), choice,
        nullptr,      nullptr};
    SerialLanes const lanes;
    LossMemory memory(task);
    Scratch scratch = memory.scratch();
    LevelRule const rule = rule_of(task);
    Moves const moves = moves_of(task, rule.form);
    LossParts parts{};
    auto const ranges = [&](LossWork const& work) {
        return ranges_of(work.columns, fitted.model, reference.model);
    };
    if (!rule.form.grouped()) {
        LossWork const work = flat_one(lanes, task, rule, moves, scratch, parts);
        raise_level(work, rule.form.weighted, ranges(work), blocks.begin());
        return blocks;
    }
    HierarchicalWork const work = hierarchical_work(lanes, task, rule, moves, scratch, parts);
    std::vector<NamedRange> const of_groups = ranges(work.groups);
    std::vector<NamedRange> const of_atoms = ranges(work.atoms);
    raise_level(work.groups, true, of_groups, blocks.begin());
    auto const first = blocks.begin() + static_cast<std::ptrdiff_t>(of_groups.size()) + 1;
    for (int i = 0; i < work.groups.k; ++i)
        measure_members(lanes, task, work, rule, scratch, i, work.groups.cell[i],
                        [&](LossWork const& members, LossParts const&, Members, Members) {
                            raise_level(members, rule.form.weighted, of_atoms, first);
                        });
    return blocks;
}

} // namespace moerate

#include "host/probe/flat.h"

#include "host/device/slices.h"
#include "host/estimate/lse_rounds.h"
#include "host/estimate/lse_starts.h"
#include "kernels/lse/coordinates.h"
#include "kernels/spec/lookup.h"

#include <algorithm>
#include <deque>
#include <set>

namespace moerate
{
namespace
{

constexpr std::size_t most_searches = 10;
constexpr int starts_held = 4; ///< whether a direction remains where one more thing is held

/// Blocks by number that are held.
using Held = std::set<int>;

int block_number(Model const& model, int z)
{
    int const at = coordinate_place(model, z).theta;
    int b = 0;
    while (at >=
           model.layout.block[b].offset + model.layout.block[b].rows * model.layout.block[b].width)
        ++b;
    return b;
}

std::vector<char> free_without(Model const& model, Held const& held)
{
    std::vector<char> free;
    for (int z = 0; z < coordinate_count(model); ++z)
        free.push_back(held.count(block_number(model, z)) == 0 ? 1 : 0);
    return free;
}

/// Looks for flat directions with some coordinates held.
class Hunt
{
public:
    Hunt(NearestSearch& search, double epsilon)
        : search_(search), model_(search.level().fitted()), epsilon_(epsilon)
    {}

    /// A flat direction, if one is found with these coordinates free; from `near` first.
    std::optional<Nearest> find(std::vector<char> const& free, std::vector<Nearest> near)
    {
        if (std::none_of(free.begin(), free.end(), [](char one) { return one != 0; }))
            return {};
        for (Nearest& point : near)
            hold(point, free);
        std::optional<Nearest> found =
            search_.at(epsilon_, near, free, near.empty() ? -1 : starts_held);
        bool const flat = found && found->distance <= exact_distance * search_.sample().size;
        return flat ? found : std::nullopt;
    }

    /// The same direction with all held that can be.
    Nearest least(Nearest point, Held& held)
    {
        for (int b = 0; b < model_.layout.blocks; ++b) {
            Held more = held;
            if (!more.insert(b).second)
                continue;
            if (auto const found = find(free_without(model_, more), {point})) {
                point = *found;
                held = more;
            }
        }
        std::vector<char> free = free_without(model_, held);
        for (int atom = 0; atom < model_.k; ++atom) {
            std::vector<char> fewer = free;
            for (int z = 0; z < static_cast<int>(free.size()); ++z) {
                Block const& block = model_.layout.block[block_number(model_, z)];
                int const at = coordinate_place(model_, z).theta;
                if (block.rows == model_.k && (at - block.offset) / block.width == atom)
                    fewer[z] = 0;
            }
            if (fewer == free)
                continue;
            if (auto const found = find(fewer, {point})) {
                point = *found;
                free = fewer;
            }
        }
        return point;
    }

    Flat told(Nearest const& point, Held const& held) const
    {
        LossRow const row = search_.level().rows({point.theta})[0];
        Flat flat{{model_, point.theta}, row.record.value, 0, {}, {}};
        flat.difference = largest_difference(search_.sample(), flat.measure);
        flat.words = words_of_move({model_, point.origin}, flat.measure, row.cell);
        for (int b = 0; b < model_.layout.blocks; ++b)
            if (held.count(b) == 0)
                flat.blocks.push_back(model_.layout.block[b].role == Role::expert_bias
                                          ? "b_e"
                                          : model_.layout.block[b].name);
        return flat;
    }

private:
    /// Held coordinates as the origin has them.
    void hold(Nearest& point, std::vector<char> const& free) const
    {
        for (int z = 0; z < static_cast<int>(free.size()); ++z) {
            CoordinatePlace const at = coordinate_place(model_, z);
            if (free[z] != 0)
                continue;
            point.theta[at.theta] = point.origin[at.theta];
            if (at.mirror >= 0)
                point.theta[at.mirror] = point.origin[at.mirror];
        }
    }

    NearestSearch& search_;
    Model const& model_;
    double epsilon_;
};

/// What is held at first (free_sets).
std::deque<Held> first_held(Model const& model)
{
    std::deque<Held> first(4);
    for (int b = 0; b < model.layout.blocks; ++b) {
        Role const role = model.layout.block[b].role;
        if (role == Role::location)
            first[1].insert(b);
        first[of_expert(role) ? 3 : 2].insert(b);
    }
    return first;
}

} // namespace

std::vector<std::vector<char>> free_sets(Model const& model)
{
    std::vector<std::vector<char>> sets;
    for (Held const& held : first_held(model))
        sets.push_back(free_without(model, held));
    return sets;
}

std::vector<Flat> flat_directions(NearestSearch& search, double epsilon, int most)
{
    Model const& model = search.level().fitted();
    Hunt hunt(search, epsilon);
    std::vector<Flat> all;
    std::deque<Held> open = first_held(model);
    std::set<Held> seen(open.begin(), open.end());
    std::set<Held> known;
    for (std::size_t done = 0; !open.empty() && done < most_searches; ++done) {
        if (static_cast<int>(all.size()) == most)
            break;
        Held held = open.front();
        open.pop_front();
        auto const found = hunt.find(free_without(model, held), {});
        if (!found)
            continue;
        Held const asked = held;
        Nearest const point = hunt.least(*found, held);
        if (!known.insert(held).second)
            continue;
        all.push_back(hunt.told(point, held));
        for (int b = 0; b < model.layout.blocks; ++b) {
            Held next = asked;
            if (held.count(b) == 0 && next.insert(b).second && seen.insert(next).second)
                open.push_back(next);
        }
    }
    return all;
}

std::vector<Flat> distant_twins(NoiseFree const& sample, LossLevel const& level,
                                Box::Bounds const& box, int starts, double least,
                                std::uint32_t seed, int most)
{
    Device& device = sample.device;
    Model const& model = level.fitted();
    std::vector<double> const near = split_truth(sample, model, 0);
    DeviceArray<double> const theta(device, near), lower(device, box.lower),
        upper(device, box.upper);
    FitProblem<double> const problem{model,           {seed + 1, 0, 0, 0}, sample.n,
                                     sample.x.data(), sample.y.data(),     theta.data(),
                                     {starts, starts}};
    std::vector<std::vector<double>> const from = make_starts(device, {{&problem, &box}}).front();
    Slices<double> slices;
    std::vector<double> values;
    for (std::vector<double> const& one : from) {
        int const number = slices.add(one.size());
        values.resize(slices.size());
        std::copy(one.begin(), one.end(), values.begin() + slices.offset(number));
    }
    slices.upload(device, values);
    LseSettings settings;
    settings.gain_tolerance = settings.decrease_tolerance = settings.gradient_tolerance = 1e-300;
    std::vector<LseItem<double>> items;
    for (int s = 0; s < starts; ++s)
        items.push_back({model, sample.n, sample.x.data(), sample.y.data(), slices.at(s),
                         lower.data(), upper.data(), settings});
    run_rounds(device, items);
    values = slices.download();
    std::vector<Flat> all;
    std::set<std::vector<std::string>> known;
    for (int s = 0; s < starts && static_cast<int>(all.size()) < most; ++s) {
        auto const begin = values.begin() + static_cast<std::ptrdiff_t>(slices.offset(s));
        Flat flat{{model, {begin, begin + model.layout.size}}, 0, 0, {}, {}};
        if (!all_finite(flat.measure.theta))
            continue;
        flat.difference = largest_difference(sample, flat.measure);
        flat.loss = level.value(flat.measure.theta);
        if (!(flat.difference <= 1e-10 * sample.size) || flat.loss < least ||
            hardly_weighs(sample, flat.measure))
            continue;
        flat.words = words_of_twin(sample, flat.measure);
        std::vector<std::string> key;
        for (std::string const& line : flat.words.lines)
            key.push_back(line.substr(line.find(':')));
        std::sort(key.begin(), key.end());
        if (known.insert(key).second)
            all.push_back(flat);
    }
    return all;
}

} // namespace moerate

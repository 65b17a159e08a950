#include "host/probe/dependence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

namespace moerate
{
namespace
{

constexpr double no_function = 1e-8; ///< a column this small by the largest is 0
constexpr double no_part = 1e-4;     ///< a coefficient this small, of unit functions, is 0
constexpr double same_number = 1e-6; ///< relative, of a coefficient and what it is written as

constexpr int most_terms = 8; ///< that a relation is written out with

using Known = std::vector<std::pair<std::string, double>>;

bool is(double a, double b)
{
    return std::fabs(a - b) <= same_number * std::max(std::fabs(a), std::fabs(b));
}

/// "2 ", "-1/2 ", "a_1[1]/b_e_1 ", "0.1234 ": a factor before a function; "" for 1.
std::string factor(double c, Known const& known)
{
    for (int denominator = 1; denominator <= 4; ++denominator)
        for (int numerator = 1; numerator <= 4; ++numerator)
            if (is(std::fabs(c), static_cast<double>(numerator) / denominator)) {
                std::string const sign = c < 0 ? "-" : "";
                if (denominator == 1)
                    return numerator == 1 ? sign : fmt::format("{}{} ", sign, numerator);
                return fmt::format("{}{}/{} ", sign, numerator, denominator);
            }
    for (int const sign : {1, -1})
        for (auto const& [name, value] : known) {
            std::string const minus = sign < 0 ? "-" : "";
            if (is(c, sign * value))
                return minus + name + " ";
            if (is(c, sign / value))
                return minus + "1/" + name + " ";
            for (auto const& [below, divisor] : known)
                if (is(c, sign * value / divisor))
                    return fmt::format("{}{}/{} ", minus, name, below);
        }
    return fmt::format("{:.4g} ", c);
}

/// The relation with its atoms as i, j, ... and its other indices as u, v, ...
std::string with_letters(std::string const& text)
{
    std::map<std::string, char> atoms, indices;
    std::string out;
    bool inside = false;
    for (std::size_t at = 0; at < text.size();) {
        bool const number = std::isdigit(static_cast<unsigned char>(text[at])) != 0;
        bool const of_atom = number && !inside && at > 0 && text[at - 1] == '_';
        if (!number || (!inside && !of_atom)) {
            inside = text[at] == '[' || (inside && text[at] != ']');
            out += text[at++];
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0)
            ++end;
        auto& letters = of_atom ? atoms : indices;
        char const next = static_cast<char>((of_atom ? 'i' : 'u') + letters.size());
        out += letters.try_emplace(text.substr(at, end - at), next).first->second;
        at = end;
    }
    return out;
}

/// Relations that differ by an index alone as one, the others as they are.
std::vector<std::string> gathered(std::vector<std::string> const& all)
{
    std::map<std::string, int> count;
    for (std::string const& one : all)
        ++count[with_letters(one)];
    std::vector<std::string> out;
    for (std::string const& one : all) {
        int& times = count[with_letters(one)];
        if (times == 1)
            out.push_back(one);
        else if (times > 1)
            out.push_back(fmt::format("{} ({} such)", with_letters(one), times));
        if (times > 1)
            times = 0; // told
    }
    return out;
}

/// The rows of `null` [relations][columns] reduced so that each has a pivot, where the others are
/// 0: columns are tried in the order of `preferred`. Pivots by row.
std::vector<std::size_t> reduce(std::vector<std::vector<double>>& null,
                                std::vector<std::size_t> const& preferred)
{
    std::vector<std::size_t> pivots;
    for (std::size_t const column : preferred) {
        std::size_t const begin = pivots.size();
        if (begin == null.size())
            break;
        auto const best = std::max_element(null.begin() + static_cast<std::ptrdiff_t>(begin),
                                           null.end(), [&](auto const& a, auto const& b) {
                                               return std::fabs(a[column]) < std::fabs(b[column]);
                                           });
        if (std::fabs((*best)[column]) < no_part)
            continue;
        std::swap(null[begin], *best);
        double const by = null[begin][column];
        for (double& value : null[begin])
            value /= by;
        for (std::size_t r = 0; r < null.size(); ++r) {
            double const times = r == begin ? 0 : null[r][column];
            for (std::size_t c = 0; times != 0 && c < null[r].size(); ++c)
                null[r][c] -= times * null[begin][c];
        }
        pivots.push_back(column);
    }
    return pivots;
}

std::string relation(std::vector<double> const& row, std::size_t pivot,
                     std::vector<std::string> const& names, std::vector<double> const& norm,
                     Known const& known)
{
    std::string right;
    int terms = 0;
    for (std::size_t c = 0; c < row.size(); ++c) {
        if (c == pivot || std::fabs(row[c]) < no_part)
            continue;
        ++terms;
        std::string term = factor(-row[c] * norm[pivot] / norm[c], known) + names[c];
        if (right.empty())
            right = term;
        else
            right += term[0] == '-' ? " - " + term.substr(1) : " + " + term;
    }
    return terms <= most_terms
               ? names[pivot] + " = " + right
               : fmt::format("{} = a combination of {} others", names[pivot], terms);
}

/// Some columns of a family at unit length, and their singular values.
struct Unit
{
    std::vector<std::size_t> columns; ///< of the family
    SingularValues svd;
    std::size_t rank = 0;

    /// The smallest singular value that counts and the largest that does not, by the largest.
    double least() const { return svd.values[rank - 1] / svd.values[0]; }
    double rounding() const
    {
        return rank < svd.values.size() ? svd.values[rank] / svd.values[0] : 0;
    }
    bool sharp() const { return rounding() * sharp_cut <= least(); }
};

Unit unit_of(FunctionFamily const& family, std::vector<double> const& norm,
             std::vector<std::size_t> const& columns)
{
    DenseMatrix const& all = family.values;
    DenseMatrix unit(all.rows, columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i)
        for (std::size_t t = 0; t < all.rows; ++t)
            unit(t, i) = all(t, columns[i]) / norm[columns[i]];
    Unit found{columns, singular_values_of(unit), 0};
    std::vector<double> const& values = found.svd.values;
    found.rank =
        static_cast<std::size_t>(std::count_if(values.begin(), values.end(), [&](double s) {
            return s > function_tolerance * values[0];
        }));
    return found;
}

/// The combinations of the columns that vanish, [relations][columns].
std::vector<std::vector<double>> null_space(Unit const& unit)
{
    std::vector<std::vector<double>> null;
    for (std::size_t v = unit.rank; v < unit.columns.size(); ++v) {
        null.emplace_back(unit.columns.size());
        for (std::size_t i = 0; i < unit.columns.size(); ++i)
            null.back()[i] = unit.svd.right(i, v);
    }
    return null;
}

/// Those of two columns alone, which are told whatever the singular values of all: each function
/// with the first one that it is a multiple of.
std::vector<std::vector<double>> equal_pairs(FunctionFamily const& family,
                                             std::vector<double> const& norm,
                                             std::vector<std::size_t> const& columns)
{
    DenseMatrix const& all = family.values;
    std::vector<std::vector<double>> null;
    for (std::size_t j = 0; j < columns.size(); ++j)
        for (std::size_t i = 0; i < j; ++i) {
            double sum = 0, difference = 0; // squares of u_i + u_j and of u_i - u_j, unit length
            for (std::size_t t = 0; t < all.rows; ++t) {
                double const a = all(t, columns[i]) / norm[columns[i]];
                double const b = all(t, columns[j]) / norm[columns[j]];
                sum += (a + b) * (a + b);
                difference += (a - b) * (a - b);
            }
            if (std::sqrt(std::min(sum, difference)) > function_tolerance)
                continue;
            null.emplace_back(columns.size());
            null.back()[i] = 1;
            null.back()[j] = sum < difference ? 1 : -1;
            break;
        }
    return null;
}

std::vector<std::string> relations_of(FunctionFamily const& family, std::vector<double> const& norm,
                                      Unit const& unit, Known const& known)
{
    std::vector<std::vector<double>> null =
        unit.sharp() ? null_space(unit) : equal_pairs(family, norm, unit.columns);
    std::vector<std::size_t> preferred;
    std::vector<std::string> names;
    std::vector<double> norms;
    for (std::size_t const c : unit.columns) {
        names.push_back(family.names[c]);
        norms.push_back(norm[c]);
    }
    for (int const order : {0, 2, 1})
        for (std::size_t i = unit.columns.size(); i-- > 0;)
            if (family.order[unit.columns[i]] == order)
                preferred.push_back(i);
    std::vector<std::size_t> const pivots = reduce(null, preferred);
    std::vector<std::string> relations;
    for (std::size_t r = 0; r < pivots.size(); ++r)
        relations.push_back(relation(null[r], pivots[r], names, norms, known));
    return relations;
}

/// Length of every column.
std::vector<double> lengths(DenseMatrix const& all)
{
    std::vector<double> norm(all.columns);
    for (std::size_t c = 0; c < all.columns; ++c) {
        for (std::size_t t = 0; t < all.rows; ++t)
            norm[c] += all(t, c) * all(t, c);
        norm[c] = std::sqrt(norm[c]);
    }
    return norm;
}

} // namespace

Dependence dependence_of(FunctionFamily const& family, Known const& known)
{
    std::vector<double> const norm = lengths(family.values);
    double const largest = *std::max_element(norm.begin(), norm.end());
    Dependence found;
    found.functions = static_cast<int>(norm.size());
    found.samples = static_cast<int>(family.values.rows);
    std::vector<std::size_t> alive;
    std::map<int, std::vector<std::size_t>> by_atom;
    for (std::size_t c = 0; c < norm.size(); ++c) {
        if (!(norm[c] > no_function * largest)) {
            found.zero.push_back(family.names[c]);
            continue;
        }
        alive.push_back(c);
        by_atom[family.atom[c]].push_back(c);
    }
    if (alive.empty() || family.values.rows < alive.size())
        return found;
    Unit const whole = unit_of(family, norm, alive);
    found.rank = static_cast<int>(whole.rank);
    found.least = whole.least();
    found.rounding = whole.rounding();
    found.sharp = whole.sharp();
    found.joining = found.sharp ? static_cast<int>(alive.size() - whole.rank) : 0;
    std::vector<std::string> relations;
    for (auto const& [atom, columns] : by_atom) {
        Unit const own = unit_of(family, norm, columns);
        std::vector<std::string> const more = relations_of(family, norm, own, known);
        relations.insert(relations.end(), more.begin(), more.end());
        if (found.sharp)
            found.joining -= static_cast<int>(columns.size() - own.rank);
    }
    found.relations = gathered(relations);
    return found;
}

} // namespace moerate

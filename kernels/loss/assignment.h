#pragma once

/// @file
/// The least sum of a square matrix's entries, one of each row and column.

#include "kernels/core/scratch.h"

#include <limits>

MOE_BEGIN_ISA

/// Not inside of a function: device code cannot call infinity().
constexpr double unreached = std::numeric_limits<double>::infinity();

/// Working memory of assignments of up to n rows, and the prices of the last one.
struct AssignmentWork
{
    double* row_price;    ///< [n + 1] u, 1-based
    double* column_price; ///< [n + 1] v: u_i + v_j <= cost(i, j), equal where i has j
    double* reach;        ///< [n + 1] least reduced cost of a path to a column
    int* row_of;          ///< [n + 1] row of a column, 1-based; 0: none
    int* before;          ///< [n + 1] column before it on that path
    int* seen;            ///< [n + 1]

    MOE_HD AssignmentWork(Scratch& scratch, int n)
        : row_price(take<double>(scratch, n)), column_price(take<double>(scratch, n)),
          reach(take<double>(scratch, n)), row_of(take<int>(scratch, n)),
          before(take<int>(scratch, n)), seen(take<int>(scratch, n))
    {}

private:
    template <class T>
    MOE_HD static T* take(Scratch& scratch, int n)
    {
        return scratch.take<T>(static_cast<std::size_t>(n) + 1);
    }
};

/// Adds row i to the assignment of rows 1 .. i - 1 along the shortest path by reduced costs.
template <class Cost>
MOE_HD void assign_row(AssignmentWork const& work, int n, int i, Cost const& cost)
{
    for (int j = 0; j <= n; ++j) {
        work.reach[j] = unreached;
        work.before[j] = work.seen[j] = 0;
    }
    work.row_of[0] = i;
    int at = 0;
    do {
        work.seen[at] = 1;
        int const row = work.row_of[at];
        int next = 0;
        for (int j = 1; j <= n; ++j) {
            if (work.seen[j] != 0)
                continue;
            double const step = cost(row - 1, j - 1) - work.row_price[row] - work.column_price[j];
            if (step < work.reach[j]) {
                work.reach[j] = step;
                work.before[j] = at;
            }
            next = next == 0 || work.reach[j] < work.reach[next] ? j : next;
        }
        double const step = work.reach[next];
        for (int j = 0; j <= n; ++j) {
            if (work.seen[j] != 0) {
                work.row_price[work.row_of[j]] += step;
                work.column_price[j] -= step;
            } else {
                work.reach[j] -= step;
            }
        }
        at = next;
    } while (work.row_of[at] != 0);
    for (; at != 0; at = work.before[at])
        work.row_of[at] = work.row_of[work.before[at]];
}

/// Assigns n rows to n columns at the least sum of cost(row, column), all finite, which it returns:
/// shortest augmenting paths (Kuhn 1955; Jonker and Volgenant 1987), O(n^3). One lane.
template <class Cost>
MOE_HD double assign(AssignmentWork const& work, int n, Cost const& cost)
{
    for (int j = 0; j <= n; ++j) {
        work.row_price[j] = work.column_price[j] = 0;
        work.row_of[j] = 0;
    }
    for (int i = 1; i <= n; ++i)
        assign_row(work, n, i, cost);
    double sum = 0;
    for (int j = 1; j <= n; ++j)
        sum += cost(work.row_of[j] - 1, j - 1);
    return sum;
}

MOE_END_ISA

#pragma once

/// @file
/// The attention score's maps and their chain rule on a CPU thread where a row of d numbers is one
/// vector: small products, as Q^T K_i, over rows that stand in registers. The formulas are those of
/// attention.h, their sums in another order.

#include "kernels/family/score/quadratic.h"

#include <cstring>

MOE_BEGIN_ISA

/// Largest d for it.
constexpr int attention_row = 8;

/// Whether such a row is one vector of this level.
template <class Real>
constexpr bool attention_rows =
#if defined(__CUDACC__)
    false;
#elif defined(__AVX512F__)
    attention_row * sizeof(Real) <= 64;
#else
    attention_row * sizeof(Real) <= 32;
#endif

template <class Real, int d>
struct AttentionRows;

#if !defined(__CUDACC__)
/// Rows of d numbers; what stands behind d in a vector is not used.
template <class Real, int d>
struct AttentionRows
{
    typedef Real Row __attribute__((vector_size(attention_row * sizeof(Real)), may_alias));

    /// Any vector at `from`, where a row more may be read.
    static Row at(Real const* from)
    {
        Row row;
        std::memcpy(&row, from, sizeof row);
        return row;
    }
    static Row load(Real const* from)
    {
        Row row{};
        std::memcpy(&row, from, d * sizeof(Real));
        return row;
    }
    static void store(Row row, Real* to) { std::memcpy(to, &row, d * sizeof(Real)); }
    static Row all(Real x) { return x - Row{}; }

    /// u . v, of rows that are zero behind d.
    static Real dot(Row u, Row v)
    {
        Row const products = u * v;
        auto const four = __builtin_shufflevector(products, products, 0, 1, 2, 3) +
                          __builtin_shufflevector(products, products, 4, 5, 6, 7);
        return (four[0] + four[2]) + (four[1] + four[3]);
    }

    /// One atom's map of x, c and vech(Q^T K + K^T Q, halved on the diagonal).
    static void pack(Real const* query, Real const* q, Real const* key, Real const* kappa, int rank,
                     Real* row, Real* c)
    {
        Row form[d];
        for (int a = 0; a < d; ++a)
            form[a] = Row{};
        Row linear{};
        Real constant = Real(0);
        for (int r = 0; r < rank; ++r, query += d, key += d) {
            Row const along_query = load(query);
            Row const along_key = load(key);
            linear += along_query * all(kappa[r]) + along_key * all(q[r]);
            constant += q[r] * kappa[r];
            MOE_FOLDED
            for (int a = 0; a < d; ++a)
                form[a] += along_key * all(query[a]) + along_query * all(key[a]);
        }
        store(linear, row);
        *c = constant;
        row += d;
        MOE_FOLDED
        for (int a = 0; a < d; row += d - a, ++a) {
            form[a][a] *= Real(0.5);
            std::memcpy(row, reinterpret_cast<Real const*>(&form[a]) + a, (d - a) * sizeof(Real));
        }
    }

    /// The symmetric matrices D of some atoms.
    struct Forms
    {
        static constexpr int most = 16;
        Real entry[most][d * d];
        Real behind[attention_row]; ///< may be read

        /// of atom i: D v.
        Row times(int i, Real const* v) const
        {
            Row even{}, odd{};
            MOE_FOLDED
            for (int c = 0; c < d; ++c)
                (c % 2 == 0 ? even : odd) += at(entry[i] + c * d) * all(v[c]);
            return even + odd;
        }
    };
};
#endif

MOE_END_ISA

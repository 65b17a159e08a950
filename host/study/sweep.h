#pragma once

/// @file
/// [sweep]: the cartesian product of values of dotted keys, fit by fit.

#include "host/study/document.h"
#include "host/study/study.h"

#include <string>
#include <vector>

namespace moerate
{

/// One swept key.
struct SweptKey
{
    std::string path;                   ///< as in the file: "estimator.batch", "fit.a.experts"
    std::string column;                 ///< in tables: without "LABEL."
    Pointer at;                         ///< what it sets
    std::vector<nlohmann::json> values; ///< at least one
};

/// To TOML a bare a.b = [...] of [sweep] is a table a: makes it the whole path "a.b" that it means.
/// Throws UsageError where a key stands in both forms.
void flatten_sweep(Document& document);

/// Reads [sweep], keys in alphabetical order. Throws UsageError for keys that cannot vary within a
/// study and for values that are not a list.
std::vector<SweptKey> read_sweep(Document const& document);

/// The swept keys that a fit depends on: not those of other fits, nor [start] and [estimator] keys
/// that the fit sets itself, nor [truth] keys where it has a truth of its own.
std::vector<SweptKey> swept_for(std::vector<SweptKey> const& keys, Document const& document,
                                std::size_t fit);

/// One combination of values.
struct Variant
{
    Document document;
    std::vector<SweptValue> swept;
};

/// All combinations, the last key varying fastest; one without swept keys.
std::vector<Variant> variants(Document const& document, std::vector<SweptKey> const& keys);

/// Labels the curves of one fit's variants "FIT [key=value, ...]". Of those that differ in keys of
/// [start] and [estimator] alone which the fit has no use for (its canonical curve is the same, and
/// so are all fits) the first is left, without these keys.
void name_variants(Study const& study, std::vector<Curve>& curves);

} // namespace moerate

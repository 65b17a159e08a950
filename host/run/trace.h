#pragma once

/// @file
/// `moerate run --trace`: a file with the rounds of some of a run's fits.

#include "host/run/fit_name.h"
#include "host/run/plan.h"
#include "host/store/fit_row.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace moerate
{

/// Which fits are traced, and where to.
struct TraceOptions
{
    std::string file;          ///< empty: no trace
    std::vector<FitName> fits; ///< none: all
};

/// The file, open for more lines. Fits come out the same, traced or not.
class Trace
{
public:
    /// Fits that are traced where none is named: more than a reader has eyes for.
    static constexpr long long most_fits = 1000;

    /// Opens the file, which is made, or added to if it is a trace. Throws UsageError where it
    /// holds anything else, where the study has no fit of that name, where its estimator tells no
    /// rounds, and for more than most_fits if none is named; Error if the file cannot be written.
    Trace(Study const& study, Plan const& plan, TraceOptions const& options);
    ~Trace();
    Trace(Trace const&) = delete;
    Trace& operator=(Trace const&) = delete;

    /// Whether that fit's rounds are wanted.
    bool wants(std::string const& cell, int replicate) const;
    /// Writes the rounds of those fits that were traced. Throws Error.
    void write(std::vector<FitRow> const& rows);
    /// Fits that are wanted, and those written so far.
    long long wanted() const { return wanted_; }
    long long written() const { return written_; }

private:
    /// A cell with fits that are wanted, under the name that the user gave.
    struct Traced
    {
        std::string label;
        int n;
        std::set<int> replicates; ///< none: all
    };

    void add_all(Study const& study, Plan const& plan);
    void add(Study const& study, Plan const& plan, FitName const& name);

    std::string file_;
    std::map<std::string, Traced> cells_;
    long long wanted_ = 0, written_ = 0;
    int descriptor_ = -1;
};

} // namespace moerate

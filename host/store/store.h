#pragma once

/// @file
/// The store: one SQLite file a writer, one transaction a finished block of fits (design.md 4).

#include "host/store/fit_row.h"
#include "host/store/target_row.h"
#include "host/study/study.h"

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace moerate
{

/// How many fits there are, and how they ended.
struct FitCount
{
    int fits = 0;
    int failed = 0;     ///< not_finite or diverged
    int no_descent = 0; ///< a note, no failure
};

/// A cell as it is stored.
struct CellRow
{
    std::string id;
    std::string label;
    int n = 0;
    std::string parameters; ///< canonical JSON of the curve, and n
};

/// Replicates from the first to the last.
struct Replicates
{
    int first = 0;
    int last = std::numeric_limits<int>::max();
};

/// Facts about one invocation of `run`.
struct RunRow
{
    std::string argv, commit, build, simd, device, driver;
    std::string started; ///< UTC, as 2024-05-22T13:05:09Z; begin_run fills it where it is empty
    bool dirty = false;
    int threads = 0;
    /// Filled by runs(). Empty until the run ends, and for good where it was killed or its end
    /// could not be written.
    std::string finished, outcome;
};

/// Key under which a loss of a study is stored; `at` is of fit_points. r is 1 where the loss has
/// none.
LossKey loss_key(LossSpec const& loss, std::string const& at);

/// A loss as lists show it, what is usual left out: "softmax.L2r r=1 gauge=none".
std::string loss_text(LossKey const& key);

/// The row of the cell (curve, n): its parameters are canonical_curve with the key "n" added.
CellRow cell_row(Study const& study, Curve const& curve, int n);

class Store;
/// The study of a store. Throws StoreError if this version cannot read it.
Study stored_study(Store const& store);

/// A study's results on disk. Not for several threads at once.
class Store
{
public:
    /// Opens DIR/store.sqlite for one writer, creating folder and file if needed; refuses a second
    /// writer, a damaged file, a newer format and a study whose seed, data, truth, model, start or
    /// estimator of a label that has fits differs (names key, old and new). Throws StoreError.
    static Store create(std::string const& folder, Study const& study);

    /// Opens store.sqlite and all store.<i>of<N>.sqlite of DIR read-only; files of other names are
    /// none of its business. Throws StoreError, also where two hold different studies.
    static Store open(std::string const& folder);

    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    ~Store();

    /// Resolved TOML of the stored study; of several files, as the last run had it.
    std::string study_text() const;

    /// Records an invocation; its id goes with the fits that follow. finish_run notes its end.
    void begin_run(RunRow const& run);
    void finish_run(std::string const& outcome);

    /// Registers cells (idempotent).
    void add_cells(std::vector<CellRow> const& cells);

    /// Writes a finished block: fits with their losses, one transaction.
    void add_fits(std::vector<FitRow> const& fits);

    /// Writes further losses of stored fits, one transaction.
    void add_losses(std::string const& cell, int replicate, std::vector<LossRow> const& losses);
    /// Groups several add_* calls into one transaction: commits at the end of `work`, rolls back on
    /// an exception.
    void transaction(std::function<void()> const& work);

    /// Writes what a search for a projection has found, under its id (host/study/identity.h) and
    /// with what that is the hash of, one transaction.
    void add_target(std::string const& id, std::string const& depends_on,
                    std::vector<TargetRow> const& rows);
    /// What was found of a projection, the lowest first; empty if nothing has searched for it.
    std::vector<TargetRow> target(std::string const& id) const;

    std::vector<CellRow> cells() const;
    /// Replicates stored for a cell, ascending.
    std::vector<int> replicates(std::string const& cell) const;
    /// Of these, the ones of which a loss is stored.
    std::vector<int> replicates(std::string const& cell, LossKey const& loss) const;
    /// Losses stored for a cell's fits, each with the replicates that have it, ascending.
    std::map<LossKey, std::vector<int>> loss_keys(std::string const& cell) const;
    /// Fits of a cell with their losses, by replicate; parameters only if asked for.
    std::vector<FitRow> fits(std::string const& cell, bool with_parameters,
                             Replicates replicates = {}) const;
    /// Counts the fits of a cell, those of replicates below `replicates`.
    FitCount count(std::string const& cell, int replicates = std::numeric_limits<int>::max()) const;
    /// All invocations: started, outcome and machine, oldest first.
    std::vector<RunRow> runs() const;
    /// Whether a run is writing here now.
    bool being_written() const;

private:
    struct Impl;
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace moerate

#pragma once

/// @file
/// The store: one SQLite file a writer, one transaction a finished block of fits (design.md 4).

#include "host/store/fit_row.h"
#include "host/store/shard.h"
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

namespace sqlite
{
class Database;
}

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
    std::string host, job;      ///< machine; the batch system's name of the job, empty without
    std::string shard;          ///< "3/7"; empty: all of the study
    std::optional<int> restart; ///< how often the batch system had begun the job before
    std::string uid;            ///< random; begin_run fills it. Empty in files before 2.3
    /// Filled by runs(). Empty until the run ends, and for good where it was killed or its end
    /// could not be written.
    std::string finished, outcome;
};

/// Key under which a loss of a study is stored; `at` is of fit_points. r is 1 where the loss has
/// none. A revision above 1 stands behind the target's word, so that what a version before measured
/// against another measure is kept, and is another loss.
LossKey loss_key(LossSpec const& loss, std::string const& at);

/// A loss as lists show it, what is usual left out: "softmax.L2r r=1 gauge=none".
std::string loss_text(LossKey const& key);

/// The row of the cell (curve, n): its parameters are canonical_curve with the key "n" added.
CellRow cell_row(Study const& study, Curve const& curve, int n);

/// One file of a store.
struct StorePart
{
    std::string file; ///< its name in the folder
    std::optional<Shard> shard;
    FitCount count;             ///< of its fits, whether the study asks for them or not
    std::optional<RunRow> last; ///< its last run
    bool being_written = false; ///< a process holds its lock
};

class Store;
/// The study of a store. Throws StoreError if this version cannot read it.
Study stored_study(Store const& store);

/// A study's results on disk. Not for several threads at once.
class Store
{
public:
    /// Opens DIR/store.sqlite, or that of a shard, for one writer, creating folder and file if
    /// needed; refuses a second writer, a damaged file, a newer format and a study whose seed,
    /// data, truth, model, start or estimator of a label that has fits differs (names key, old and
    /// new). Throws StoreError.
    static Store create(std::string const& folder, Study const& study,
                        std::optional<Shard> const& shard = std::nullopt);

    /// Throws StoreError where create would refuse the study, or another file of the folder holds
    /// another one. Writes nothing, and makes no folder.
    static void check_study(std::string const& folder, Study const& study);

    /// Opens DIR/store.sqlite as create does, lets `copy` add what other files of the study hold,
    /// in one transaction, and gives its cells the labels of the study. For merge_stores.
    static void merge_into(std::string const& folder, Study const& study,
                           std::function<void(sqlite::Database&)> const& copy);

    /// Opens store.sqlite and all store.<i>of<N>.sqlite of DIR read-only; files of other names are
    /// none of its business. Those of shards are read without locks (source_file.h), and one that
    /// holds nothing yet is left out. Throws StoreError, also where two hold different studies.
    /// With several `threads` fits are read by as many connections, and pages are checked beside
    /// the first of them; what is read does not depend on it.
    static Store open(std::string const& folder, int threads = 1);

    /// The same; none where there is no such folder, or no store in it.
    static std::optional<Store> open_if_any(std::string const& folder);
    /// Opens store.sqlite alone, as a merge has left it.
    static Store merged(std::string const& folder);

    /// The same of all files of a folder but the one that `shard` writes, each without locks and
    /// without looking at pages that nobody asks for: what other runs have done. None where there
    /// is no such file. Throws StoreError where one holds another study, naming the key.
    static std::optional<Store> others(std::string const& folder, Study const& study,
                                       std::optional<Shard> const& shard);

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
    /// Writes excess, admissible and certified of stored fits where these are none; all else of the
    /// fits stays as it is. One transaction.
    void add_excess(std::vector<FitRow> const& fits);
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
    /// Of these, the ones of which it is not known whether they are admissible, ascending.
    std::vector<int> without_reference(std::string const& cell) const;
    /// Of these, the ones of which a loss is stored.
    std::vector<int> replicates(std::string const& cell, LossKey const& loss) const;
    /// Losses stored for a cell's fits, each with the replicates that have it, ascending.
    std::map<LossKey, std::vector<int>> loss_keys(std::string const& cell) const;
    /// Fits of a cell with their losses, by replicate; parameters only if asked for.
    std::vector<FitRow> fits(std::string const& cell, bool with_parameters,
                             Replicates replicates = {}) const;
    /// Counts the fits of a cell, those of replicates below `replicates`.
    FitCount count(std::string const& cell, int replicates = std::numeric_limits<int>::max()) const;
    /// The same number of fits, without how they ended, which is in the rows: only in their index.
    int fit_count(std::string const& cell, int replicates = std::numeric_limits<int>::max()) const;
    /// All invocations: started, outcome and machine, oldest first.
    std::vector<RunRow> runs() const;
    /// The same of those that a stored fit was done in.
    std::vector<RunRow> runs_with_fits() const;
    /// Invocations after the last one that stored a fit which were not the study's end.
    int stalled_runs(std::string const& job) const;
    /// Whether a run is writing here now, into any of the files.
    bool being_written() const;
    /// What each of the files holds, in the order of reading.
    std::vector<StorePart> parts() const;

private:
    struct Impl;
    /// What merge_into does with a store that is open.
    void take(Study const& study, std::function<void(sqlite::Database&)> const& copy);
    std::vector<RunRow> runs_where(std::function<std::string(sqlite::Database&)> const&) const;
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace moerate

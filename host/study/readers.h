#pragma once

/// @file
/// The parts of an experiment file, each read and checked by one function. All throw UsageError.

#include "host/measure/families.h"
#include "host/measure/reader.h"
#include "host/study/document.h"
#include "host/study/study.h"

#include <optional>
#include <string>
#include <vector>

namespace moerate
{

/// What the manual says of the keys of each table, in the file of its reader (keys.h has them all).
KeyTable head_keys();
KeyTable data_keys();
KeyTable truth_keys();
KeyTable draw_keys();
KeyTable path_keys();
KeyTable start_keys();
KeyTable fit_keys();
KeyTable one_loss_keys();
KeyTable theory_keys();
KeyTable target_keys();
KeyTable top_keys();
std::vector<Key> atom_keys();        ///< of [truth] and [[fit]]
std::vector<Key> loss_keys();        ///< of [[fit]]
Key theory_key(std::string meaning); ///< of [[fit]] and of a loss

/// [study], without curves.
Study read_head(Reader& reader);

/// Refuses a key of the table "start" or "estimator" that every fit sets in its own: nothing reads
/// it, and what the other keys allow says nothing of why. Throws UsageError.
void check_overridden(Document const& document, std::string const& table);

/// What all fits of a study share when one of them is read.
struct Setting
{
    int d = 0;
    double noise_variance = 0;
    int smallest_n = 0;
    int largest_n = 0;
    TruthSpec truth;     ///< of the fit's own, where it has one
    std::string streams; ///< of such a fit: canonical JSON of the study's truth; else empty
};

/// [data] into d and noise_variance.
void read_data(Reader& reader, Setting& setting);

/// [truth] for inputs of dimension setting.d; files are looked up in `folder`.
TruthSpec read_truth(Reader& reader, int d, std::string const& folder);

/// A measure that `table`.`key` gives inline; a name in it (named_measure) is left out.
Measure read_inline_measure(Reader const& reader, std::string const& table, std::string const& key,
                            nlohmann::json measure);

/// A measure of a file that a key names, looked up in `folder`.
Measure read_measure_file(Reader const& reader, std::string const& key, std::string const& file,
                          std::string const& folder);

/// truth.path, where [truth] has one, of a truth of this model.
std::optional<TruthPath> read_path(Reader& truth, Model const& model, std::string const& folder);

/// [fit.truth], where a fit has one, into setting.truth and setting.streams: a whole truth of its
/// own. Files are looked up in `folder`.
void read_own_truth(Reader& fit, Setting& setting, std::string const& folder);

/// A measure of `file` in `folder` with the file's name in it, as [sweep] has it in a resolved
/// study.
nlohmann::json named_measure(std::string const& folder, std::string const& file);

/// The atoms of [truth] or of a [[fit]]: experts = k or, where the gate has groups, groups =
/// [experts of each group]; the other key is refused.
Atoms read_atoms(Reader& reader, GateSpec const& gate);

/// The atoms of a fit, in the order that starts and losses assume: fitted atom i <= k* starts at
/// true atom i and so belongs to its group; extra atoms follow, group by group. Refuses fewer atoms
/// than the truth has, in any group, and another number of groups.
Atoms read_fitted_atoms(Reader& reader, GateSpec const& gate, Atoms const& truth);

/// Atoms as the file counts them: k, or a list of the sizes of the groups.
nlohmann::json counts_json(Atoms const& atoms);

/// The tables of a study that all its fits share.
struct SharedTables
{
    Reader& data;
    Reader& truth;
    Reader& start;
    Reader& estimator;
};

/// One [[fit]], with the study's [start] and [estimator] as bases of its own.
Curve read_fit(Reader& reader, Setting const& setting, SharedTables const& shared);

/// theory = number | "sub" | { claim, stands, why }; nothing claimed where it is not given.
Theory read_theory(Reader& reader);

/// Warnings of claims that do not stand, with why = "": a struck claim is shown with its reason.
/// (No errors: stores may have been begun with such.)
std::vector<std::string> claims_without_reason(Document const& document);

/// The loss keys of a fit: loss, r, gauge, target, theory; one entry a loss and target.
std::vector<LossSpec> read_losses(Reader& reader, Model const& model);

/// All of a file; `what` says what it should be, e.g. "experiment file".
std::string read_whole_file(std::string const& file, std::string const& what);

/// Distinct whole numbers from 1 to `largest`, ascending. `key` must hold a list.
std::vector<int> read_atoms_list(Reader& reader, std::string const& key, int largest);

} // namespace moerate

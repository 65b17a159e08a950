#pragma once

/// @file
/// The commands of `moerate`, one function each. They print data on stdout and notes on stderr,
/// return the exit code, and throw Error or DeviceError.

#include "host/probe/constant.h"
#include "host/probe/identify.h"

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace moerate
{

/// Options that every command has.
struct CommonOptions
{
    bool quiet = false; ///< -q: nothing on stderr but errors
    bool json = false;  ///< --json: one JSON object on stdout
};

/// An experiment file with its overrides.
struct StudyOptions
{
    std::string file;
    std::vector<std::string> settings; ///< "path=value"
};

/// Where to compute.
struct DeviceOptions
{
    std::string device = "auto";
    int threads = 0;  ///< 0: all cores that this process may use
    std::string simd; ///< level of the CPU; empty: the best one
};

/// Reads the experiment file and prints the resolved study, for people or as an experiment file.
int check_command(StudyOptions const& study, bool as_toml, CommonOptions const& common);

struct PlanOptions
{
    StudyOptions study;    ///< without a file: the stored study of `folder`
    std::string folder;    ///< empty: none
    double half_width = 0; ///< also what slopes need for this; 0: not asked for
    bool shards = false;   ///< with a proposal of shards
    DeviceOptions device;
};

/// Prints cells, work, time and memory, and how to share them out; counts what `folder` holds if it
/// has a store.
int plan_command(PlanOptions const& options, CommonOptions const& common);

struct RunCommandOptions
{
    StudyOptions study;
    std::string folder; ///< empty: results/<study.id>
    DeviceOptions device;
    bool no_parameters = false;
    bool add_n = false;      ///< the study has the stored n, too
    double save_every = 1.5; ///< seconds of work between two saves
    double half_width = 0;   ///< go on until every slope has it; 0: not asked for
    int most_replicates = 0; ///< at which to end then; 0: ten times the study's
    std::string trace;       ///< file for the rounds of fits; empty: none
    std::vector<std::tuple<std::string, int, int>> trace_fits; ///< label, n, replicate; none: all
    std::string shard;       ///< "i/N", "auto", "auto/N"; empty: all of the study
    std::string time_budget; ///< a duration; empty: what a batch system leaves
    int most_stalled = 0;    ///< runs in a row that stored nothing; 0: any number
    std::vector<std::string> argv;
};

/// Does all missing work, or that of a shard, and prints the rates.
int run_command(RunCommandOptions const& options, CommonOptions const& common);

/// Prints how much of its study a store holds.
int status_command(std::string const& folder, CommonOptions const& common);

struct MergeOptions
{
    std::vector<std::string> folders;
    std::string folder; ///< of the merged store; empty: the first one
    int shards = 0;     ///< N of what is missing; 0: of the last run
};

/// Merges stores, and prints what is missing as options of `run`.
int merge_command(MergeOptions const& options, CommonOptions const& common);

struct SubmitOptions
{
    StudyOptions study;
    std::string folder;       ///< empty: results/<study.id>
    bool print = false;       ///< submit nothing
    int array = 0;            ///< shards; 0: by the speed here
    std::string time, memory; ///< limits of a task; empty: by the study
    std::string partition, gres;
    int cpus = 1;     ///< of a task
    std::string simd; ///< level of the CPU in all tasks; empty: each node's best
    std::vector<std::string> sbatch, run; ///< further options
};

/// Submits a job array for Slurm and a job that merges what it leaves.
int submit_command(SubmitOptions const& options, CommonOptions const& common);

/// Replaces the damaged stores of a folder by what can be read of them.
int recover_command(std::string const& folder, CommonOptions const& common);

struct RatesCommandOptions
{
    std::vector<std::string> folders;
    std::string window; ///< "LEAST..MOST" of n; empty: all
    bool levels = false;
    bool windows = false;
    bool blocks = false;
    DeviceOptions device;
};

/// Prints the rates of one or more stores. Device auto takes a usable GPU where the bootstrap is
/// large.
int rates_command(RatesCommandOptions const& options, CommonOptions const& common);

struct CompareOptions
{
    std::vector<std::string> folders;
    std::vector<std::string> rows; ///< labels, or "study: label"; empty: all
    std::string by;                ///< "label": only curves of one label; empty: all pairs
    DeviceOptions device;
};

/// Prints differences of slopes between the curves of some stores.
int compare_command(CompareOptions const& options, CommonOptions const& common);

struct ExportOptions
{
    std::string folder;
    std::string format;
    std::string file; ///< empty: stdout
    bool force = false;
    bool all = false;        ///< also what the study does not ask for
    bool parameters = false; ///< columns of the fits' parameters
    bool blocks = false;     ///< distances by block of parameters
};

/// Writes the fits of a store, or (format toml) the study that it holds.
int export_command(ExportOptions const& options);

struct ShowOptions
{
    std::string folder;
    std::string worst;             ///< name of a loss
    std::vector<std::string> cell; ///< label, n, replicate
    int n = 0;                     ///< for --worst and the overview; 0: the largest
    bool data = false;             ///< --json: with the training data
};

/// Prints one stored fit beside the truth, or which there are.
int show_command(ShowOptions const& options, CommonOptions const& common);

struct ReplayOptions
{
    std::string folder;
    std::vector<std::string> fit; ///< label, n, replicate
    std::string file;             ///< of the path; empty: stdout
    bool force = false;
    DeviceOptions device{"cpu", 0, {}};
};

/// Does one stored fit again, compares it bit by bit and writes its path as JSON lines.
int replay_command(ReplayOptions const& options, CommonOptions const& common);

/// Says what is wrong with a results folder, and what to do next.
int diagnose_command(std::string const& folder, DeviceOptions const& device,
                     CommonOptions const& common);

struct CaseOptions
{
    std::string file; ///< "-": stdin
    std::string device = "cpu";
    std::string precision = "float64";
};

/// Evaluates models on given points (interfaces.md, eval).
int eval_command(CaseOptions const& options, CommonOptions const& common);

/// Measures Voronoi losses (interfaces.md, loss).
int loss_command(CaseOptions const& options, CommonOptions const& common);

struct FitOptions
{
    std::string data;                  ///< CSV with x1,...,xd,y; "-": stdin
    std::string start;                 ///< JSON file of a measure; empty: blind starts only
    std::string gate, expert;          ///< of a fit without start
    std::vector<int> experts;          ///< their number, or one for each group
    std::string estimator = "lse";     ///< of the list of estimators
    std::string box;                   ///< of lse
    int starts = 0;                    ///< 0: what is usual for the estimator
    std::uint32_t seed = 1;            ///< of blind starts
    std::vector<std::string> settings; ///< "key=value" of the estimator
    bool raw = false;                  ///< inputs are not standardised
    std::string trace;                 ///< file for the starts' rounds; empty: none
    bool force = false;                ///< replace it if it exists
    DeviceOptions device{"cpu", 0, {}};
};

/// Fits a model to a user's own data and prints the fit as JSON (interfaces.md, fit).
int fit_command(FitOptions const& options, CommonOptions const& common);

struct IdentifyOptions
{
    std::string gate, expert; ///< of a drawn truth
    std::vector<int> experts; ///< of it: atoms, or of each group; empty: 2
    std::vector<int> fitted;  ///< of the fit; empty: one more
    int d = 2;                ///< inputs of a drawn truth
    std::string truth;        ///< JSON file of a measure; empty: drawn
    std::string loss;         ///< empty: the first that fits the gate
    double r = 1;             ///< its exponent, where it has one
    IdentifySettings settings;
    std::string folder; ///< of counterexamples; empty: not written
    bool force = false; ///< replace its files if they exist
    std::string simd;   ///< level of the CPU; empty: the best one
};

/// Prints what is not identified in a family: ranks of derivatives, flat directions, measures of
/// the same function.
int identify_command(IdentifyOptions const& options, CommonOptions const& common);

struct ConstantOptions
{
    StudyOptions study;
    ConstantSettings settings; ///< epsilon empty: 1 ... 1e-3
    std::string folder;        ///< of counterexamples; empty: not written
    bool force = false;        ///< replace its files if they exist
    DeviceOptions device{"cpu", 0, {}};
};

/// Prints the least ||f_G - f*|| at a falling sequence of losses, for each fit and loss of a study.
int constant_command(ConstantOptions const& options, CommonOptions const& common);

struct PredictOptions
{
    std::string measure; ///< JSON file of a measure, or of what `fit` printed; "-": stdin
    std::string data;    ///< CSV with inputs x1,...,xd; "-": stdin
};

/// Prints CSV f,g1..gk,h1..hk: prediction, gate weights and responses of every sample.
int predict_command(PredictOptions const& options);

/// Lists the members of an axis, or of all (`axis` empty).
int list_command(std::string const& axis, CommonOptions const& common);

/// Names of the axes that `list` knows.
std::vector<std::string> axis_names();

struct InitOptions
{
    std::string name = "experiment";
    std::string from;   ///< an experiment's name or file; empty: a new one
    std::string gate;   ///< "SCORE/NORMALIZER", or either
    std::string expert; ///< "FORM/ACTIVATION", or either
    bool force = false;
};

/// Writes NAME.toml, a commented experiment file that runs as it is.
int init_command(InitOptions const& options, CommonOptions const& common);

struct HelpOptions
{
    std::string topic;           ///< a command, "keys" or "commands"; empty: all commands
    std::string format = "text"; ///< text, markdown or man
};

/// Prints a page of the manual.
int help_command(HelpOptions const& options, CommonOptions const& common);

/// Describes build and machine.
int doctor_command(CommonOptions const& common);

/// "moerate 0.1.0 (commit abc, Release)".
std::string version_text();

} // namespace moerate

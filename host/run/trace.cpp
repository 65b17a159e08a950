#include "host/run/trace.h"

#include "host/core/error.h"
#include "host/core/json.h"
#include "host/core/streams.h"
#include "host/core/text.h"
#include "host/estimate/trace_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace moerate
{
namespace
{

/// No line of a trace has more bytes.
constexpr std::streamsize longest_line = 1 << 16;

[[noreturn]] void cannot_write(std::string const& file)
{
    throw Error(Exit::failure, fmt::format("{}: cannot write the trace ({}) choose another file",
                                           printable(file), std::strerror(errno)));
}

/// Whether a line is of the text that trace_lines makes.
bool is_trace_line(std::string const& line)
{
    nlohmann::json const value = nlohmann::json::parse(line, nullptr, false);
    return value.is_object() && value.contains("start") &&
           (value.contains("round") || value.contains("ended"));
}

/// Refuses a file that holds anything but a trace. Returns whether its last line has no end, as
/// that of a run which was killed.
bool ends_open(std::string const& file)
{
    std::error_code none;
    if (!std::filesystem::is_regular_file(file, none) || std::filesystem::file_size(file) == 0)
        return false;
    std::ifstream in(file, std::ios::binary);
    std::string line(longest_line, '\0');
    in.read(line.data(), longest_line);
    line.resize(static_cast<std::size_t>(in.gcount()));
    if (!is_trace_line(line.substr(0, line.find('\n'))))
        throw UsageError(fmt::format("--trace: {} is no trace (rounds would be added to it) choose "
                                     "another file",
                                     printable(file)));
    in.clear();
    in.seekg(-1, std::ios::end);
    return in.get() != '\n';
}

bool traces(Study const& study, Cell const& cell)
{
    return study.curves[cell.curve].estimator->traces();
}

/// The curve of that label.
int curve_of(Study const& study, std::string const& label)
{
    std::vector<std::string> labels;
    for (std::size_t c = 0; c < study.curves.size(); ++c) {
        if (study.curves[c].label == label)
            return static_cast<int>(c);
        labels.push_back(study.curves[c].label);
    }
    throw UsageError(fmt::format("--trace-fit: the study has no fit \"{}\" (it has \"{}\") name "
                                 "one of these",
                                 printable(label), fmt::join(labels, "\", \"")));
}

} // namespace

Trace::Trace(Study const& study, Plan const& plan, TraceOptions const& options)
    : file_(options.file)
{
    if (options.fits.empty())
        add_all(study, plan);
    for (FitName const& name : options.fits)
        add(study, plan, name);
    bool const open_end = ends_open(file_);
    descriptor_ = open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor_ < 0 || (open_end && !write_all(descriptor_, "\n")))
        cannot_write(file_);
}

Trace::~Trace()
{
    if (descriptor_ >= 0)
        close(descriptor_);
}

void Trace::add_all(Study const& study, Plan const& plan)
{
    for (Cell const& cell : plan.cells) {
        if (!traces(study, cell))
            continue;
        cells_[cell.id] = {study.curves[cell.curve].label, cell.n, {}};
        wanted_ += study.replicates;
    }
    if (wanted_ == 0)
        throw UsageError("--trace: no fit of the study has rounds to tell (fits by least "
                         "squares have them, see estimator.kind) leave --trace out");
    if (wanted_ > most_fits)
        throw UsageError(fmt::format("--trace: {} fits are too many to trace all ({} at most) name "
                                     "those of interest by --trace-fit LABEL N REPLICATE",
                                     wanted_, most_fits));
}

void Trace::add(Study const& study, Plan const& plan, FitName const& name)
{
    int const curve = curve_of(study, name.label);
    if (!study.curves[curve].estimator->traces())
        throw UsageError(fmt::format("--trace-fit: \"{}\" is fitted by {} (which tells no rounds) "
                                     "name a least-squares fit",
                                     name.label, study.curves[curve].estimator->name()));
    if (std::find(study.n.begin(), study.n.end(), name.n) == study.n.end())
        throw UsageError(fmt::format("--trace-fit: n = {} is not in the study (it has {}) name one "
                                     "of these",
                                     name.n, fmt::join(study.n, ", ")));
    if (name.replicate < 0 || name.replicate >= study.replicates)
        throw UsageError(fmt::format("--trace-fit: there is no replicate {} (the study has 0 to "
                                     "{}) name one of these",
                                     name.replicate, study.replicates - 1));
    for (PlanLine const& line : plan_lines(study, plan)) {
        Cell const& cell = plan.cells[line.cell];
        if (line.curve != curve || cell.n != name.n)
            continue;
        auto const at = cells_.try_emplace(cell.id, Traced{name.label, name.n, {}}).first;
        wanted_ += at->second.replicates.insert(name.replicate).second ? 1 : 0;
    }
}

bool Trace::wants(std::string const& cell, int replicate) const
{
    auto const found = cells_.find(cell);
    if (found == cells_.end())
        return false;
    std::set<int> const& some = found->second.replicates;
    return some.empty() || some.count(replicate) > 0;
}

void Trace::write(std::vector<FitRow> const& rows)
{
    for (FitRow const& row : rows) {
        if (!wants(row.cell, row.replicate))
            continue;
        Traced const& cell = cells_.at(row.cell);
        std::string const text = trace_lines(
            {{"label", cell.label}, {"n", cell.n}, {"replicate", row.replicate}}, row.facts);
        if (!write_all(descriptor_, text))
            cannot_write(file_);
        ++written_;
    }
}

} // namespace moerate

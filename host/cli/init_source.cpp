#include "host/cli/init_source.h"

#include "host/cli/output.h"
#include "host/core/error.h"
#include "host/core/words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <vector>

namespace moerate
{
namespace
{

namespace fs = std::filesystem;

/// The folder of published experiments: installed, of the sources, or here; empty if there is none.
fs::path experiments_folder()
{
    std::error_code error;
    fs::path const program = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (fs::path const& folder : {program.parent_path() / "share/moerate/experiments",
                                   program.parent_path() / "experiments", fs::path("experiments")})
        if (fs::is_directory(folder, error))
            return folder;
    return {};
}

/// All of a file; nothing if it cannot be read.
std::optional<std::string> content(fs::path const& file)
{
    std::ifstream in(file, std::ios::binary);
    std::error_code error;
    if (!in || !fs::is_regular_file(file, error))
        return std::nullopt;
    return std::string{std::istreambuf_iterator<char>(in), {}};
}

} // namespace

std::filesystem::path experiment(std::string const& from)
{
    fs::path const folder = experiments_folder();
    for (fs::path const& file : {fs::path(from), folder / (from + ".toml")})
        if (content(file))
            return file;
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error))
        if (entry->path().extension() == ".toml")
            names.push_back(entry->path().stem().string());
    std::sort(names.begin(), names.end());
    if (names.empty())
        throw UsageError(
            fmt::format("--from {}: no such file (nor is there a folder of experiments, "
                        "share/moerate/experiments or experiments beside the program "
                        "or experiments here, to look in) give a file",
                        from));
    std::string const near = nearest(from, names);
    throw UsageError(fmt::format("--from {}: no such file or experiment ({}known: {}) name one",
                                 from, near.empty() ? near : "nearest: \"" + near + "\"; ",
                                 joined(names)));
}

std::string copied_file(std::string const& name, std::string const& from)
{
    std::string const text = content(experiment(from)).value_or("");
    std::string const key = "\nid = \"";
    std::size_t const at = text.find(key);
    if (at == std::string::npos)
        throw UsageError(fmt::format("--from {}: it has no line id = \"...\" to change", from));
    std::size_t const begin = at + key.size(), end = text.find('"', begin);
    return fmt::format("# {}: written by moerate init from {}.\n{}{}{}", name, from,
                       text.substr(0, begin), name, text.substr(end));
}

void copy_truth(std::string const& truth, fs::path const& from, fs::path const& to, bool force)
{
    fs::path const file = to / truth;
    if (fs::path(truth).is_absolute() || content(file) == content(from / truth))
        return;
    write_whole(file.string(), force, content(from / truth).value_or(""));
}

} // namespace moerate

#include "host/cli/output.h"

#include "host/core/error.h"
#include "host/core/streams.h"
#include "host/core/text.h"
#include "host/store/shard.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace moerate
{
namespace
{

/// Longest chain of links that is followed, as in the kernel.
constexpr int longest_chain = 40;

/// Where a name leads.
struct Destination
{
    std::filesystem::path path;    ///< through all links
    std::optional<int> descriptor; ///< of this process, for names such as /dev/stdout
};

Destination destination_of(std::string const& file)
{
    namespace fs = std::filesystem;
    std::error_code error;
    fs::path const descriptors = fs::canonical("/proc/self/fd", error);
    fs::path path = file;
    for (int i = 0; i < longest_chain && fs::is_symlink(path, error); ++i) {
        fs::path const folder = path.has_parent_path() ? path.parent_path() : ".";
        if (!descriptors.empty() && fs::canonical(folder, error) == descriptors)
            return {path, std::atoi(path.filename().c_str())};
        path = folder / fs::read_symlink(path, error); // which an absolute one replaces
    }
    return {path, {}};
}

/// Writes to what is there and stays as it is. False with errno set where that fails.
bool write_into(Destination const& target, std::string const& content)
{
    if (target.descriptor) {
        std::fflush(stdout);
        return write_all(*target.descriptor, content);
    }
    int const out = open(target.path.c_str(), O_WRONLY | O_CLOEXEC);
    bool const done = out >= 0 && write_all(out, content);
    int const reason = errno;
    bool const closed = out >= 0 && close(out) == 0;
    if (!done)
        errno = reason;
    return done && closed;
}

/// Puts a whole file in the place of another, or where none is. False with errno set where that
/// fails; what was there is there still.
bool replace(std::filesystem::path const& file, std::string const& content)
{
    std::string const part = fmt::format("{}.part{}", file.string(), getpid());
    struct stat old = {};
    bool const exists = stat(file.c_str(), &old) == 0;
    int const out = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (out < 0)
        return false;
    bool done = !exists || fchmod(out, old.st_mode & 07777) == 0; // who may read it stays
    done = done && write_all(out, content) && fsync(out) == 0;
    int reason = errno;
    if (close(out) != 0 && done) {
        done = false;
        reason = errno;
    }
    if (done && std::rename(part.c_str(), file.c_str()) == 0)
        return true;
    reason = done ? errno : reason;
    std::remove(part.c_str());
    errno = reason;
    return false;
}

/// Files of the store in a folder, with locks, journals and logs; none where it is no folder.
std::vector<std::filesystem::path> store_files(std::filesystem::path const& folder)
{
    namespace fs = std::filesystem;
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error))
        if (belongs_to_store(entry->path().filename().string()))
            files.push_back(entry->path());
    return files;
}

} // namespace

void spare_inputs(std::string const& file, std::vector<std::string> const& inputs)
{
    namespace fs = std::filesystem;
    Destination const target = destination_of(file);
    if (target.descriptor)
        return;
    std::error_code none;
    fs::path const folder = target.path.has_parent_path() ? target.path.parent_path() : ".";
    bool const named = belongs_to_store(target.path.filename().string());
    bool lost = named && !store_files(folder).empty();
    for (std::string const& input : inputs) {
        if (input != "-" && fs::is_regular_file(target.path, none) &&
            fs::equivalent(target.path, input, none))
            throw UsageError(fmt::format("{} is what this command reads (it would be lost) choose "
                                         "another name",
                                         printable(file)));
        auto const files = store_files(input);
        lost = lost || (named && fs::equivalent(folder, input, none)) ||
               std::any_of(files.begin(), files.end(), [&](fs::path const& one) {
                   return fs::equivalent(one, target.path, none);
               });
    }
    if (lost)
        throw UsageError(fmt::format("{} is a file of a store (its results would be lost) choose "
                                     "another name",
                                     printable(file)));
}

void read_input(std::string const& file, std::string_view kind,
                std::function<void(std::istream&)> const& read)
{
    if (file == "-") {
        read(std::cin);
        return;
    }
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored))
        throw UsageError(
            fmt::format("{} is a directory ({} is needed) name a file", printable(file), kind));
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw UsageError(fmt::format("cannot read {} ({}) check the name", printable(file),
                                     std::strerror(errno)));
    read(in);
}

std::string input_name(std::string const& file)
{
    return file == "-" ? "stdin" : printable(file);
}

std::string read_text(std::string const& file, std::string_view kind)
{
    std::string text;
    read_input(file, kind,
               [&](std::istream& in) { text.assign(std::istreambuf_iterator<char>(in), {}); });
    return text;
}

nlohmann::json read_json(std::string const& file)
{
    return parse_json(read_text(file, "a JSON file"), file == "-" ? "stdin" : file);
}

void print_text(std::string_view text)
{
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_json(nlohmann::ordered_json const& document)
{
    print_text(json_text(document) + "\n");
}

void note(bool quiet, std::string const& text)
{
    if (!quiet)
        say(stderr, fmt::format("moerate: {}\n", printable(text, "\n")));
}

void write_whole(std::string const& file, bool force, std::string const& content)
{
    Destination const target = destination_of(file);
    std::error_code error;
    auto const status = std::filesystem::status(target.path, error);
    bool const whole = !target.descriptor && (!std::filesystem::exists(status) ||
                                              std::filesystem::is_regular_file(status));
    if (whole && !force && std::filesystem::exists(status))
        throw UsageError(fmt::format("{} exists (it would be lost) choose another name or give "
                                     "--force",
                                     file));
    bool const endless = !target.descriptor && std::filesystem::is_symlink(target.path, error);
    errno = ELOOP;
    bool const done =
        !endless && (whole ? replace(target.path, content) : write_into(target, content));
    if (!done && errno == EPIPE)
        throw Error(Exit::no_reader, file + ": its reader went away");
    if (!done)
        throw Error(Exit::failure, fmt::format("cannot write {} ({}) choose another place", file,
                                               std::strerror(errno)));
}

} // namespace moerate

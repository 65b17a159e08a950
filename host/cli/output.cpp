#include "host/cli/output.h"

#include "host/core/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <unistd.h>

namespace moerate
{
namespace
{

std::string read_text(std::string const& file)
{
    if (file == "-")
        return {std::istreambuf_iterator<char>(std::cin), {}};
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored))
        throw UsageError(
            fmt::format("{} is a directory (a JSON file is needed) name a file", file));
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw UsageError(
            fmt::format("cannot read {} ({}) check the name", file, std::strerror(errno)));
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

nlohmann::json read_json(std::string const& file)
{
    std::string const text = read_text(file);
    std::string const name = file == "-" ? "stdin" : file;
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        throw UsageError(fmt::format("{} is empty (a JSON array of cases is needed)", name));
    try {
        return nlohmann::json::parse(text);
    } catch (nlohmann::json::parse_error const& error) {
        // Its text holds line and column after a bracketed id.
        std::string const what = error.what();
        std::size_t const at = what.find("] ");
        throw UsageError(fmt::format("{} is not JSON ({}) correct it there", name,
                                     at == std::string::npos ? what : what.substr(at + 2)));
    }
}

void print_json(nlohmann::ordered_json const& document)
{
    fmt::print("{}\n", document.dump(1));
}

void note(bool quiet, std::string const& text)
{
    if (!quiet)
        fmt::print(stderr, "moerate: {}\n", text);
}

void write_whole(std::string const& file, bool force, std::string const& content)
{
    if (!force && std::filesystem::exists(file))
        throw UsageError(fmt::format("{} exists (it would be lost) choose another name or give "
                                     "--force",
                                     file));
    std::string const part = fmt::format("{}.part{}", file, getpid());
    std::FILE* out = std::fopen(part.c_str(), "wb");
    bool done = out != nullptr;
    if (done) {
        done = std::fwrite(content.data(), 1, content.size(), out) == content.size();
        done = std::fflush(out) == 0 && fsync(fileno(out)) == 0 && done;
        done = std::fclose(out) == 0 && done;
    }
    done = done && std::rename(part.c_str(), file.c_str()) == 0;
    if (!done) {
        std::string const reason = std::strerror(errno);
        std::remove(part.c_str());
        throw Error(Exit::failure,
                    fmt::format("cannot write {} ({}) choose another place", file, reason));
    }
}

} // namespace moerate

#include "host/store/found_files.h"

#include "host/core/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace moerate
{

std::vector<FoundFile> found_files(std::string const& folder)
{
    std::error_code reason;
    std::filesystem::directory_iterator entries(folder, reason);
    if (reason)
        throw StoreError(
            fmt::format("cannot read the folder {} ({}) name the folder that `moerate run` "
                        "wrote",
                        folder, reason.message()));
    std::vector<FoundFile> files;
    for (auto const& entry : entries)
        if (auto const name = store_file_name(entry.path().filename().string()))
            files.push_back({entry.path().string(), name->shard});
    std::sort(files.begin(), files.end());
    return files;
}

std::string study_column(SourceFile& file, char const* column)
{
    return file.ask_early([&](sqlite::Database& database) {
        sqlite::Statement row(database, fmt::format("SELECT {} FROM study", column));
        return row.step() ? row.text(0) : std::string{};
    });
}

std::string last_start(SourceFile& file)
{
    return file.ask_early([](sqlite::Database& database) {
        sqlite::Statement newest(database, "SELECT max(started) FROM run");
        return newest.step() ? newest.text(0) : std::string{};
    });
}

} // namespace moerate

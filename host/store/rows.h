#pragma once

/// @file
/// Fits to and from rows of the tables `fit`, `start`, `point` and `loss`.

#include "host/store/sqlite.h"
#include "host/store/store.h"

#include <optional>
#include <string>

namespace moerate
{

/// Inserts fits, their points and losses of one transaction. Same content twice is ignored;
/// different content for a stored replicate is a StoreError.
class RowWriter
{
public:
    explicit RowWriter(sqlite::Database& database);
    void add(FitRow const& fit, std::optional<std::int64_t> run);
    void add(std::string const& cell, int replicate, LossRow const& loss);

private:
    void check_same(FitRow const& fit);
    void insert(std::string const& cell, int replicate, int number, StartRecord const& start);
    void insert(std::string const& cell, int replicate, Point const& point);
    void insert(std::string const& cell, int replicate, LossRow const& loss);

    std::string const& file_;
    sqlite::Statement find_fit_, find_starts_, find_points_, insert_fit_, insert_start_,
        insert_point_, find_loss_, insert_loss_;
};

/// Fits of a cell with their losses, by replicate.
std::vector<FitRow> read_fits(sqlite::Database& database, std::string const& cell,
                              bool with_parameters, Replicates replicates);

/// The same fits, read by up to `threads` connections at a time, each some replicates.
std::vector<FitRow> read_fits(sqlite::Database& database, std::string const& cell,
                              bool with_parameters, Replicates replicates, int threads);

} // namespace moerate

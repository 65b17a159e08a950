#pragma once

/// @file
/// A store file that is read, whoever writes it and wherever.

#include "host/store/sqlite.h"

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace moerate
{

/// A file on a file system that several machines share is read without any lock: locks there are
/// slow, or known to one machine alone, and a reader that takes them stops the writer, or undoes a
/// transaction that is not broken. Instead the file is looked at before and after each question,
/// and the question asked again where a writer has saved a block between; of a copy, where that
/// goes on.
class SourceFile
{
public:
    enum class Reading
    {
        locked,   ///< with SQLite's locks: what this process writes, and files of one machine
        unlocked, ///< without any
    };

    /// When the pages of a file are checked.
    enum class Check
    {
        never,
        first,  ///< before anything is read
        beside, ///< as first; of a file that is read with locks, beside the first questions
    };

    /// Opens the file of a reader. Throws StoreError.
    SourceFile(std::string const& file, Reading reading, Check check = Check::first);
    /// Holds the file of a writer.
    explicit SourceFile(std::unique_ptr<sqlite::Database> database);
    ~SourceFile();
    SourceFile(SourceFile const&) = delete;
    SourceFile& operator=(SourceFile const&) = delete;

    std::string const& name() const { return file_; }
    sqlite::Database& database() { return *database_; }

    /// What query(database) returns, of one state of the file; it may be called several times.
    /// Throws what it throws, and StoreError where the file is damaged or changes faster than it
    /// can be copied.
    template <class Query>
    auto ask(Query&& query) -> decltype(query(std::declval<sqlite::Database&>()))
    {
        auto result = ask_early(query);
        checked();
        return result;
    }

    /// The same, but not waiting for a check of the pages that still goes on, unless the query
    /// throws: for what is not shown to anybody before something else was asked.
    template <class Query>
    auto ask_early(Query&& query) -> decltype(query(std::declval<sqlite::Database&>()))
    {
        try {
            return ask_now(query);
        } catch (std::exception const&) {
            checked(); // where pages are damaged, that says more
            throw;
        }
    }

    /// The same for a question that must not be asked twice; StoreError where the file has changed
    /// meanwhile.
    template <class Query>
    auto ask_once(Query&& query) -> decltype(query(std::declval<sqlite::Database&>()))
    {
        if (reading_ == Reading::unlocked)
            refresh(0);
        auto result = query(*database_);
        if (reading_ == Reading::unlocked && !unchanged())
            changed_meanwhile();
        return result;
    }

    /// Waits for the end of a check of the pages. Throws StoreError where one is damaged.
    void checked() const
    {
        if (check_.valid())
            check_.get();
    }

    /// From now on reads a copy: of a file that is being written.
    void copy_first() { first_copy_ = 0; }

    /// What tells one state of a file from the next.
    struct Version
    {
        long long size = 0, changed = 0, counter = 0; ///< bytes, time in ns, SQLite's own count
        long long journal_size = -1, journal_changed = 0;
        bool hot = false; ///< the journal holds what a broken transaction has to be undone with

        bool operator==(Version const& other) const;
    };

private:
    template <class Query>
    auto ask_now(Query& query) -> decltype(query(std::declval<sqlite::Database&>()))
    {
        if (reading_ == Reading::locked)
            return query(*database_);
        for (int tries = 0;; ++tries) {
            refresh(tries);
            try {
                auto result = query(*database_);
                if (unchanged())
                    return result;
            } catch (std::exception const&) {
                if (unchanged())
                    throw;
            }
        }
    }

    void open_locked(Check check);
    void refresh(int tries);
    [[noreturn]] void changed_meanwhile() const;
    bool unchanged() const;
    void open_copy(Version const& version);

    std::string file_;
    Reading reading_;
    std::unique_ptr<sqlite::Database> database_;
    std::optional<Version> version_; ///< of what is open
    std::string copy_;               ///< folder of a copy
    bool copied_ = false;            ///< whether that is what is open
    std::shared_future<void> check_; ///< of the pages, where it goes on beside
    /// Tries after which a copy is asked: such questions take longer than a run from block to
    /// block.
    int first_copy_ = 3;
};

} // namespace moerate

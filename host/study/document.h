#pragma once

/// @file
/// A TOML document as JSON values with the place of each, so that overrides and sweeps are plain
/// edits and every message can still name file, line and column.

#include "host/core/json.h"
#include "host/measure/reader.h"

#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace moerate
{

class Document : public Source
{
public:
    /// Parses TOML text. Throws UsageError name:line:column. Dates are refused: no key has one.
    static Document parse(std::string const& text, std::string const& name);

    /// Puts `value` at `at`, making the tables in between; messages about it then start with
    /// `place`. Throws UsageError where `at` runs through something that is not a table.
    void set(Pointer const& at, nlohmann::json value, std::string const& place);

    nlohmann::json const& root() const { return root_; }
    std::string const& file() const { return file_; }

    /// "file:line:column" or what set() was told; of the nearest enclosing value that has one.
    std::string place(Pointer const& at) const override;
    /// Dotted as --set has it, fits by label: "fit.sigmoid.gate.score".
    std::string name(Pointer const& at) const override;
    bool in_manual() const override { return true; }
    bool of_store() const override { return of_store_; }
    /// Notes that this is the text of a store.
    void note_store() { of_store_ = true; }

    /// Moves what stands at `from` to `to`, with its places; the tables that held it stay.
    void move(Pointer const& from, Pointer const& to);
    /// Takes the table at `at`, if it is empty, and then those above it away, up to but not `top`.
    void drop_empty(Pointer at, Pointer const& top);

private:
    bool of_store_ = false;
    std::string file_;
    nlohmann::json root_ = nlohmann::json::object();
    std::map<std::string, std::string> place_; ///< by pointer
};

/// A number of a document that would become 0; what() says so in words for the user.
struct TooSmall : std::range_error
{
    explicit TooSmall(std::string where) : range_error(becomes_zero), place(std::move(where)) {}
    std::string place;
};

/// One TOML value, as after "key = ". Throws std::invalid_argument if it is not exactly that,
/// std::out_of_range saying what to write where it is a whole number that TOML cannot hold, and
/// TooSmall.
nlohmann::json parse_toml_value(std::string const& text);

/// A JSON value as TOML: tables become inline tables. Numbers keep their shortest round-trip form.
std::string toml_value(nlohmann::ordered_json const& value);

/// A whole document as TOML text: objects become [tables], lists of objects at the top [[tables]].
std::string toml_document(nlohmann::ordered_json const& root);

} // namespace moerate

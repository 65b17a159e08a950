#pragma once

/// @file
/// Reading objects of keys and values from files. Reading a key is what allows it: what nothing has
/// read when finish() is called is an error that names the nearest allowed key. One reader serves
/// mixing measures (JSON) and experiment files (TOML); they differ in how they name places.

#include "host/core/error.h"
#include "host/core/words.h"
#include "host/measure/keys.h"
#include "kernels/core/typelist.h"

#include <nlohmann/json.hpp>

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace moerate
{

/// Where a value stands in its document.
using Pointer = nlohmann::json::json_pointer;

/// How a document names its places in messages.
class Source
{
public:
    virtual ~Source() = default;

    /// Start of a message about the value at `at`: "file.toml:3:1" or "cases.json: case 3".
    virtual std::string place(Pointer const& at) const = 0;

    /// The value's name: "fit.sigmoid.gate.score", "atoms[2].gate.w".
    virtual std::string name(Pointer const& at) const = 0;

    /// Whether the manual has every key that the document may hold.
    virtual bool in_manual() const { return false; }

    /// Whether a store may have been begun with it: then numbers that can never be meant, but were
    /// taken once, are taken.
    virtual bool of_store() const { return false; }

    /// Where the outermost keys are, for messages.
    virtual std::string outermost() const { return "at the top"; }

    /// Whether messages may name the key as one that is allowed.
    virtual bool offers(std::string const& key) const
    {
        static_cast<void>(key);
        return true;
    }
};

/// Numbers a key accepts.
struct Bounds
{
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    bool low_open = false;  ///< low itself is not in the range
    bool high_open = false; ///< nor is high

    bool holds(double value) const; ///< false for values that are not finite
    std::string text() const;       ///< "at least 1", "above 0", "between 0 and 1"
};

/// Any finite number; x and more; more than x; from a to b.
constexpr Bounds any_number{};
constexpr Bounds at_least(double x)
{
    return {x, std::numeric_limits<double>::infinity(), false};
}
constexpr Bounds above(double x)
{
    return {x, std::numeric_limits<double>::infinity(), true};
}
constexpr Bounds between(double a, double b)
{
    return {a, b, false};
}
/// From a on, but not b.
constexpr Bounds from_below(double a, double b)
{
    return {a, b, false, true};
}

/// Names of a list's members in order.
template <class List>
std::vector<std::string> names_of()
{
    std::vector<std::string> names;
    for_each(List{}, [&](auto member, int) { names.emplace_back(member.name); });
    return names;
}

/// One object of a document. Every get notes the key as allowed and records the value it returns;
/// all throw UsageError. A reader refers to its document, which must outlive it.
class Reader
{
public:
    /// The object `value` at `at`. With `base`, keys that the object lacks are looked up there.
    Reader(Source const& source, nlohmann::json const& value, Pointer at, Reader* base = nullptr);

    /// The keys that the manual has of this object and of its base: others cannot be read from now
    /// on (std::logic_error). finish() of an object of a document in the manual needs it.
    void documented(KeyTable const& table);

    /// Whether the key is given; allows it.
    bool has(std::string const& key);
    /// The value as it stands, null where it is not given; allows the key.
    nlohmann::json const* find(std::string const& key);

    /// Values by type. Without `otherwise` the key must be given.
    std::string text(std::string const& key, std::optional<std::string> const& otherwise = {});
    double number(std::string const& key, Bounds range, std::optional<double> otherwise = {});
    /// A number of `range` for which anything outside of `meant` is a slip, because of `why`. What
    /// a store holds is taken all the same.
    double number_meant(std::string const& key, Bounds range, Bounds meant, std::string const& why,
                        std::optional<double> otherwise = {});
    int integer(std::string const& key, Bounds range, std::optional<int> otherwise = {});
    bool boolean(std::string const& key, bool otherwise);
    /// Position of the word in `known`; `what` names the kind of word, e.g. "score".
    int word(std::string const& key, std::string const& what, std::vector<std::string> const& known,
             std::optional<std::string> const& otherwise = {});
    /// The object under a required key.
    Reader table(std::string const& key);

    /// Notes that a key exists in general but has no use here; finish() refuses it with the reason.
    void refuse(std::string const& key, std::string const& reason);
    /// Throws if a key was not read. Keys of `base` are its own business.
    void finish() const;
    /// The same for one key.
    void finish(std::string const& key) const;
    /// Adds what another reader of the same object has allowed and refused, and takes over its
    /// recorded values if asked to.
    void absorb(Reader const& other, bool values);

    /// Throws UsageError "place: name text".
    [[noreturn]] void fail(std::string const& key, std::string const& text) const;
    /// Throws that a required key is missing; a near misspelling of it is named instead.
    [[noreturn]] void missing(std::string const& key) const;

    /// Notes `value` as the resolved value of `key`: here, or in `base` where it came from there.
    void record(std::string const& key, nlohmann::ordered_json const& value);
    /// All recorded values.
    nlohmann::ordered_json const& resolved() const { return resolved_; }

    Source const& source() const { return source_; }
    /// Place of a key's value, in `base` if it is there.
    Pointer at(std::string const& key) const;
    /// Whether the object itself, not `base`, gives the key.
    bool own(std::string const& key) const { return value_.contains(key); }

private:
    nlohmann::json const& required(std::string const& key);
    [[noreturn]] void unknown(std::string const& key,
                              std::vector<std::string> const& allowed) const;
    void check(std::string const& key, nlohmann::json const& value, Bounds range) const;

    Source const& source_;
    nlohmann::json const& value_;
    Pointer at_;
    Reader* base_;
    std::set<std::string> read_;
    std::set<std::string> documented_;           ///< empty: not said
    std::map<std::string, std::string> refused_; ///< key -> reason
    nlohmann::ordered_json resolved_ = nlohmann::ordered_json::object();
};

/// A JSON value as a message shows it, shortened.
std::string shown(nlohmann::json const& value);

/// "a list", "a text", "a number", ...: what a value is, for messages.
std::string kind_of(nlohmann::json const& value);

} // namespace moerate

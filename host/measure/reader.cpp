#include "host/measure/reader.h"

#include "host/core/json.h"
#include "host/measure/measure_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace moerate
{

using nlohmann::json;
using nlohmann::ordered_json;

bool Bounds::holds(double value) const
{
    return std::isfinite(value) && (low_open ? value > low : value >= low) &&
           (high_open ? value < high : value <= high);
}

std::string Bounds::text() const
{
    bool const above_all = std::isinf(low), below_all = std::isinf(high);
    if (above_all && below_all)
        return "finite";
    if (low == high)
        return fmt::format("{}", low);
    if (below_all)
        return fmt::format("{} {}", low_open ? "above" : "at least", low);
    if (high_open)
        return fmt::format("at least {} and below {}", low, high);
    return fmt::format("between {} and {}", low, high);
}

std::string shown(json const& value)
{
    constexpr std::size_t longest = 60;
    std::string text = shown_json(value);
    if (value.is_number_float() && !std::isfinite(value.get<double>()))
        text = fmt::format("{}", value.get<double>()); // JSON itself writes null
    return text.size() <= longest ? text : text.substr(0, longest) + "...";
}

std::string kind_of(json const& value)
{
    switch (value.type()) {
    case json::value_t::object:
        return "a table";
    case json::value_t::array:
        return "a list";
    case json::value_t::string:
        return "a text";
    case json::value_t::boolean:
        return "true or false";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
    case json::value_t::number_float:
        return "a number";
    default:
        return "empty";
    }
}

Reader::Reader(Source const& source, json const& value, Pointer at, Reader* base)
    : source_(source), value_(value), at_(std::move(at)), base_(base)
{
    if (value_.is_object())
        return;
    std::string const name = source_.name(at_);
    throw UsageError(fmt::format("{}: {} is {} (keys and values are needed) write it as a table",
                                 source_.place(at_), name.empty() ? "the document" : name,
                                 kind_of(value_)));
}

void Reader::documented(KeyTable const& table)
{
    for (Key const& key : table.keys)
        documented_.insert(key.name);
    if (base_ != nullptr)
        base_->documented(table);
}

bool Reader::has(std::string const& key)
{
    return find(key) != nullptr;
}

json const* Reader::find(std::string const& key)
{
    if (!documented_.empty() && documented_.count(key) == 0)
        throw std::logic_error(fmt::format("the key {} has no place in the manual (its reader does "
                                           "not declare it) add it to the reader's keys",
                                           source_.name(at_ / key)));
    read_.insert(key);
    auto const found = value_.find(key);
    if (found != value_.end())
        return &*found;
    return base_ != nullptr ? base_->find(key) : nullptr;
}

json const& Reader::required(std::string const& key)
{
    json const* value = find(key);
    if (value == nullptr)
        missing(key);
    return *value;
}

void Reader::check(std::string const& key, json const& value, Bounds range) const
{
    if (!std::isfinite(value.get<double>()))
        fail(key, fmt::format("= {} is not finite (it must be {}) give a finite number",
                              shown(value), range.text()));
    if (!range.holds(value.get<double>()))
        fail(key, fmt::format("= {} is out of range (it must be {})", shown(value), range.text()));
}

std::string Reader::text(std::string const& key, std::optional<std::string> const& otherwise)
{
    json const* found = otherwise ? find(key) : &required(key);
    if (found != nullptr && !found->is_string())
        fail(key, fmt::format("= {} is {} (a text is needed) {}", shown(*found), kind_of(*found),
                              found->is_structured() ? "give one in quotes" : "put it in quotes"));
    std::string const value = found != nullptr ? found->get<std::string>() : *otherwise;
    record(key, value);
    return value;
}

double Reader::number(std::string const& key, Bounds range, std::optional<double> otherwise)
{
    json const* found = otherwise ? find(key) : &required(key);
    if (found != nullptr && !found->is_number())
        fail(key, fmt::format("= {} is {} (a number is needed) give a number {}", shown(*found),
                              kind_of(*found), range.text()));
    if (found != nullptr)
        check(key, *found, range);
    double const value = found != nullptr ? found->get<double>() : *otherwise;
    record(key, value);
    return value;
}

double Reader::number_meant(std::string const& key, Bounds range, Bounds meant,
                            std::string const& why, std::optional<double> otherwise)
{
    double const value = number(key, range, otherwise);
    if (!source_.of_store() && !meant.holds(value))
        fail(key,
             fmt::format("= {} cannot be meant ({}) give a number {}", value, why, meant.text()));
    return value;
}

int Reader::integer(std::string const& key, Bounds range, std::optional<int> otherwise)
{
    json const* found = otherwise ? find(key) : &required(key);
    if (found != nullptr && !found->is_number_integer())
        fail(key, range.low == range.high
                      ? fmt::format("= {} is not the whole number {} (nothing else is known) "
                                    "write {}",
                                    shown(*found), range.low, range.low)
                      : fmt::format("= {} is not a whole number (it counts something) give a "
                                    "whole number {}",
                                    shown(*found), range.text()));
    constexpr double largest = std::numeric_limits<int>::max();
    if (found != nullptr)
        check(key, *found, range);
    if (found != nullptr && !(std::fabs(found->get<double>()) <= largest))
        check(key, *found, between(std::max(range.low, -largest), largest));
    int const value = found != nullptr ? found->get<int>() : *otherwise;
    record(key, value);
    return value;
}

bool Reader::boolean(std::string const& key, bool otherwise)
{
    json const* found = find(key);
    if (found != nullptr && !found->is_boolean())
        fail(key,
             fmt::format("= {} is {} (true or false is needed)", shown(*found), kind_of(*found)));
    bool const value = found != nullptr ? found->get<bool>() : otherwise;
    record(key, value);
    return value;
}

int Reader::word(std::string const& key, std::string const& what,
                 std::vector<std::string> const& known, std::optional<std::string> const& otherwise)
{
    if (json const* const found = find(key); found != nullptr && !found->is_string())
        fail(key, fmt::format("= {} is {}, not a known {} (known: {}) write one of these in quotes",
                              shown(*found), kind_of(*found), what, joined(known)));
    std::string const value = text(key, otherwise);
    for (std::size_t i = 0; i < known.size(); ++i)
        if (known[i] == value)
            return static_cast<int>(i);
    std::string const near = nearest(value, known);
    fail(key,
         fmt::format("= \"{}\" is not a known {} (known: {}) {}", value, what, joined(known),
                     near.empty() ? "choose one of these" : fmt::format("nearest: \"{}\"", near)));
}

Reader Reader::table(std::string const& key)
{
    json const& value = required(key);
    return Reader(source_, value, at(key));
}

void Reader::refuse(std::string const& key, std::string const& reason)
{
    refused_[key] = reason;
    if (base_ != nullptr)
        base_->refuse(key, reason);
}

void Reader::finish() const
{
    if (source_.in_manual() && documented_.empty())
        throw std::logic_error(fmt::format("the keys of {} have no place in the manual (its reader "
                                           "declares none) call documented()",
                                           source_.name(at_)));
    for (auto const& item : value_.items())
        finish(item.key());
}

void Reader::finish(std::string const& key) const
{
    if (read_.count(key) != 0)
        return;
    auto const refused = refused_.find(key);
    if (refused != refused_.end())
        fail(key, fmt::format("has no use here ({}) remove it", refused->second));
    std::vector<std::string> allowed;
    std::copy_if(read_.begin(), read_.end(), std::back_inserter(allowed),
                 [&](std::string const& one) { return source_.offers(one); });
    unknown(key, allowed);
}

void Reader::absorb(Reader const& other, bool values)
{
    read_.insert(other.read_.begin(), other.read_.end());
    refused_.insert(other.refused_.begin(), other.refused_.end());
    documented_.insert(other.documented_.begin(), other.documented_.end());
    if (values)
        resolved_ = other.resolved_;
}

void Reader::unknown(std::string const& key, std::vector<std::string> const& allowed) const
{
    std::string const near = nearest(key, allowed), name = source_.name(at_);
    throw UsageError(
        fmt::format("{}: unknown key \"{}\" {}{} allowed: {}", source_.place(at_ / key), key,
                    name.empty() ? source_.outermost() : "in [" + name + "]",
                    near.empty() ? ";" : fmt::format(" (nearest: \"{}\")", near), joined(allowed)));
}

void Reader::fail(std::string const& key, std::string const& text) const
{
    Pointer const where = at(key);
    throw UsageError(fmt::format("{}: {} {}", source_.place(where), source_.name(where), text));
}

void Reader::missing(std::string const& key) const
{
    for (auto const& item : value_.items())
        if (read_.count(item.key()) == 0 && nearest(item.key(), {key}) == key)
            unknown(item.key(), {key});
    if (base_ != nullptr) // where it would be for all; this one may not be there at all
        base_->missing(key);
    throw UsageError(fmt::format("{}: {} is missing (it has no default) add it", source_.place(at_),
                                 source_.name(at_ / key)));
}

Pointer Reader::at(std::string const& key) const
{
    if (!own(key) && base_ != nullptr && base_->own(key))
        return base_->at(key);
    return at_ / key;
}

void Reader::record(std::string const& key, ordered_json const& value)
{
    if (own(key) || base_ == nullptr) {
        resolved_[key] = value;
        return;
    }
    // Defaults may depend on other keys of this object, so the base may already hold another one.
    if (base_->resolved_.contains(key) && base_->resolved_[key] != value)
        resolved_[key] = value;
    else
        base_->resolved_[key] = value;
}

} // namespace moerate

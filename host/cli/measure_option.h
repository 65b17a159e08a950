#pragma once

/// @file
/// Values on the command line that files hold elsewhere: gates, experts, settings, measures.

#include "host/measure/families.h"
#include "host/measure/measure_json.h"
#include "host/measure/reader.h"

#include <string>
#include <utility>
#include <vector>

namespace moerate
{

/// Names all places alike, by the option or the case that the values came from, and a value by its
/// path.
class PlainSource final : public Source
{
public:
    /// `fixed` is a key that another option sets; the outermost keys are those of `whole`.
    explicit PlainSource(std::string place, std::string fixed = {}, std::string whole = {})
        : place_(std::move(place)), fixed_(std::move(fixed)), whole_(std::move(whole))
    {}
    std::string place(Pointer const&) const override { return place_; }
    std::string name(Pointer const& at) const override
    {
        std::string const text = at.to_string();
        return text.empty() ? text : text.substr(1);
    }
    std::string outermost() const override
    {
        return whole_.empty() ? Source::outermost() : "of " + whole_;
    }
    bool offers(std::string const& key) const override { return key != fixed_; }

private:
    std::string place_, fixed_, whole_;
};

/// The value of an option: as in TOML, or a bare word.
nlohmann::json option_value(std::string const& text);

/// key and value of "key=value". Throws UsageError naming the option.
std::pair<std::string, nlohmann::json> key_and_value(std::string const& text,
                                                     std::string const& option);

/// A table: "score=linear,normalizer=softmax", or {score = "linear", ...} as in experiment files.
/// Throws UsageError naming the option.
nlohmann::json option_table(std::string const& text, std::string const& option);

/// Atoms of --experts: one number, or where the gate has groups one for each of them. Throws
/// UsageError.
Atoms counted_atoms(GateSpec const& gate, std::vector<int> const& experts);

/// A measure alone, or in what `moerate fit` printed ("measure"). Throws UsageError.
Measure read_measure_file(std::string const& file);

} // namespace moerate

#pragma once

#include "host/core/error.h"
#include "host/study/study.h"
#include "tests/places.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <vector>

namespace sample
{

/// A small valid study; line numbers are counted in tests, so keep them.
inline std::string const text = R"(spec_version = 1
[study]
id = "small"
seed = 7
replicates = 3
n = [100, 200]
[data]
d = 2
noise_variance = 0.5
[truth]
gate = { score = "linear", normalizer = "softmax" }
expert = { form = "ridge", activation = "relu" }
experts = 2
draw = { gate_variance = 0.1, expert_variance = 0.2, zero_gate = [2], zero = "location" }
[estimator]
kind = "sgd"
batch = 10
[[fit]]
label = "soft"
gate = { score = "linear", normalizer = "softmax" }
experts = 3
loss = ["softmax.L1", { name = "softmax.L2r", r = 1 }]
[[fit]]
label = "sigm"
gate = { score = "linear", normalizer = "sigmoid" }
experts = 2
loss = "sigmoid.D3"
)";

/// The text with one passage replaced; the passage must be there.
inline std::string with(std::string const& from, std::string const& to)
{
    std::string changed = text;
    std::size_t const at = changed.find(from);
    REQUIRE(at != std::string::npos);
    return changed.replace(at, from.size(), to);
}

inline moerate::Study parse(std::string const& toml, std::vector<std::string> const& settings = {})
{
    return moerate::parse_study(toml, "s.toml", settings);
}

/// A setting of a curve's estimator.
inline nlohmann::json setting(moerate::Curve const& curve, char const* key)
{
    return curve.estimator->settings().at(key);
}

/// The error that a call ends with; empty if it ends without one.
template <class Call>
std::string error_of(Call call)
{
    try {
        call();
    } catch (moerate::UsageError const& error) {
        CHECK(error.code() == moerate::Exit::usage);
        return error.what();
    }
    return "";
}

inline std::string error_of_text(std::string const& toml,
                                 std::vector<std::string> const& settings = {})
{
    return error_of([&] { parse(toml, settings); });
}

/// The error of the sample with these settings.
inline std::string refused(std::vector<std::string> const& settings)
{
    return error_of_text(text, settings);
}

inline void write_file(std::string const& path, std::string const& content)
{
    std::ofstream(path, std::ios::binary) << content;
}

/// A file of this test program in the build folder.
inline std::string scratch(std::string const& name)
{
    return std::string(MOE_BINARY_DIR) + "/test_study_" + name;
}

} // namespace sample

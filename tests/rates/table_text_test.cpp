#include "host/core/text.h"
#include "host/rates/rates.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

#include <sstream>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

RateRow named(std::string const& study, std::string const& label)
{
    Slope const slope{{1, 0.5}, {0.1, 0.1}, -0.5, -0.6, -0.4, ""};
    RateRow row;
    row.study = study;
    row.label = label;
    row.loss = "softmax.L1";
    row.gauge = "align";
    row.target = "truth";
    row.n = {100, 1000};
    row.replicates = 4;
    row.planned = 8;
    row.fits = {4, 4};
    row.no_descent = {0, 0};
    row.failed = {1, 0};
    row.bracketed = "n is small";
    row.mean = row.median = row.trimmed = row.geometric = slope;
    row.start = row.regression = slope;
    row.expert = {slope, slope, slope};
    row.response = {slope, slope};
    return row;
}

/// Column at which `word` begins in the first line that holds it and `label`.
std::size_t column_of(std::string const& text, std::string const& label, std::string const& word)
{
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (line.find(label) != std::string::npos && line.find(word) != std::string::npos)
            return columns_of(line.substr(0, line.find(word)));
    return std::string::npos;
}

} // namespace

TEST_CASE("the table shows any label on one line and keeps its columns")
{
    std::string const steering = "two\nlines\x1b[2J";
    std::string const text =
        rates_table({named("st\nudy", steering), named("st\nudy", "\u4e2d\u6587\u5b57"),
                     named("st\nudy", "a")});
    CHECK_THAT(text, Contains("st\\nudy") && Contains("two\\nlines\\x1b[2J"));
    CHECK(text.find('\x1b') == std::string::npos);
    std::size_t const head = column_of(text, "label", "loss");
    CHECK(head == columns_of("two\\nlines\\x1b[2J") + 2);
    CHECK(column_of(text, "two\\nlines", "softmax.L1") == head);
    CHECK(column_of(text, "\u4e2d\u6587\u5b57", "softmax.L1") == head);
}

#include "host/study/readers.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace moerate
{

using nlohmann::json;

namespace
{

/// More are taken for a slip: each multiplies the study.
constexpr int most_truths = 1000;

/// A file system's 255 bytes, less those of the ".toml" behind it.
constexpr std::size_t longest_id = 250;

/// count sizes from lo to hi with equal ratios, rounded to the nearest integer.
std::vector<int> read_geometric(Reader reader)
{
    json const* geom = reader.find("geom");
    if (geom == nullptr)
        reader.missing("geom");
    reader.documented({"n", "", {"geom"}});
    reader.finish();
    bool const numbers = geom->is_array() && geom->size() == 3 && (*geom)[0].is_number() &&
                         (*geom)[1].is_number() && (*geom)[2].is_number_integer();
    if (!numbers)
        reader.fail("geom", fmt::format("= {} is not three numbers (lowest n, highest n, count) "
                                        "write e.g. [1000, 100000, 10]",
                                        shown(*geom)));
    double const low = (*geom)[0], high = (*geom)[1];
    double const count = (*geom)[2];
    if (!(low >= 1 && high > low && high <= most_samples && count >= 2 && count <= 10000))
        reader.fail("geom", fmt::format("= {} is out of range (it must hold 1 <= lowest < highest "
                                        "<= {} and 2 <= count <= 10000)",
                                        shown(*geom), most_samples));
    std::vector<int> n;
    for (int i = 0; i < int(count); ++i)
        n.push_back(int(std::lround(low * std::pow(high / low, i / (count - 1)))));
    return n;
}

std::vector<int> read_list(Reader& reader, json const& list)
{
    std::vector<int> n;
    for (json const& value : list) {
        if (!value.is_number_integer() || !(value.get<double>() >= 1) ||
            value.get<double>() > most_samples)
            reader.fail("n", fmt::format("holds {} (a sample size is a whole number from 1 to {})",
                                         shown(value), most_samples));
        n.push_back(value.get<int>());
    }
    if (n.empty())
        reader.fail("n", "is an empty list (a study needs a sample size) add some");
    return n;
}

std::vector<int> read_n(Reader& reader)
{
    json const* value = reader.find("n");
    if (value == nullptr)
        reader.missing("n");
    if (!value->is_array() && !value->is_object())
        reader.fail("n", fmt::format("= {} is {} (sample sizes are a list) write n = [1000, 10000] "
                                     "or n = {{ geom = [1000, 100000, 10] }}",
                                     shown(*value), kind_of(*value)));
    std::vector<int> const n =
        value->is_array() ? read_list(reader, *value) : read_geometric(reader.table("n"));
    for (std::size_t i = 1; i < n.size(); ++i)
        if (n[i] <= n[i - 1])
            reader.fail(
                "n",
                fmt::format("has {} after {} (sample sizes must increase) {}", n[i], n[i - 1],
                            value->is_array() ? "sort them and drop repeats" : "lower the count"));
    reader.record("n", n);
    return n;
}

std::uint64_t read_seed(Reader& reader)
{
    json const* value = reader.find("seed");
    if (value == nullptr)
        reader.missing("seed");
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max(); // of TOML
    if (!value->is_number_integer() || *value < 0)
        reader.fail("seed", fmt::format("= {} is not a seed (it must be a whole number from 0 to "
                                        "{})",
                                        shown(*value), largest));
    reader.record("seed", *value);
    return value->get<std::uint64_t>();
}

std::string read_id(Reader& reader)
{
    std::string const id = reader.text("id");
    std::string const why = id_misfit(id);
    if (!why.empty() && !reader.source().of_store())
        reader.fail("id", fmt::format("= {} {}", shown(id), why));
    return id;
}

/// study.regression_samples: a number, or "auto".
void read_regression_samples(Reader& reader, Study& study)
{
    json const* const value = reader.find("regression_samples");
    if (value != nullptr && value->is_string()) {
        reader.word("regression_samples", "regression_samples", {"auto"});
        study.regression_precision = 0.01;
    } else {
        study.regression_samples =
            reader.integer("regression_samples", between(1, most_samples), 100000);
    }
}

} // namespace

std::string id_misfit(std::string const& id)
{
    std::string const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (id.size() > longest_id)
        return fmt::format("has {} characters (it names the results folder, and the file that "
                           "`moerate init` writes) use at most {}",
                           id.size(), longest_id);
    if (!id.empty() && id.front() != '.' && id.find_first_not_of(allowed) == std::string::npos)
        return {};
    return "is not a name (it names the results folder) use letters, digits, \"-\", \"_\" and "
           "\".\", not \".\" first";
}

KeyTable head_keys()
{
    return {
        "[study]",
        "What is measured, how often, and at which sample sizes.",
        {{"id", "name of letters, digits, - _ .", "", "1",
          "names the study and its folder results/ID: 250 characters at most", "\"my-study\""},
         {"title", "text", "\"\"", "1",
          "stands beside id where `moerate check` and `moerate status` name the study, and in what "
          "`moerate export` writes; tables of rates and figures are headed by id",
          "\"Two gates on softmax data\""},
         {"source", "text", "\"\"", "1", "where the experiment comes from", "\"003, Figure 1a\""},
         {"seed", "whole number >= 0", "", "1",
          "all random numbers follow from it: truth, data, starts, order of samples", "20240522"},
         {"replicates", "whole number >= 1", "", "data sets",
          "independent data sets at every n; each fit is made once on each", "20"},
         {"truths", "whole number from 1 to 1000", "1", "truths",
          "drawn truths that the study is repeated over, each from a stream of its own; the first "
          "is "
          "that of a study of one. The rates have the slope within each, their mean, and an "
          "interval "
          "that knows of both sources",
          "5"},
         {"n", "increasing list, or { geom = [lowest, highest, count] }", "", "samples",
          "sample sizes; geom spaces them by equal ratios, rounded to whole numbers",
          "{ geom = [1000, 100000, 10] }"},
         {"nested", "true or false", "false", "1",
          "whether the data of a smaller n are the first samples of a larger one (of the same "
          "replicate) instead of data of their own",
          "true"},
         {"regression_samples", "whole number >= 1, or \"auto\"", "100000", "samples",
          "fresh x, without noise, at which regression and expert errors are measured. \"auto\": "
          "each starting point and fit takes the first 1024, 2048, ... of 100000 for which the "
          "standard error of its regression error (`regression_error` in the store) is at most "
          "1 % of it; expert and response errors are those of the same x",
          "20000"},
         {"max_failed", "number from 0 to 1", "0.05", "share of fits",
          "more failed fits than this in any cell end the run with exit code 3", "0.1"},
         {"error_bars", "number from 0.01 to 100", "2.0", "standard deviations",
          "half length of the bars in a figure, over the replicates", "3"}}};
}

Study read_head(Reader& reader)
{
    reader.documented(head_keys());
    Study study;
    study.id = read_id(reader);
    study.title = reader.text("title", "");
    study.source = reader.text("source", "");
    study.seed = read_seed(reader);
    study.replicates = reader.integer("replicates", at_least(1));
    study.truths = reader.integer("truths", between(1, most_truths), 1);
    study.n = read_n(reader);
    study.nested = reader.boolean("nested", false);
    read_regression_samples(reader, study);
    study.max_failed = reader.number("max_failed", between(0, 1), 0.05);
    study.error_bars = reader.number_meant("error_bars", above(0), between(0.01, 100),
                                           "no figure shows such bars", 2.0);
    reader.finish();
    return study;
}

} // namespace moerate

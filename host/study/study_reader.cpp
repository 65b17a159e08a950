#include "host/study/curve_notes.h"
#include "host/study/document.h"
#include "host/study/idle_keys.h"
#include "host/study/labels.h"
#include "host/study/readers.h"
#include "host/study/settings.h"
#include "host/study/sign_slips.h"
#include "host/study/sizes.h"
#include "host/study/study.h"
#include "host/study/sweep.h"
#include "host/study/swept_defaults.h"
#include "host/study/truth.h"
#include "kernels/lse/coordinates.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace moerate
{

using nlohmann::json;
using nlohmann::ordered_json;

namespace
{

json const no_keys = json::object();

/// Least samples of a search for a projection, in coordinates of the fit: then what least squares
/// fits of the samples' own is at most a tenth of the squared misfit.
constexpr int samples_a_coordinate = 10;

/// Reads the fits of one document into curves and collects the resolved text.
class StudyReader
{
public:
    StudyReader(Document const& document, std::string const& folder)
        : document_(document), folder_(folder), top_(document, document.root(), Pointer()),
          start_(section(document, "start")), estimator_(section(document, "estimator"))
    {}

    Study read()
    {
        top_.documented(top_keys());
        top_.integer("spec_version", between(1, 1), 1);
        check_tables();
        Reader head = top_.table("study");
        Study study = read_head(head);
        resolved_["spec_version"] = 1;
        resolved_["study"] = head.resolved();
        smallest_n_ = study.n.front();
        largest_n_ = study.n.back();
        sweep_ = read_sweep(document_);
        std::size_t const fits = document_.root().at("fit").size();
        for (std::size_t fit = 0; fit < fits; ++fit)
            read_curves(fit, study);
        for (char const* table : {"start", "estimator"})
            check_overridden(document_, table);
        start_.finish();
        estimator_.finish();
        repeat_over_truths(study, document_.place(Pointer() / "study" / "truths"));
        read_target(study);
        check_curve_labels(document_, study);
        study.warnings = idle_keys(document_, sweep_, study);
        for (std::string& text : claims_without_reason(document_))
            study.warnings.push_back({std::move(text)});
        for (Warning& one : sign_slips(document_))
            study.warnings.push_back(std::move(one));
        for (Warning& one :
             truths_out_of_reach(study, document_.place(Pointer() / "estimator" / "box")))
            study.warnings.push_back(std::move(one));
        study.file = document_.file();
        study.resolved = resolved_text();
        return study;
    }

private:
    /// What the variants of a fit have resolved of the tables.
    struct Resolved
    {
        std::vector<ordered_json> start, estimator, fit;
    };

    /// The table `key` of a document, empty where it is not there.
    static Reader section(Document const& document, std::string const& key)
    {
        auto const found = document.root().find(key);
        return {document, found != document.root().end() ? *found : no_keys, Pointer() / key};
    }

    void check_tables()
    {
        for (char const* table : {"start", "estimator", "target", "sweep"})
            top_.has(table);
        for (char const* table : {"study", "data", "truth", "fit"})
            if (!top_.has(table))
                top_.missing(table);
        top_.finish();
        json const& fits = document_.root().at("fit");
        if (!fits.is_array() || fits.empty())
            top_.fail("fit", fmt::format("is {} (a study has a list of fits) write [[fit]] with "
                                         "two brackets",
                                         fits.is_array() ? "empty" : kind_of(fits)));
        check_fit_labels(document_);
    }

    void read_curves(std::size_t fit, Study& study)
    {
        std::vector<SweptKey> const keys = swept_for(sweep_, document_, fit);
        std::vector<Curve> curves;
        Resolved resolved;
        for (Variant const& variant : variants(document_, keys)) {
            Reader data = section(variant.document, "data");
            Reader truth = section(variant.document, "truth");
            Reader start = section(variant.document, "start");
            Reader estimator = section(variant.document, "estimator");
            start.absorb(start_, keys.empty());
            estimator.absorb(estimator_, keys.empty());
            Setting setting;
            setting.smallest_n = smallest_n_;
            setting.largest_n = largest_n_;
            read_data(data, setting);
            setting.truth = read_truth(truth, setting.d, folder_);
            Pointer const at = Pointer() / "fit" / fit;
            Reader reader(variant.document, variant.document.root().at(at), at);
            read_own_truth(reader, setting, folder_);
            Curve curve = read_fit(reader, setting, {data, truth, start, estimator});
            check_sizes(study, curve, reader.source().place(at) + ": the fit");
            for (SweptKey const& key : keys)
                check_swept(key, start, estimator);
            curve.fit = curve.label;
            curve.swept = variant.swept;
            curves.push_back(std::move(curve));
            start_.absorb(start, keys.empty());
            estimator_.absorb(estimator, keys.empty());
            resolved.start.push_back(start.resolved());
            resolved.estimator.push_back(estimator.resolved());
            resolved.fit.push_back(reader.resolved());
            if (curves.size() == 1) {
                resolved_["data"] = data.resolved();
                resolved_["truth"] = truth.resolved();
            }
        }
        resolve(resolved, document_.root().at("fit").at(fit), !keys.empty());
        name_variants(study, curves);
        std::move(curves.begin(), curves.end(), std::back_inserter(study.curves));
    }

    /// A swept key of [start] or [estimator] is not in the document itself, so nothing else notices
    /// that no fit reads it.
    static void check_swept(SweptKey const& key, Reader const& start, Reader const& estimator)
    {
        Pointer table = key.at;
        while (!table.parent_pointer().parent_pointer().empty())
            table = table.parent_pointer();
        if (table.parent_pointer().back() == "start")
            start.finish(table.back());
        if (table.parent_pointer().back() == "estimator")
            estimator.finish(table.back());
    }

    /// Takes what a fit has resolved into the text. Values that its sweep changes stay open; one
    /// that another fit has resolved otherwise stands in the fit's own table.
    void resolve(Resolved const& variants, json const& given, bool swept)
    {
        ordered_json fit = common_values(variants.fit, given);
        // Where the truth's expert is swept, a fit's own would no longer follow it.
        if (!given.contains("expert") && !sweep_.empty())
            fit.erase("expert");
        json const& root = document_.root();
        if (swept) {
            start_values_.add(variants.start, root.value("start", no_keys), start_, fit["start"]);
            estimator_values_.add(variants.estimator, root.value("estimator", no_keys), estimator_,
                                  fit["estimator"]);
        }
        for (char const* name : {"start", "estimator"})
            if (swept && fit[name].empty())
                fit.erase(name);
        fits_.push_back(std::move(fit));
    }

    /// [target]: the search for projections.
    void read_target(Study& study)
    {
        bool const used = std::any_of(study.curves.begin(), study.curves.end(), needs_search);
        Reader target = section(document_, "target");
        target.documented(target_keys());
        study.search.samples = target.integer("samples", at_least(1), study.search.samples);
        study.search.starts = target.integer("starts", at_least(2), study.search.starts);
        target.finish();
        for (Curve const& curve : study.curves) {
            int const least = samples_a_coordinate * coordinate_count(curve.model);
            if (needs_search(curve) && study.search.samples < least)
                target.fail("samples",
                            fmt::format("= {} is below {} times the {} coordinates of "
                                        "fit \"{}\" (a fit to so few comes nearer to the "
                                        "truth than its family does) write {} or more",
                                        study.search.samples, samples_a_coordinate,
                                        coordinate_count(curve.model), curve.label, least));
        }
        if (used)
            resolved_["target"] = target.resolved();
        else if (document_.root().contains("target"))
            top_.fail("target", "has no use here (no loss is against a projection that has to be "
                                "searched for) remove the table, or write target = \"projection\" "
                                "in a [[fit]] whose family does not hold the truth");
    }

    std::string resolved_text()
    {
        auto const put = [&](char const* name, ordered_json const& values) {
            if (!values.empty())
                resolved_[name] = values;
        };
        put("start", start_values_.shared(start_));
        put("estimator", estimator_values_.shared(estimator_));
        resolved_["fit"] = fits_;
        for (SweptKey const& key : sweep_)
            if (key.path == "truth.file")
                for (json const& file : key.values)
                    resolved_["sweep"]["truth.measure"].push_back(
                        ordered_json(named_measure(folder_, file.get<std::string>())));
            else
                resolved_["sweep"][key.path] = key.values;
        return toml_document(resolved_);
    }

    Document const& document_;
    std::string const& folder_;
    Reader top_;
    Reader start_;     ///< what any fit has allowed of [start]
    Reader estimator_; ///< and of [estimator]
    SweptValues start_values_, estimator_values_;
    int smallest_n_ = 0;
    int largest_n_ = 0;
    std::vector<SweptKey> sweep_;
    ordered_json resolved_ = ordered_json::object();
    ordered_json fits_ = ordered_json::array();
};

} // namespace

KeyTable target_keys()
{
    return {
        "[target]",
        "How the projection of the truth onto a fitted family is searched for, where a loss has "
        "target = \"projection\" and the family does not hold the truth: least squares on the "
        "noise-free truth at fresh inputs, from starts near the truth and as many that do not know "
        "it. The samples must keep misfit sqrt(n / samples) <= 0.1 sigma at the largest n; else "
        "the run ends and says how many do.",
        {{"samples", "whole number >= 1", "200000", "samples", "samples of the search", "400000"},
         {"starts", "whole number >= 2", "32", "starts",
          "starts of the search, half of them near the truth", "16"}}};
}

Study parse_study(std::string const& text, std::string const& name,
                  std::vector<std::string> const& settings, std::string const& folder, TextOf whose)
{
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        throw UsageError(name + ": is empty (an experiment file has [study], [data], [truth] and "
                                "[[fit]]) start from a file of experiments/");
    Document document = Document::parse(text, name);
    if (whose == TextOf::store)
        document.note_store();
    flatten_sweep(document);
    apply_settings(document, settings);
    flatten_sweep(document);
    return StudyReader(document, folder).read();
}

Study read_study(std::string const& file, std::vector<std::string> const& settings)
{
    std::string const folder = std::filesystem::path(file).parent_path().string();
    return parse_study(read_whole_file(file, "experiment file"), file, settings,
                       folder.empty() ? "." : folder);
}

} // namespace moerate

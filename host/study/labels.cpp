#include "host/study/labels.h"

#include "host/measure/reader.h"

#include <fmt/format.h>

namespace moerate
{

using nlohmann::json;

namespace
{

/// Throws that two curves have one label, at the fit that is labelled so.
[[noreturn]] void two_alike(Document const& document, Curve const& one, Curve const& other)
{
    Curve const& made = one.label == one.fit ? other : one; // named by more than its fit
    json const& fits = document.root().at("fit");
    std::string place = document.file();
    for (std::size_t i = 0; i < fits.size(); ++i)
        if (fits[i].at("label") == made.label)
            place = document.place(Pointer() / "fit" / i / "label");
    throw UsageError(fmt::format(
        "{}: two curves are called \"{}\" ({} names one as a fit is labelled) relabel "
        "the fit",
        place, made.label, made.label == made.all_truths ? "the sweep" : "study.truths"));
}

} // namespace

void check_fit_labels(Document const& document)
{
    json const& fits = document.root().at("fit");
    for (std::size_t i = 0; i < fits.size(); ++i) {
        Reader fit(document, fits[i], Pointer() / "fit" / i);
        std::string const label = fit.text("label");
        std::string const place = document.place(Pointer() / "fit" / i / "label");
        if (label.empty())
            fit.fail("label", "is empty (it names the curve in tables) give one");
        // These two say where they stand alone: fail() would name the fit by the label.
        if (label.find_first_not_of(" \t\r\n") == std::string::npos && !document.of_store())
            throw UsageError(place + ": a label is blank (it names the curve in tables) give one "
                                     "that can be seen");
        if (label.find('\0') != std::string::npos)
            throw UsageError(place + ": a label holds the character U+0000 (messages end there) "
                                     "remove it");
        for (std::size_t other = 0; other < i; ++other)
            if (fits[other].value("label", "") == label)
                fit.fail("label", fmt::format("= \"{}\" is taken (labels tell the curves apart) "
                                              "choose another",
                                              label));
    }
}

void check_curve_labels(Document const& document, Study const& study)
{
    for (std::size_t i = 0; i < study.curves.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (study.curves[i].label == study.curves[j].label)
                two_alike(document, study.curves[i], study.curves[j]);
}

} // namespace moerate

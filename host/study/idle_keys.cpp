#include "host/study/idle_keys.h"

#include "kernels/spec/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace moerate
{

using nlohmann::json;

namespace
{

/// A key that some curves have no use for.
struct Rule
{
    char const* table; ///< "estimator", "start" or "draw"
    char const* key;
    /// Whether a value is what the key is where it is not given.
    std::function<bool(json const& value, json const& table)> usual;
    std::function<bool(Curve const&)> used;
    char const* why;
};

std::function<bool(json const&, json const&)> is(json const& usual)
{
    return [usual](json const& value, json const&) { return value == usual; };
}

bool has_extra_atoms(Curve const& curve)
{
    return curve.model.k > curve.truth.model.k;
}

std::vector<Rule> const& rules()
{
    auto const as_box = [](json const& value, json const& table) {
        json const box = table.value("box", json(10));
        return value == (box.is_number() ? box : json(10));
    };
    static std::vector<Rule> const all{
        {"estimator", "box_temperature", is(10),
         [](Curve const& curve) { return has_role(curve.model, Role::temperature); },
         "no fit of it learns a temperature"},
        {"estimator", "box_lambda", as_box,
         [](Curve const& curve) { return has_role(curve.model, Role::expert_scale); },
         "no fit of it has experts with lambda"},
        {"start", "exponent", is(-0.083),
         [](Curve const& curve) {
             return curve.start.kind != StartKind::near || curve.start.scale != 0;
         },
         "start.scale is 0"},
        {"start", "extra", is("random"), has_extra_atoms,
         "no fit of it has more atoms than the truth"},
        {"start", "split", is("share"), has_extra_atoms,
         "no fit of it has more atoms than the truth"},
        {"draw", "zero", is("all"),
         [](Curve const& curve) {
             return !curve.truth.draw || !curve.truth.draw->zero_gate.empty();
         },
         "zero_gate names no atom; but another value is another draw of the truth"}};
    return all;
}

/// Looks through the tables of a document.
class Search
{
public:
    Search(Document const& document, std::vector<SweptKey> const& sweep, Study const& study)
        : document_(document), sweep_(sweep), study_(study)
    {}

    std::vector<Warning> found()
    {
        json const& fits = document_.root().at("fit");
        for (char const* table : {"start", "estimator"})
            look(Pointer() / table, table, [&, table](Curve const& curve, std::string const& key) {
                return !fits.at(index_of(curve)).contains(Pointer() / table / key);
            });
        look(Pointer() / "truth" / "draw", "draw", [&](Curve const& curve, std::string const&) {
            return !fits.at(index_of(curve)).contains("truth");
        });
        for (std::size_t i = 0; i < fits.size(); ++i) {
            auto const own = [&, i](Curve const& curve, std::string const&) {
                return index_of(curve) == i;
            };
            Pointer const fit = Pointer() / "fit" / i;
            for (char const* table : {"start", "estimator"})
                look(fit / table, table, own);
            look(fit / "truth" / "draw", "draw", own);
        }
        return std::move(found_);
    }

private:
    using Owns = std::function<bool(Curve const&, std::string const& key)>;

    std::size_t index_of(Curve const& curve) const
    {
        json const& fits = document_.root().at("fit");
        for (std::size_t i = 0; i < fits.size(); ++i)
            if (fits[i].value("label", "") == curve.fit)
                return i;
        return 0;
    }

    /// The keys of one table, which `owns` says to be of which curves.
    void look(Pointer const& at, std::string const& table, Owns const& owns)
    {
        json const none = json::object();
        json const& given = document_.root().contains(at) ? document_.root().at(at) : none;
        for (Rule const& rule : rules()) {
            Pointer const key = at / rule.key;
            auto const swept = std::find_if(sweep_.begin(), sweep_.end(),
                                            [&](SweptKey const& one) { return one.at == key; });
            bool const set = given.is_object() && given.contains(rule.key) &&
                             !rule.usual(given.at(rule.key), given);
            if (rule.table != table || !(set || swept != sweep_.end()) ||
                used(rule.used, [&](Curve const& curve) { return owns(curve, rule.key); }))
                continue;
            if (swept != sweep_.end())
                add_swept(*swept, rule.why);
            else
                add(key, given.at(rule.key), rule.why);
        }
        if (table == "estimator" && given.is_object() && given.contains("box"))
            look_at_box(at / "box", given.at("box"), owns);
    }

    /// box = { w = 5, A = 2 } of parameters that no fit has.
    void look_at_box(Pointer const& at, json const& box, Owns const& owns)
    {
        if (!box.is_object())
            return;
        for (auto const& item : box.items()) {
            if (item.value().is_object()) { // box = { gate = { b = 1 } }
                for (auto const& inner : item.value().items())
                    look_at_bound(at / item.key() / inner.key(), inner, item.key(), owns);
                continue;
            }
            look_at_bound(at / item.key(), item, "", owns);
        }
    }

    /// One bound of a box; `part` is "gate", "expert" or both.
    template <class Item>
    void look_at_bound(Pointer const& at, Item const& item, std::string const& part,
                       Owns const& owns)
    {
        auto const has = [&](Curve const& curve) {
            Layout const& layout = curve.model.layout;
            return std::any_of(layout.block, layout.block + layout.blocks, [&](Block const& block) {
                return item.key() == block.name &&
                       (part.empty() || (part == "expert") == of_expert(block.role));
            });
        };
        if (!used(has, [&](Curve const& curve) { return owns(curve, "box"); }))
            add(at, item.value(), "no fit of it has such parameters");
    }

    /// Whether a curve of those that a key is of uses it; without such curves nothing is to be
    /// said.
    bool used(std::function<bool(Curve const&)> const& uses,
              std::function<bool(Curve const&)> const& owns) const
    {
        bool any = false;
        for (Curve const& curve : study_.curves)
            if (owns(curve)) {
                any = true;
                if (uses(curve))
                    return true;
            }
        return !any;
    }

    void add(Pointer const& key, json const& value, char const* why)
    {
        found_.push_back({fmt::format("{}: {} = {} has no use here ({}) remove it, unless results "
                                      "were begun with it",
                                      document_.place(key), document_.name(key), shown(value), why),
                          false});
    }

    void add_swept(SweptKey const& key, char const* why)
    {
        found_.push_back(
            {fmt::format("{}: sweep of {} has no use here ({}, so that its curves "
                         "measure the same) remove it",
                         document_.place(Pointer() / "sweep" / key.path), key.path, why),
             true});
    }

    Document const& document_;
    std::vector<SweptKey> const& sweep_;
    Study const& study_;
    std::vector<Warning> found_;
};

} // namespace

std::vector<Warning> idle_keys(Document const& document, std::vector<SweptKey> const& sweep,
                               Study const& study)
{
    return Search(document, sweep, study).found();
}

} // namespace moerate

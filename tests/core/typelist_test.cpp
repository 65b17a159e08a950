#include "kernels/core/typelist.h"

#include <catch2/catch.hpp>

#include <string>

using namespace moerate;

namespace
{

struct Red
{
    static constexpr std::string_view name = "red";
};

struct Blue
{
    static constexpr std::string_view name = "blue";
};

using Colours = TypeList<Red, Blue>;

} // namespace

TEST_CASE("a list finds its members by name and names them by position")
{
    CHECK(Colours::size == 2);
    CHECK(find<Colours>("red") == 0);
    CHECK(find<Colours>("blue") == 1);
    CHECK(find<Colours>("green") == -1);
    CHECK(name_of<Colours>(1) == "blue");
    CHECK(name_of<Colours>(2).empty());
    CHECK(name_of<Colours>(-1).empty());
    CHECK(find<TypeList<>>("red") == -1);
}

TEST_CASE("walking a list calls each member once in order, visiting calls one")
{
    std::string seen;
    for_each(Colours{}, [&](auto member, int index) {
        seen += std::to_string(index) + std::string(member.name) + " ";
    });
    CHECK(seen == "0red 1blue ");
    seen.clear();
    visit(Colours{}, 1, [&](auto member) { seen += member.name; });
    visit(Colours{}, 5, [&](auto member) { seen += member.name; });
    CHECK(seen == "blue");
}

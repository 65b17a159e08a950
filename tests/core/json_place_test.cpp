#include "host/core/json_place.h"

#include <catch2/catch.hpp>

using moerate::place_in_json;
using Pointer = nlohmann::json::json_pointer;

TEST_CASE("the place of a value in a JSON text is that of its key or of itself")
{
    std::string const text = "{\"a\": [1, [2, \"]}\\\"\"],\n  {\"b\": null, \"c/d\" : -3}],\n"
                             " \"e\\u0066\":{}, \"g\": \"x\"\n}\n";
    REQUIRE(nlohmann::json::accept(text));
    struct Place
    {
        char const *at, *want;
    };
    for (Place const& place :
         {Place{"", "1:1"}, Place{"/a", "1:2"}, Place{"/a/0", "1:8"}, Place{"/a/1", "1:11"},
          Place{"/a/1/1", "1:15"}, Place{"/a/2", "2:3"}, Place{"/a/2/b", "2:4"},
          Place{"/a/2/c~1d", "2:15"}, Place{"/ef", "3:2"}, Place{"/g", "3:16"},
          // What is not there is where it would be.
          Place{"/h", "1:1"}, Place{"/a/3", "1:2"}, Place{"/a/2/x/y", "2:3"}, Place{"/a/x", "1:2"},
          Place{"/a/0/0", "1:8"}, Place{"/ef/x", "3:2"}})
    {
        CAPTURE(place.at);
        CHECK(place_in_json(text, Pointer(place.at)) == place.want);
    }
    CHECK(place_in_json("\n [[]]", Pointer("/0")) == "2:3");
}

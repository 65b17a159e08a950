#include "host/core/error.h"
#include "host/data/table.h"

#include <catch2/catch.hpp>

#include <sstream>

using moerate::DataTable;
using moerate::Response;

namespace
{

DataTable read(std::string const& text, Response response = Response::needed)
{
    std::istringstream in(text);
    return moerate::read_table(in, "data.csv", response);
}

std::string error_of(std::string const& text, Response response = Response::needed)
{
    try {
        read(text, response);
    } catch (moerate::UsageError const& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("columns stand by their names, in any order", "[table]")
{
    DataTable const table = read("x2,y,x1\n2,3,1\n-5e-1,+6,4.25\n");
    CHECK(table.d == 2);
    CHECK(table.n == 2);
    CHECK(table.x == std::vector<double>{1, 2, 4.25, -0.5});
    CHECK(table.y == std::vector<double>{3, 6});
}

TEST_CASE("what spreadsheets put around cells and lines is passed over", "[table]")
{
    DataTable const table =
        read("\xef\xbb\xbf\"x1\" , x2 ,\"y\"\r\n\r\n 1 ,\"2\",\t3\r\n\n4,5,6"); // no last newline
    CHECK(table.x == std::vector<double>{1, 2, 4, 5});
    CHECK(table.y == std::vector<double>{3, 6});
}

TEST_CASE("y is passed over where only inputs count", "[table]")
{
    DataTable const table = read("y,x1\nunknown,1\n,2\n", Response::ignored);
    CHECK(table.x == std::vector<double>{1, 2});
    CHECK(table.y.empty());
    CHECK(read("x1\n7\n", Response::ignored).x == std::vector<double>{7});
}

TEST_CASE("more inputs than one digit counts", "[table]")
{
    std::string head = "y", row = "0";
    for (int i = 1; i <= 12; ++i) {
        head += ",x" + std::to_string(i);
        row += "," + std::to_string(i);
    }
    DataTable const table = read(head + "\n" + row + "\n");
    CHECK(table.d == 12);
    CHECK(table.x[11] == 12);
}

TEST_CASE("a table that cannot be read names line and column", "[table]")
{
    struct Case
    {
        char const* text;
        char const* message;
    };
    auto const bad = GENERATE(values<Case>({
        {"", "data.csv: is empty"},
        {"\n\n", "data.csv: is empty"},
        {"x1,y\n", "data.csv: holds no samples"},
        {"x1,x2\n1,2\n", "data.csv:1: the header names no column y"},
        {"y\n1\n", "data.csv:1: the header names no input"},
        {"x1;x2;y\n1;2;3\n", "data.csv:1: the header has semicolons between names (commas"},
        {"\"x1\"\t\"y\"\n1\t2\n", "data.csv:1: the header has tabs between names (commas"},
        {"x1 y\n1 2\n", "data.csv:1: the header has spaces between names (commas"},
        {"x1,y\r1,2\r3,4\r", "data.csv:1: lines end with a carriage return alone"},
        {"x1,z,y\n1,2,3\n", "data.csv:1: the header has a column \"z\""},
        {"x0,y\n1,2\n", "data.csv:1: the header has a column \"x0\""},
        {"x01,y\n1,2\n", "data.csv:1: the header has a column \"x01\""},
        {"x1,x3,y\n1,2,3\n", "data.csv:1: the header has \"x3\" but 2 inputs"},
        {"x1,y,x1\n1,2,3\n", "data.csv:1: the header has two columns \"x1\""},
        {"x1,y,y\n1,2,3\n", "data.csv:1: the header has two columns \"y\""},
        {"1,2\n3,4\n", "data.csv:1: the header has a column \"1\""},
        {"x1,y\n1,2\n3\n", "data.csv:3: has 1 cells (the header has 2)"},
        {"x1,y\n\n1,2,3\n", "data.csv:3: has 3 cells (the header has 2)"},
        {"x1,y\n1,nan\n", "data.csv:2: column y holds \"nan\""},
        {"x1,y\n-inf,1\n", "data.csv:2: column x1 holds \"-inf\""},
        {"x1,y\n1e999,1\n", "data.csv:2: column x1 holds \"1e999\""},
        {"x1,y\n1e-400,1\n",
         "data.csv:2: column x1 holds \"1e-400\" (that is too small for float64"},
        {"x1,y\n1,-1e-400\n", "data.csv:2: column y holds \"-1e-400\" (that is too small"},
        {"x1,y\n1,-1e400\n", "data.csv:2: column y holds \"-1e400\" (finite numbers"},
        {"# from the lab\nx1,y\n1,2\n", "data.csv:1: the line begins with \"#\" (comments"},
        {"\xef\xbb\xbf#x1,y\n1,2\n", "data.csv:1: the line begins with \"#\" (comments"},
        {"x1,y\n1,2\n# end, of it\n", "data.csv:3: the line begins with \"#\" (comments"},
        {"x1,y\n\"1,000\",1\n", "data.csv:2: a quote begins at \"1 and ends behind a comma"},
        {"x1,\"y, cm\"\n1,1\n", "data.csv:1: a quote begins at \"y and ends behind a comma"},
        {"x1,y\n1.5abc,1\n", "data.csv:2: column x1 holds \"1.5abc\""},
        {"x1,y\n+,1\n", "data.csv:2: column x1 holds \"+\""},
        {"x1,y\n+-1,1\n", "data.csv:2: column x1 holds \"+-1\""},
        {"x1,y\n1,\n", "data.csv:2: column y is empty"},
        {"x1,y\n1;2,3\n", "data.csv:2: column x1 holds \"1;2\""},
    }));
    CAPTURE(bad.text);
    CHECK_THAT(error_of(bad.text), Catch::StartsWith(bad.message));
    CHECK_THAT(error_of(bad.text), Catch::Contains(") ")); // says what to do
}

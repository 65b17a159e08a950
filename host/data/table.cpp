#include "host/data/table.h"

#include "host/core/error.h"
#include "host/core/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <istream>
#include <limits>
#include <string_view>

namespace moerate
{
namespace
{

constexpr int no_column = -1;

/// A cell without what may stand around its text.
std::string_view bare(std::string_view cell)
{
    constexpr std::string_view blank = " \t\r";
    auto const trim = [&] {
        std::size_t const begin = cell.find_first_not_of(blank);
        cell = begin == std::string_view::npos
                   ? std::string_view{}
                   : cell.substr(begin, cell.find_last_not_of(blank) - begin + 1);
    };
    trim();
    if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') {
        cell = cell.substr(1, cell.size() - 2);
        trim();
    }
    return cell;
}

/// The cells of a line, in a list that is used again for the next one.
void split(std::string_view line, std::vector<std::string_view>& cells)
{
    cells.clear();
    while (true) {
        std::size_t const comma = line.find(',');
        cells.push_back(bare(line.substr(0, comma)));
        if (comma == std::string_view::npos)
            return;
        line.remove_prefix(comma + 1);
    }
}

/// 3 of "x3"; 0 of any other name.
int input_number(std::string_view name)
{
    int number = 0;
    char const* const end = name.data() + name.size();
    if (name.size() < 2 || name.front() != 'x' || name[1] == '0')
        return 0;
    auto const [stop, error] = std::from_chars(name.data() + 1, end, number);
    return error == std::errc{} && stop == end && number > 0 ? number : 0;
}

class TableReader
{
public:
    TableReader(std::istream& in, std::string name, Response response)
        : in_(in), name_(std::move(name)), response_(response),
          wanted_(response == Response::needed ? "x1,...,xd,y" : "x1,...,xd")
    {}

    DataTable read()
    {
        read_header();
        std::vector<double> row(static_cast<std::size_t>(table_.d));
        while (next_line())
            read_row(row);
        if (in_.bad())
            throw UsageError(fmt::format("{}:{}: reading stopped ({}) check the file", name_, line_,
                                         std::strerror(errno)));
        if (table_.n == 0)
            throw UsageError(fmt::format("{}: holds no samples (only a header) add one line a "
                                         "sample",
                                         name_));
        return std::move(table_);
    }

private:
    [[noreturn]] void fail(std::string const& text) const
    {
        throw UsageError(fmt::format("{}:{}: {}", name_, line_, text));
    }

    bool next_line();
    void check_quotes() const;
    void check_separators() const;
    void read_header();
    void read_row(std::vector<double>& row);
    double number(std::size_t column) const;

    std::istream& in_;
    std::string name_;
    Response response_;
    std::string wanted_; ///< header, for messages
    DataTable table_;
    std::vector<int> place_; ///< of each column: 0-based input, d for y, or no_column
    std::vector<std::string> head_;
    std::vector<std::string_view> cells_;
    std::string text_;
    long line_ = 0;
};

/// The next line that is not empty, in cells_.
bool TableReader::next_line()
{
    constexpr std::string_view mark = "\xef\xbb\xbf"; // of UTF-8, before the first line
    while (std::getline(in_, text_)) {
        ++line_;
        if (line_ == 1 && text_.compare(0, mark.size(), mark) == 0)
            text_.erase(0, mark.size());
        if (bare(text_).empty())
            continue;
        split(text_, cells_);
        if (cells_.front().substr(0, 1) == "#")
            fail(fmt::format("the line begins with \"#\" (comments are not read, and a header is "
                             "{}) remove it",
                             wanted_));
        check_quotes();
        return true;
    }
    return false;
}

/// Refuses a quote around a comma.
void TableReader::check_quotes() const
{
    auto const open = [](std::string_view cell) {
        return !cell.empty() && cell.front() == '"' && (cell.size() == 1 || cell.back() != '"');
    };
    auto const close = [](std::string_view cell) {
        return !cell.empty() && cell.back() == '"' && (cell.size() == 1 || cell.front() != '"');
    };
    auto const first = std::find_if(cells_.begin(), cells_.end(), open);
    if (first != cells_.end() && std::any_of(first + 1, cells_.end(), close))
        fail(fmt::format("a quote begins at {} and ends behind a comma (a comma ends a cell, in "
                         "quotes too) write numbers and names without commas",
                         printable(*first)));
}

/// Refuses a header whose cells or lines are told apart by something else.
void TableReader::check_separators() const
{
    if (bare(text_).find('\r') != std::string_view::npos)
        fail("lines end with a carriage return alone (LF or CR LF is read) convert the file");
    if (cells_.size() > 1)
        return;
    for (auto const& [mark, name] :
         {std::pair{';', "semicolons"}, std::pair{'\t', "tabs"}, std::pair{' ', "spaces"}})
        if (cells_.front().find(mark) != std::string_view::npos)
            fail(fmt::format("the header has {} between names (commas are read: {}) replace them",
                             name, wanted_));
}

void TableReader::read_header()
{
    if (!next_line())
        throw UsageError(
            fmt::format("{}: is empty (a header {} is needed) add it", name_, wanted_));
    check_separators();
    bool has_y = false;
    for (std::string_view const cell : cells_) {
        int const input = input_number(cell);
        std::string const shown = printable(cell);
        if (input == 0 && cell != "y")
            fail(fmt::format("the header has a column \"{}\" (the names are {}) rename or remove "
                             "it",
                             shown, wanted_));
        for (std::string const& before : head_)
            if (before == cell)
                fail(fmt::format("the header has two columns \"{}\" (which one counts is unclear) "
                                 "remove one",
                                 shown));
        head_.emplace_back(cell);
        has_y = has_y || input == 0;
        place_.push_back(input - 1); // of y: -1, set below
    }
    table_.d = static_cast<int>(head_.size()) - (has_y ? 1 : 0);
    for (std::size_t i = 0; i < place_.size(); ++i) {
        if (place_[i] >= table_.d)
            fail(fmt::format("the header has \"{}\" but {} inputs (a name between is missing) "
                             "name them x1 to x{}",
                             head_[i], table_.d, table_.d));
        if (place_[i] < 0 && response_ == Response::needed)
            place_[i] = table_.d;
    }
    if (table_.d == 0)
        fail(fmt::format("the header names no input (the names are {}) add columns", wanted_));
    if (!has_y && response_ == Response::needed)
        fail("the header names no column y (it is what a fit predicts) add it");
}

double TableReader::number(std::size_t column) const
{
    std::string_view cell = cells_[column];
    std::string_view digits = cell;
    bool const plus = digits.size() > 1 && digits.front() == '+' && digits[1] != '-';
    if (plus)
        digits.remove_prefix(1);
    double value = 0;
    char const* const end = digits.data() + digits.size();
    auto const [stop, error] = std::from_chars(digits.data(), end, value);
    bool const whole = stop == end && error != std::errc::invalid_argument;
    if (cell.empty())
        fail(fmt::format("column {} is empty (a fit takes no missing values) remove the line or "
                         "fill it in",
                         head_[column]));
    bool const beyond = whole && error == std::errc::result_out_of_range;
    if (beyond && std::abs(std::strtod(std::string(digits).c_str(), nullptr)) < 1)
        fail(fmt::format("column {} holds \"{}\" (that is too small for float64) write 0",
                         head_[column], printable(cell)));
    if (beyond || !whole || !std::isfinite(value))
        fail(fmt::format("column {} holds \"{}\" (finite numbers are needed) correct it or remove "
                         "the line",
                         head_[column], printable(cell)));
    return value;
}

void TableReader::read_row(std::vector<double>& row)
{
    if (cells_.size() != head_.size())
        fail(fmt::format("has {} cells (the header has {}) correct the line", cells_.size(),
                         head_.size()));
    if (table_.n == std::numeric_limits<int>::max())
        fail(fmt::format("is sample {} (indices reach no further) use fewer", table_.n));
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        if (place_[i] == no_column)
            continue;
        double const value = number(i);
        if (place_[i] == table_.d)
            table_.y.push_back(value);
        else
            row[static_cast<std::size_t>(place_[i])] = value;
    }
    table_.x.insert(table_.x.end(), row.begin(), row.end());
    ++table_.n;
}

} // namespace

DataTable read_table(std::istream& in, std::string const& name, Response response)
{
    return TableReader(in, name, response).read();
}

} // namespace moerate

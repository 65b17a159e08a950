#include "host/core/text.h"

#include <catch2/catch.hpp>

using namespace moerate;

TEST_CASE("what would steer a terminal is shown escaped, everything else stays")
{
    CHECK(printable("plain, caf\u00e9, \u4e2d\u6587") == "plain, caf\u00e9, \u4e2d\u6587");
    CHECK(printable("a\nb\tc\rd") == "a\\nb\\tc\\rd");
    CHECK(printable("a\nb\x1b[2J", "\n") == "a\nb\\x1b[2J");
    CHECK(printable(std::string("nul\0.", 5)) == "nul\\x00.");
    CHECK(printable("\x7f\u0085\u2028\u202e") == "\\x7f\\u0085\\u2028\\u202e");
    // No UTF-8: a lone byte, a cut, an overlong and a surrogate sequence.
    CHECK(printable("caf\xe9!") == "caf\\xe9!");
    CHECK(printable("\xe4\xb8") == "\\xe4\\xb8");
    CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");
    CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
    CHECK(printable("\xf5\x80\x80\x80") == "\\xf5\\x80\\x80\\x80");
}

TEST_CASE("columns count wide characters twice and combining ones not at all")
{
    CHECK(columns_of("") == 0);
    CHECK(columns_of("abc") == 3);
    CHECK(columns_of("\u03b1\u03b2") == 2); // Greek
    CHECK(columns_of("\u4e2d\u6587") == 4); // Chinese
    CHECK(columns_of("\uac00") == 2);       // Korean
    CHECK(columns_of("\uff21") == 2);       // full width
    CHECK(columns_of("e\u0301") == 1);      // a combining accent
    CHECK(columns_of("\U0001f600") == 2);   // emoji
    CHECK(columns_of("\xe9\xe9") == 2);     // no UTF-8
}

TEST_CASE("cells are aligned by the columns that they take")
{
    CHECK(aligned({{"a", "b"}, {"\u4e2d\u6587", "1"}, {"x\ny", "2"}}) ==
          "a     b\n\u4e2d\u6587  1\nx\\ny  2\n");
    CHECK(aligned({{"head", "last"}, {"1"}}) == "head  last\n1\n");
}

TEST_CASE("a shell reads a word back as it was")
{
    CHECK(shell_word("results/a-b_1.toml") == "results/a-b_1.toml");
    CHECK(shell_word("caf\u00e9") == "caf\u00e9");
    CHECK(shell_word("") == "''");
    CHECK(shell_word("two words") == "'two words'");
    CHECK(shell_word("it's $x") == "'it'\\''s $x'");
    CHECK(shell_word("caf\xe9's\n\\") == "$'caf\\xe9\\'s\\x0a\\\\'");
}

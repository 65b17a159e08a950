#include "host/cli/setting_words.h"

#include "host/measure/reader.h"
#include "host/study/document.h"
#include "host/study/keys.h"
#include "kernels/family/losses.h"

#include <algorithm>
#include <utility>

namespace moerate
{
namespace
{

bool begins(std::string const& text, std::string const& with)
{
    return text.compare(0, with.size(), with) == 0;
}

/// The name of the table that a key takes; empty where it takes none that the manual has.
std::string table_of(Key const& key)
{
    for (std::string const before : {"table, see ", "table, keys of "})
        if (std::size_t const at = key.takes.find(before); at != std::string::npos)
            return key.takes.substr(at + before.size());
    return {};
}

/// The words that a key knows, as TOML.
std::vector<std::string> words_of(Key const& key)
{
    std::vector<std::string> words;
    std::string const one_of = "one of ";
    if (key.name == "loss") {
        for (std::string const& name : names_of<Losses>())
            words.push_back(toml_value(name));
    } else if (key.takes == "true or false") {
        words = {"true", "false"};
    } else if (begins(key.takes, one_of)) {
        for (std::size_t at = one_of.size(); at < key.takes.size();) {
            std::size_t const comma = std::min(key.takes.find(", ", at), key.takes.size());
            words.push_back(toml_value(key.takes.substr(at, comma - at)));
            at = comma + 2;
        }
    } else {
        for (std::size_t at = 0; (at = key.takes.find('"', at)) != std::string::npos;) {
            std::size_t const end = key.takes.find('"', at + 1);
            words.push_back(key.takes.substr(at, end - at + 1));
            at = end + 1;
        }
    }
    return words;
}

/// Gathers what goes on from a word.
class SettingWords
{
public:
    explicit SettingWords(std::string word) : word_(std::move(word)), tables_(experiment_keys()) {}

    /// The table of this name, at a path that ends with ".".
    void add_table(std::string const& path, std::string const& name)
    {
        if (!begins(word_, path)) {
            found.push_back(path);
            return;
        }
        for (KeyTable const& table : tables_)
            if (table.name == name)
                for (Key const& key : table.keys)
                    add_key(path + key.name, key);
    }

    std::vector<std::string> found;

private:
    void add_key(std::string const& path, Key const& key)
    {
        std::string const table = table_of(key);
        if (!table.empty())
            add_table(path + ".", table);
        if (begins(key.takes, "table, "))
            return;
        if (!begins(word_, path + "="))
            found.push_back(path + "=\t" + key.meaning);
        else
            for (std::string const& word : words_of(key))
                found.push_back(path + "=" + word);
    }

    std::string word_;
    std::vector<KeyTable> tables_;
};

} // namespace

std::vector<std::string> setting_words(std::string const& word,
                                       std::vector<std::string> const& labels)
{
    SettingWords words(word);
    std::string const sweep = begins(word, "sweep.") ? "sweep." : "";
    if (sweep.empty()) {
        words.found.emplace_back("sweep.");
        words.add_table("study.", "[study]");
        words.add_table("target.", "[target]");
    }
    for (char const* table : {"data", "truth", "start", "estimator"})
        words.add_table(sweep + table + ".", std::string("[") + table + "]");
    for (std::string const& label : labels) {
        bool const quoted = label.find('=') != std::string::npos; // which would end the path
        words.add_table(sweep + "fit." + (quoted ? toml_value(label) : label) + ".", "[[fit]]");
    }
    return words.found;
}

std::vector<std::string> key_words(KeyTable const& table)
{
    std::vector<std::string> words;
    for (Key const& key : table.keys)
        words.push_back(key.name + "=\t" + key.meaning);
    return words;
}

} // namespace moerate

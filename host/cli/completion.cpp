#include "host/cli/command_text.h"
#include "host/cli/setting_words.h"
#include "host/core/error.h"
#include "host/store/store.h"
#include "host/study/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace moerate
{
namespace
{

namespace fs = std::filesystem;

bool starts(std::string const& text, std::string const& with)
{
    return text.compare(0, with.size(), with) == 0;
}

/// Files and folders whose path begins as `word` does; of files only those that `wanted` takes.
template <class Wanted>
std::vector<std::string> paths(std::string const& word, Wanted const& wanted)
{
    std::size_t const slash = word.rfind('/');
    std::string const folder = slash == std::string::npos ? "" : word.substr(0, slash + 1);
    std::vector<std::string> found;
    std::error_code error;
    for (fs::directory_iterator entry(folder.empty() ? "." : folder, error), end;
         !error && entry != end; entry.increment(error))
    {
        std::string const path = folder + entry->path().filename().string();
        bool const hidden = entry->path().filename().string().front() == '.';
        if (!starts(path, word) || (hidden && word.substr(folder.size()).empty()))
            continue;
        if (entry->is_directory(error))
            found.push_back(path + "/");
        else if (wanted(entry->path()))
            found.push_back(path);
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// Labels of the fits of an experiment file or a results folder; none where it cannot be read.
std::vector<std::string> labels_of(std::string const& path)
{
    std::vector<std::string> labels;
    try {
        Study const study =
            fs::is_directory(path) ? stored_study(Store::open(path)) : read_study(path);
        for (Curve const& curve : study.curves)
            labels.push_back(curve.label);
    } catch (std::exception const&) {
        // The command itself will say what is wrong.
    }
    return labels;
}

/// Settings of the file that is named before.
std::vector<std::string> settings(std::vector<std::string> const& words)
{
    std::vector<std::string> labels;
    for (std::string const& word : words)
        if (fs::path(word).extension() == ".toml")
            for (std::string const& label : labels_of(word))
                labels.push_back(label);
    return setting_words(words.back(), labels);
}

std::vector<std::string> values(OptionText const& option, std::vector<std::string> const& words)
{
    std::string const& word = words.back();
    switch (option.takes) {
    case Takes::experiment:
        return paths(word, [](fs::path const& file) { return file.extension() == ".toml"; });
    case Takes::results:
        return paths(word, [](fs::path const&) { return false; });
    case Takes::file:
        return paths(word, [](fs::path const&) { return true; });
    case Takes::setting:
        return settings(words);
    default:
        return option.words;
    }
}

/// The option that a word names; null if there is none.
OptionText const* named(CommandText const& command, std::string const& word)
{
    for (OptionText const& option : command.options)
        if (!option.positional &&
            std::find(option.names.begin(), option.names.end(), word) != option.names.end())
            return &option;
    return nullptr;
}

/// The positional that the last word is the value of; the last one takes all that follow.
OptionText const* positional(CommandText const& command, std::vector<std::string> const& words)
{
    std::size_t place = 0;
    for (std::size_t i = 1; i + 1 < words.size(); ++i) {
        OptionText const* const option = named(command, words[i]);
        if (option != nullptr && option->takes != Takes::nothing)
            ++i; // its value
        else if (!starts(words[i], "-"))
            ++place;
    }
    std::vector<OptionText const*> all;
    for (OptionText const& option : command.options)
        if (option.positional)
            all.push_back(&option);
    if (all.empty() || (place >= all.size() && !all.back()->many))
        return nullptr;
    return all[std::min(place, all.size() - 1)];
}

std::vector<std::string> of_command(CommandText const& command,
                                    std::vector<std::string> const& words)
{
    if (words.size() > 2)
        if (OptionText const* option = named(command, words[words.size() - 2]);
            option != nullptr && option->takes != Takes::nothing)
            return values(*option, words);
    std::vector<std::string> all;
    if (starts(words.back(), "-")) {
        for (OptionText const& option : command.options)
            if (!option.positional)
                all.push_back(option.names.back() + "\t" + option.text);
        all.emplace_back("--help\tPrint what the command does");
        return all;
    }
    OptionText const* const option = positional(command, words);
    return option != nullptr ? values(*option, words) : all;
}

} // namespace

std::vector<std::string> candidates(ProgramText const& program,
                                    std::vector<std::string> const& words)
{
    std::vector<std::string> all;
    if (words.size() <= 1) {
        for (CommandText const& command : program.commands)
            all.push_back(command.name + "\t" + command.text);
        all.emplace_back("--help\tPrint all commands");
        all.emplace_back("--version\tPrint the version");
    } else {
        for (CommandText const& command : program.commands)
            if (command.name == words.front())
                all = of_command(command, words);
    }
    std::string const word = words.empty() ? "" : words.back();
    all.erase(std::remove_if(all.begin(), all.end(),
                             [&](std::string const& one) { return !starts(one, word); }),
              all.end());
    return all;
}

std::string completion_script(std::string const& shell)
{
    if (shell == "bash")
        return R"(# Completes moerate's words in bash; the candidates come from `moerate complete`.
_moerate() {
    local words=() line cut
    # bash splits words at = and :, moerate does not; quotes of a value are behind a backslash.
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
    words=("${words[@]//\\\"/\"}")
    [[ ${COMP_LINE:0:COMP_POINT} != *[[:space:]] ]] || words+=("")
    local last=${words[-1]}
    cut=${last%"${last##*[=:]}"}
    COMPREPLY=()
    while IFS= read -r line; do
        line=${line%%$'\t'*}
        [[ $line != */ && $line != *. && $line != *= ]] || compopt -o nospace
        line=${line#"$cut"}
        COMPREPLY+=("${line//\"/\\\"}")
    done < <("${words[0]}" complete "${words[@]:1}" 2>/dev/null)
}
complete -F _moerate moerate
)";
    if (shell == "zsh")
        return R"(#compdef moerate
# Completes moerate's words in zsh; the candidates come from `moerate complete`.
_moerate() {
    local -a ends goes
    local line name
    while IFS= read -r line; do
        name=${line%%$'\t'*}
        if [[ $name == */ || $name == *. || $name == *= ]]; then
            goes+=("$name")
        else
            ends+=("${name//:/\\:}:${line#*$'\t'}")
        fi
    done < <("${words[1]}" complete "${(@)words[2,CURRENT]}" 2>/dev/null)
    (( $#goes )) && compadd -S '' -- $goes
    (( $#ends )) && _describe moerate ends
}
if [[ $funcstack[1] == _moerate ]]; then _moerate "$@"; else compdef _moerate moerate; fi
)";
    if (shell == "fish")
        return R"(# Completes moerate's words in fish; the candidates come from `moerate complete`.
complete -c moerate -f -a '(set -l words (commandline -opc); $words[1] complete $words[2..] (commandline -ct) 2>/dev/null)'
)";
    throw UsageError(fmt::format("no completion for {} (known: bash, zsh, fish)", shell));
}

} // namespace moerate

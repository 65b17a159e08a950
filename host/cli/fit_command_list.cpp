#include "host/cli/command_line.h"

namespace moerate
{

/// Commands that look at single fits of a results folder, or for what is wrong with it.
void CommandLine::add_fit_commands()
{
    std::string const text = "Results folder";
    CLI::App* sub =
        add("show", "Print one stored fit beside the truth: parameters, cells, losses",
            {"moerate show results/003-1a", "moerate show results/003-1a --worst softmax.L1",
             "moerate show results/003-1a --cell softmax 1000 0 --json | moerate loss -"},
            [this] { return show_command(show, common); });
    add_folder(sub, "folder", show.folder, text)->required();
    CLI::Option* const cell = sub->add_option("--cell", show.cell, "The fit: label, n, replicate");
    cell->expected(3)->type_name("LABEL N R");
    sub->add_option("--worst", show.worst, "The fit of the largest loss of this name at n")
        ->excludes(cell);
    sub->add_option("--n", show.n, "n to look at [the largest with fits]")
        ->check(in_range(1, 2147483647))
        ->excludes(cell);
    sub->add_flag("--data", show.data, "With --json: also the fit's training data, as x and y")
        ->needs(sub->get_option("--json"));
    CLI::App* replayed =
        add("replay", "Do one stored fit again, check its bits, and write the way that it took",
            {"moerate replay results/003-1a softmax 1000 0 -o path.jsonl"}, [this] {
                again.device = device.device == "auto"
                                   ? DeviceOptions{"cpu", device.threads, device.simd}
                                   : device;
                return replay_command(again, common);
            });
    add_folder(replayed, "folder", again.folder, text)->required();
    replayed->add_option("fit", again.fit, "The fit: label, n, replicate (from 0)")
        ->expected(3)
        ->type_name("LABEL N R")
        ->required();
    valued(replayed->add_option("-o,--output", again.file, "File of JSON lines [stdout]"),
           Takes::file);
    replayed->add_flag("--force", again.force, "Replace the file if it exists");
    add_devices(replayed);
    CLI::App* found = add("diagnose", "Say what is wrong with a study, and what to do next",
                          {"moerate diagnose results/003-1a"},
                          [this] { return diagnose_command(folder, device, common); });
    add_folder(found, "folder", folder, text)->required();
    add_devices(found);
}

} // namespace moerate

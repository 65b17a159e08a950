#include "host/run/stop.h"

#include <csignal>
#include <unistd.h>

namespace moerate
{
namespace
{

volatile std::sig_atomic_t stop_requested = 0;

/// Async-signal-safe: a flag, write and _exit only.
extern "C" void on_signal(int number)
{
    if (stop_requested != 0)
        _exit(128 + number);
    stop_requested = 1;
    constexpr char text[] = "\nmoerate: stopping once the block in hand is saved "
                            "(a second signal stops at once)\n";
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        return; // nobody left to read it
}

void handle(void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

} // namespace

StopOnSignal::StopOnSignal()
{
    stop_requested = 0;
    handle(on_signal);
}

StopOnSignal::~StopOnSignal()
{
    handle(SIG_DFL);
}

bool StopOnSignal::requested()
{
    return stop_requested != 0;
}

} // namespace moerate

#include "host/run/stop.h"

#include <cerrno>
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
    constexpr int announced = 1, ended = 2; // by SIGUSR1; by a signal that means it
    if (stop_requested == ended && number != SIGUSR1)
        _exit(128 + number);
    bool const first = stop_requested == 0;
    if (stop_requested != ended)
        stop_requested = number == SIGUSR1 ? announced : ended;
    int const failure = errno; // of the call that the signal has interrupted
    constexpr char text[] = "\nmoerate: stopping once the block in hand is saved "
                            "(a second signal stops at once)\n";
    [[maybe_unused]] auto const told = first ? write(STDERR_FILENO, text, sizeof text - 1) : 0;
    errno = failure;
}

void handle(void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGUSR1, &action, nullptr);
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

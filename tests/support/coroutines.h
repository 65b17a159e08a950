#pragma once

/// @file
/// Routines of one host thread that take turns, each on a stack of its own. A routine runs until it
/// waits; then the next one does. So the order is always the same, and one that reads without a
/// wait what another one writes finds the old value every time where its turn is before the
/// other's. Run both orders: in one of them it is.

#include <cstddef>
#include <functional>
#include <vector>

namespace moerate
{

/// In which order routines have their turns.
enum class Turns
{
    up,  ///< 0, 1, 2, ...
    down ///< ..., 2, 1, 0
};

/// Some number of them; a thread runs no others within.
class Coroutines
{
public:
    Coroutines(int size, Turns turns);
    Coroutines(Coroutines const&) = delete;
    Coroutines& operator=(Coroutines const&) = delete;

    /// Calls f(rank) in every routine and returns when all are done. f must not throw, and all must
    /// wait equally often: the process ends with a message where one waits for one that is done.
    void run(std::function<void(int)> const& f);

    /// Lets all others run up to their own wait.
    void wait(int rank) { go_on(rank, &top_[static_cast<std::size_t>(rank)]); }

private:
    static void begin();
    void go_on(int rank, void** from);

    std::vector<void*> top_; ///< of each routine's stack while others run; null when it is done
    std::function<void(int)> const* f_ = nullptr;
    void* main_ = nullptr;
    int running_ = 0;
    int current_ = 0;
    int step_; ///< from a routine to the one whose turn is next
};

} // namespace moerate

// What all tests on cooperative lanes rest on: who has a turn when.

#include "tests/support/host_lanes.h"
#include "tests/support/warp_lanes.h"

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <thread>
#include <vector>

using namespace moerate;

// A missing wait shows in one of the two orders.
TEST_CASE("a value read without a wait is the old one in one order of the turns")
{
    for (int const writer : {0, 31}) {
        for (bool const waits : {true, false}) {
            bool right = true;
            for (Turns const turns : {Turns::up, Turns::down}) {
                int value = -1;
                run_warp(turns, [&](HostWarpLanes lanes) {
                    if (lanes.rank() == writer)
                        value = 7;
                    if (waits)
                        lanes.sync();
                    right = right && value == 7;
                    lanes.sync();
                });
            }
            CHECK(right == waits);
        }
    }
}

TEST_CASE("few lanes of the host have their turns upwards, many downwards, and two run at once")
{
    for (int const lanes : {7, 32}) {
        std::vector<int> seen;
        run_lanes(lanes, [&](HostLanes lane) {
            seen.push_back(lane.rank());
            lane.sync();
            seen.push_back(lane.rank());
        });
        for (int i = 0; i < 2 * lanes; ++i)
            CHECK(seen[static_cast<std::size_t>(i)] % lanes == (lanes < 32 ? i : 63 - i) % lanes);
    }
    std::atomic<int> here{0};
    run_lanes(2, [&](HostLanes) { // neither goes on before both have come
        for (++here; here < 2;)
            std::this_thread::yield();
    });
    CHECK(here == 2);
}

TEST_CASE("lanes that do not wait equally often end the process")
{
    pid_t const child = fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);
        run_in_turns(3, Turns::up, [](HostLanes lane) {
            if (lane.rank() != 1)
                lane.sync();
        });
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
}

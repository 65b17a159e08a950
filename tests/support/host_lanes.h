#pragma once

/// @file
/// Lanes of the host, any number of them: runs the cooperative text of the kernels without a GPU.

#include "tests/support/coroutines.h"

#include <pthread.h>

#include <thread>
#include <vector>

namespace moerate
{

/// A barrier for a fixed number of threads, reusable.
class ThreadBarrier
{
public:
    explicit ThreadBarrier(int threads)
    {
        pthread_barrier_init(&barrier_, nullptr, static_cast<unsigned>(threads));
    }
    ~ThreadBarrier() { pthread_barrier_destroy(&barrier_); }
    ThreadBarrier(ThreadBarrier const&) = delete;
    ThreadBarrier& operator=(ThreadBarrier const&) = delete;
    void wait() { pthread_barrier_wait(&barrier_); }

private:
    pthread_barrier_t barrier_;
};

/// One of several threads or coroutines that share a fit, as a CUDA block's threads do; by default
/// a lone one, which has nobody to wait for.
class HostLanes
{
public:
    static constexpr bool serial = false;
    static constexpr bool warp = false;
    static constexpr bool matrices = false;
    static constexpr bool copied_maps = false;
    HostLanes() = default;
    HostLanes(int rank, int size, ThreadBarrier& barrier)
        : rank_(rank), size_(size), barrier_(&barrier)
    {}
    HostLanes(int rank, int size, Coroutines& turns) : rank_(rank), size_(size), turns_(&turns) {}
    int rank() const { return rank_; }
    int size() const { return size_; }
    void sync() const
    {
        if (turns_ != nullptr)
            turns_->wait(rank_);
        else if (barrier_ != nullptr)
            barrier_->wait();
    }
    template <class T>
    static void copy_async(T* to, T const* from)
    {
        *to = *from;
    }
    static void wait_copies() {}

private:
    int rank_ = 0;
    int size_ = 1;
    ThreadBarrier* barrier_ = nullptr;
    Coroutines* turns_ = nullptr;
};

/// Calls f(lanes) on n threads at once and waits for all of them. f must not throw.
template <class F>
void run_at_once(int n, F const& f)
{
    ThreadBarrier barrier(n);
    std::vector<std::thread> threads;
    for (int rank = 0; rank < n; ++rank)
        threads.emplace_back([&, rank] { f(HostLanes(rank, n, barrier)); });
    for (std::thread& thread : threads)
        thread.join();
}

/// Calls f(lanes) in n lanes that take turns. f must not throw.
template <class F>
void run_in_turns(int n, Turns order, F const& f)
{
    Coroutines lanes(n, order);
    lanes.run([&](int rank) { f(HostLanes(rank, n, lanes)); });
}

/// Calls f(lanes) in n lanes and waits for all of them: two are threads that run at once, more have
/// turns, upwards where they are few and downwards from 32 on. At a barrier of many threads a
/// machine of few cores does little but wake them; in turns a missing wait shows every time. f must
/// not throw.
template <class F>
void run_lanes(int n, F const& f)
{
    if (n == 1)
        f(HostLanes());
    else if (n == 2)
        run_at_once(n, f);
    else
        run_in_turns(n, n < 32 ? Turns::up : Turns::down, f);
}

} // namespace moerate

#pragma once

/// @file
/// Host threads as lanes: runs the cooperative text of the kernels without a GPU.

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

/// One of several host threads that share a fit, as a CUDA block's threads do; by default a lone
/// one, which has nobody to wait for.
class ThreadLanes
{
public:
    static constexpr bool serial = false;
    static constexpr bool warp = false;
    static constexpr bool matrices = false;
    static constexpr bool copied_maps = false;
    ThreadLanes() = default;
    ThreadLanes(int rank, int size, ThreadBarrier& barrier)
        : rank_(rank), size_(size), barrier_(&barrier)
    {}
    int rank() const { return rank_; }
    int size() const { return size_; }
    void sync() const
    {
        if (barrier_ != nullptr)
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
};

/// Calls f(lanes) on n threads at once and waits for all of them. f must not throw.
template <class F>
void run_lanes(int n, F const& f)
{
    ThreadBarrier barrier(n);
    std::vector<std::thread> threads;
    for (int rank = 0; rank < n; ++rank)
        threads.emplace_back([&, rank] { f(ThreadLanes(rank, n, barrier)); });
    for (std::thread& thread : threads)
        thread.join();
}

} // namespace moerate

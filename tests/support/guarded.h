#pragma once

/// @file
/// Working memory that shows its misuse.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <stdexcept>

namespace moerate
{

/// Poisoned working memory with a guard behind its end.
class Guarded
{
public:
    explicit Guarded(std::size_t bytes)
        : bytes_(bytes), data_(static_cast<unsigned char*>(
                             ::operator new(bytes + guard, std::align_val_t(alignment))))
    {
        std::memset(data_, poison, bytes + guard);
    }
    Guarded(Guarded const&) = delete;
    Guarded& operator=(Guarded const&) = delete;
    ~Guarded() { ::operator delete(data_, std::align_val_t(alignment)); }

    void* data() { return data_; }

    /// Throws std::runtime_error if the guard was written to.
    void check() const
    {
        if (std::any_of(data_ + bytes_, data_ + bytes_ + guard,
                        [](unsigned char byte) { return byte != poison; }))
            throw std::runtime_error("a task wrote past its working memory");
    }

private:
    static constexpr std::size_t alignment = 64;
    static constexpr std::size_t guard = 256;
    static constexpr unsigned char poison = 0xff; // as a float or double NaN, as an index far out

    std::size_t bytes_;
    unsigned char* data_;
};

} // namespace moerate

#pragma once

/// @file
/// One loss on one thread of the host, for what a record does not have.

#include "kernels/loss/loss_one.h"

#include <cstdint>
#include <vector>

namespace moerate
{

/// Working memory of a loss that SerialLanes measure.
class LossMemory
{
public:
    explicit LossMemory(LossTask<double> const& task)
        : memory_(scratch_bytes(SerialLanes(), task) + line)
    {}

    Scratch scratch()
    {
        auto const address = reinterpret_cast<std::uintptr_t>(memory_.data());
        return Scratch(memory_.data() + (line - address % line) % line);
    }

private:
    static constexpr std::size_t line = 64; ///< arrays begin at its multiples
    std::vector<char> memory_;
};

} // namespace moerate

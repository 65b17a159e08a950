#include "tests/support/coroutines.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

// The registers that a call keeps by the System V ABI; the rest is the caller's to save.
asm(R"(
    .text
    .globl moerate_switch_stack
    .type moerate_switch_stack, @function
moerate_switch_stack:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, (%rdi)
    mov %rsi, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
    .size moerate_switch_stack, . - moerate_switch_stack
)");

namespace moerate
{
namespace
{

/// Goes on where the stack `to` stopped, after its top was written to *from: a dozen instructions,
/// where swapcontext asks the kernel for the signal mask, and under ASan clears all of the stack's
/// shadow. For x86-64 alone, as the CPU's levels are.
extern "C" void moerate_switch_stack(void** from, void* to);

constexpr std::size_t stack_bytes = 1 << 20;

/// Stacks of this thread, kept: tests begin millions of routines.
thread_local std::vector<std::unique_ptr<char[]>> stacks;

/// Those whose routine begins.
thread_local Coroutines* beginning = nullptr;

/// The top of a stack on which moerate_switch_stack goes on at `entry`, as if that had been called.
void* fresh_stack(std::size_t rank, void (*entry)())
{
    while (stacks.size() <= rank)
        stacks.emplace_back(new char[stack_bytes]);
    auto const end = reinterpret_cast<std::uintptr_t>(stacks[rank].get() + stack_bytes);
    auto* const top = reinterpret_cast<void**>(end / 16 * 16);
    top[-1] = nullptr; // what `entry` would return to
    top[-2] = reinterpret_cast<void*>(entry);
    return top - 2 - 6; // and six registers that it does not read
}

} // namespace

Coroutines::Coroutines(int size, Turns turns)
    : top_(static_cast<std::size_t>(size)), step_(turns == Turns::up ? 1 : size - 1)
{}

void Coroutines::run(std::function<void(int)> const& f)
{
    f_ = &f;
    running_ = static_cast<int>(top_.size());
    for (std::size_t rank = 0; rank < top_.size(); ++rank)
        top_[rank] = fresh_stack(rank, &Coroutines::begin);
    current_ = step_ == 1 ? 0 : running_ - 1;
    beginning = this;
    moerate_switch_stack(&main_, top_[static_cast<std::size_t>(current_)]);
}

// Left for good at its end: ASan must not poison what lies around its variables.
__attribute__((no_sanitize("address"))) void Coroutines::begin()
{
    Coroutines& all = *beginning;
    int const rank = all.current_;
    (*all.f_)(rank);
    all.top_[static_cast<std::size_t>(rank)] = nullptr;
    void* nowhere = nullptr;
    if (--all.running_ > 0) // all end in the same round, in the order of their turns
        all.go_on(rank, &nowhere);
    moerate_switch_stack(&nowhere, all.main_);
}

void Coroutines::go_on(int rank, void** from)
{
    current_ = (rank + step_) % static_cast<int>(top_.size());
    void* const to = top_[static_cast<std::size_t>(current_)];
    if (to == nullptr) {
        std::fprintf(stderr, "lane %d waits for lane %d, which is done\n", rank, current_);
        std::abort();
    }
    beginning = this;
    moerate_switch_stack(from, to);
}

} // namespace moerate

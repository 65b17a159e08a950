#pragma once

/// @file
/// Lists of family members. A list is the one place where a member is registered: names, run-time
/// dispatch, help texts, both backends and the tests walk it.

#include "kernels/core/hd.h"

#include <string_view>

MOE_BEGIN_ISA

template <class... Member>
struct TypeList
{
    static constexpr int size = static_cast<int>(sizeof...(Member));
};

/// Calls f(Member{}, index) for each member in order.
MOE_HOST_CALLS_TOO
template <class... Member, class F>
MOE_HD constexpr void for_each(TypeList<Member...>, F&& f)
{
    int index = 0;
    (f(Member{}, index++), ...);
}

/// Calls f(Member{}) for the member at `index`; nothing if there is none. One uniform branch.
MOE_HOST_CALLS_TOO
template <class... Member, class F>
MOE_HD constexpr void visit(TypeList<Member...>, int index, F&& f)
{
    int at = 0;
    (void)((at++ == index ? (f(Member{}), true) : false) || ...);
}

/// Position of the member called `name`, or -1.
template <class List>
constexpr int find(std::string_view name)
{
    int found = -1;
    for_each(List{}, [&](auto member, int index) {
        if (member.name == name)
            found = index;
    });
    return found;
}

/// Name of the member at `index`, empty if there is none.
template <class List>
constexpr std::string_view name_of(int index)
{
    std::string_view name;
    visit(List{}, index, [&](auto member) { name = member.name; });
    return name;
}

MOE_END_ISA

#pragma once

/// @file
/// nlohmann/json.hpp for precompiled headers. The body of its literal ""_json, which nobody here
/// writes, has every source instantiate the parser, 0.4 s each: it becomes a template that nobody
/// asks for. Where the library spells it otherwise, compiling takes that longer and no more.

#define _json(...)                                                                                 \
    _json(__VA_ARGS__);                                                                            \
    template <class>                                                                               \
    nlohmann::json unused_literal(__VA_ARGS__)

#include <nlohmann/json.hpp>

#undef _json

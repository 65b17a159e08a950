#pragma once

#include "kernels/core/hd.h"

MOE_BEGIN_ISA

/// Instruction-set level that this code was compiled for, as recorded with a run.
char const* level_name();

MOE_END_ISA

#include "host/core/build.h"

#include "version.h"

namespace moerate
{

Build const& this_build()
{
    static constexpr Build build = {MOE_VERSION,    MOE_COMMIT,   MOE_DIRTY,
                                    MOE_BUILD_TYPE, MOE_COMPILER, MOE_CUDA_COMPILER};
    return build;
}

} // namespace moerate

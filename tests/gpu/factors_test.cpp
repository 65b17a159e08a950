// Gram matrices by cuBLAS. A machine that has none says so; the rest of a GPU's work needs none.

#include "tests/gpu/devices.h"
#include "tests/lse/factored_fits.h"

using namespace moerate;

namespace
{

/// Calls f unless the library is not there.
template <class F>
void with_cublas(F const& f)
{
    try {
        f(gpu());
    } catch (DeviceError const& error) {
        if (std::string(error.what()).find("a library of CUDA is missing") == std::string::npos)
            throw;
        WARN("not tested: " << error.what());
    }
}

} // namespace

TEST_CASE("Gram matrices by cuBLAS are those of the GPU's own kernel")
{
    with_cublas(check_factored_grams);
}

TEST_CASE("a Gram matrix by cuBLAS does not depend on what else is in the list")
{
    with_cublas(check_factored_alone);
}

TEST_CASE("fits by cuBLAS come to the minima of the GPU's own kernel")
{
    with_cublas(check_factored_minima);
}

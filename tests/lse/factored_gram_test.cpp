// Gram matrices of written-out factors, and fits with them, on a CPU. tests/gpu asks a GPU.

#include "tests/lse/factored_fits.h"

#include <catch2/catch.hpp>

using namespace moerate;

TEST_CASE("Gram matrices of written-out factors are those of the Gram task")
{
    check_factored_grams(*make_cpu_device(1));
}

TEST_CASE("a Gram matrix of written-out factors does not depend on what else is in the list")
{
    check_factored_alone(*make_cpu_device(1));
}

TEST_CASE("fits with written-out factors end at the minima of the others")
{
    check_factored_minima(*make_cpu_device(1));
}

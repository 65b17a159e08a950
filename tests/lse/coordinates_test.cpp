// Coordinates of least squares: theta without the antisymmetric parts of forms.

#include "kernels/lse/coordinates.h"
#include "tests/support/families.h"

#include <catch2/catch.hpp>

#include <numeric>

using namespace moerate;

namespace
{

Model quadratic(int d, int k)
{
    Family family;
    family.score = find<Scores>("quadratic");
    return model_of(family, d, k);
}

} // namespace

TEST_CASE("coordinates of a form are its upper triangle, others theta's own")
{
    Model const model = quadratic(3, 2); // A 2 x 9, w 2 x 3, b 2, then the experts' a 2 x 3, b 2
    CHECK(model.layout.size == 34);
    CHECK(coordinate_count(model) == 28);
    int const theta[] = {0, 1, 2, 4, 5, 8, 9, 10, 11, 13, 14, 17, 18, 19};
    int const mirror[] = {-1, 3, 6, -1, 7, -1, -1, 12, 15, -1, 16, -1, -1, -1};
    for (int z = 0; z < 14; ++z) {
        CHECK(coordinate_place(model, z).theta == theta[z]);
        CHECK(coordinate_place(model, z).mirror == mirror[z]);
    }
    CHECK(coordinate_place(model, 27).theta == 33);
    CHECK(coordinate_place(model, 27).mirror == -1);
}

TEST_CASE("every number of theta has one coordinate, and z goes there and back")
{
    for (Family const& family : single_families()) {
        for (auto const& [d, k] : {std::pair(1, 1), std::pair(2, 3), std::pair(5, 4)}) {
            Model const model = model_of(family, d, k);
            INFO(name_of(family) << ", d = " << d << ", k = " << k);
            auto const p = static_cast<std::size_t>(coordinate_count(model));
            std::vector<double> z(p), back(p), theta(static_cast<std::size_t>(model.layout.size));
            std::iota(z.begin(), z.end(), 1);
            scatter_coordinates(SerialLanes{}, model, z.data(), theta.data());
            gather_coordinates(SerialLanes{}, model, theta.data(), back.data());
            CHECK(back == z);
            std::vector<int> seen(theta.size());
            for (int i = 0; i < static_cast<int>(p); ++i) {
                CoordinatePlace const at = coordinate_place(model, i);
                ++seen[static_cast<std::size_t>(at.theta)];
                if (at.mirror >= 0)
                    ++seen[static_cast<std::size_t>(at.mirror)];
            }
            CHECK(seen == std::vector<int>(theta.size(), 1));
        }
    }
}

TEST_CASE("coordinates of a form that is not symmetric are those of its symmetric part")
{
    Model const model = quadratic(2, 1); // A 4, w 2, b, a 2, b
    std::vector<double> const theta = {1, 5, 2, 7, 0, 0, 0, 0, 0, 0};
    std::vector<double> z(9), again(10);
    gather_coordinates(SerialLanes{}, model, theta.data(), z.data());
    CHECK(z == std::vector<double>{1, 3.5, 7, 0, 0, 0, 0, 0, 0});
    scatter_coordinates(SerialLanes{}, model, z.data(), again.data());
    CHECK(again == std::vector<double>{1, 3.5, 3.5, 7, 0, 0, 0, 0, 0, 0});
}

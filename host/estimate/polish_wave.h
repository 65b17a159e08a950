#pragma once

/// @file
/// The fits with kinks that a device has room for at once, round by round.

#include "host/device/slices.h"
#include "host/estimate/kinks.h"
#include "host/estimate/lse_progress.h"

#include <functional>

namespace moerate
{

/// One fit on its way. The host has the point, the device the trial.
struct PolishFit
{
    using Numbers = std::vector<double>;

    LseItem<double> const* item;
    LseProgress progress;
    Numbers lower, upper{}; ///< [p]
    Numbers trial{};        ///< [layout.size]
    Numbers theta{}, z{};   ///< of the point, [layout.size] and [p] (coordinates.h)
    Numbers gradient{}, gram{};
    std::vector<NearKink> nearest{};
    NearSamples near{}; ///< these with their data
    std::vector<Kink> kinks{};
    bool searched = false;            ///< whether other minima were looked for from this point
    std::vector<KinkedStep> beyond{}; ///< steps to those, the next one last
    int on = 0;                       ///< kinks that the last point is on
    bool live = true;

    /// Numbers of the device's arrays.
    struct
    {
        int theta, gradient, gram, work, coefficients;
    } at{};
};

/// Fits that the device has room for at once.
class PolishWave
{
public:
    /// Of the settings' iterations the share that is done at most; what ends on kinks takes some
    /// ten.
    static constexpr int rounds_share = 5;

    PolishWave(Device& device, LseItem<double> const* const* items, std::size_t count);

    /// Leaves the points in the items' thetas; `ended` is told the number of each fit as it ends.
    void run(std::function<void(std::size_t fit)> const& ended);
    PolishFit const& fit(std::size_t number) const { return fits_[number]; }

private:
    using Fits = std::vector<PolishFit*>;
    using Numbers = PolishFit::Numbers;

    Fits live();
    std::size_t place(PolishFit const& fit) const
    {
        return static_cast<std::size_t>(&fit - fits_.data());
    }
    double* at(int number) const { return numbers_.at(number); }
    /// One list of the tasks task(fit, part), part < parts; its seconds go to the fits.
    template <class Make>
    void run_list(Fits const& some, int parts, Make const& task);
    void linearize(Fits const& all);
    void multiply(Fits const& some);
    void find_near(Fits const& some);
    void load_samples(Fits const& some);
    void find_kinks(Fits const& some);

    Device& device_;
    Slices<double> numbers_;
    DeviceArray<double> mse_;
    std::vector<PolishFit> fits_;
};

} // namespace moerate

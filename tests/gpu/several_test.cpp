// Whole runs on CUDA devices: how many there are, and how much memory is free, changes no bit.

#include "host/run/memory.h"
#include "tests/gpu/devices.h"
#include "tests/run/runs.h"

using namespace moerate;

namespace
{

Study study()
{
    return small::study({"study.n=[256,40960]", "study.replicates=64"});
}

void run_on(Devices const& devices, std::string const& folder)
{
    RunReport const report = run_study(study(), folder, devices, {});
    CHECK(report.fits == 2 * 2 * 64); // curves, n, replicates
}

/// CUDA devices of the first one's kind, the first one `times` times.
Devices opened(int times)
{
    Devices devices;
    for (int i = 0; i < times; ++i)
        devices.push_back(make_cuda_device(0));
    for (int index = 1; index < cuda_devices(); ++index) {
        devices.push_back(make_cuda_device(index));
        if (devices.back()->info().simd != devices.front()->info().simd)
            devices.pop_back();
    }
    return devices;
}

/// What one device leaves.
struct Whole
{
    small::Folder folder;
    Whole()
    {
        Devices one;
        one.push_back(make_cuda_device(0));
        run_on(one, folder.path());
    }
};

} // namespace

TEST_CASE("several CUDA workers leave what one leaves", "[cuda]")
{
    Whole const whole;
    for (int const times : {1, 2, 3}) {
        small::Folder folder;
        run_on(opened(times), folder.path());
        small::check_same_stores(whole.folder.path(), folder.path());
    }
}

TEST_CASE("a CUDA device whose memory is taken does its work in smaller blocks", "[cuda]")
{
    Whole const whole;
    small::Folder folder;
    Devices one;
    one.push_back(make_cuda_device(0));
    constexpr std::size_t left = std::size_t{40} << 20;
    Study const all = study();
    Plan const plan = make_plan(all);
    REQUIRE(MemoryModel(all, plan).bytes(missing_jobs(all, plan, nullptr)) > left);
    DeviceArray<char> const taken(*one.front(), one.front()->free_bytes() - left);
    CHECK(one.front()->free_bytes() <= left);
    run_on(one, folder.path());
    small::check_same_stores(whole.folder.path(), folder.path());
}

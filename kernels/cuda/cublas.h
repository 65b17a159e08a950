#pragma once

/// @file
/// cuBLAS, loaded when a product is first asked for. It is not linked: a program that is would not
/// start where the library is missing, as on most machines that fit on their CPU, and its half
/// gigabyte would be most of the GPU bundle, for what a study must ask for by name.

#include "kernels/cuda/check.h"

#include <cublas_v2.h>
#include <dlfcn.h>

#include <map>
#include <memory>
#include <string>

namespace moerate
{

/// The library of the headers' version and what is called of it.
class Cublas
{
public:
    /// It stays loaded. Throws CudaLibraryError.
    static Cublas const& get()
    {
        static Cublas const library;
        return library;
    }

    decltype(&cublasCreate) create = nullptr;
    decltype(&cublasDestroy) destroy = nullptr;
    decltype(&cublasSetMathMode) set_math_mode = nullptr;
    decltype(&cublasDgemmStridedBatched) multiply = nullptr;
    decltype(&cublasGetStatusName) status_name = nullptr;

    void check(cublasStatus_t code, char const* call, char const* file, int line) const
    {
        if (code != CUBLAS_STATUS_SUCCESS)
            throw CudaError(std::string(file) + ":" + std::to_string(line) + ": " + call + ": " +
                            status_name(code));
    }

private:
    Cublas()
    {
        std::string const name = "libcublas.so." + std::to_string(CUBLAS_VER_MAJOR);
        std::string why;
        // where the loader looks, then where CUDA's own installer puts it
        for (std::string const& path : {name, "/usr/local/cuda/lib64/" + name}) {
            library_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
            if (library_ != nullptr)
                break;
            why += (why.empty() ? "" : "; ") + std::string(dlerror());
        }
        if (library_ == nullptr)
            throw CudaLibraryError(name + " cannot be loaded (" + why + ")");
        find(create, "cublasCreate_v2", name);
        find(destroy, "cublasDestroy_v2", name);
        find(set_math_mode, "cublasSetMathMode", name);
        find(multiply, "cublasDgemmStridedBatched", name);
        find(status_name, "cublasGetStatusName", name);
    }

    template <class Function>
    void find(Function& function, char const* symbol, std::string const& name)
    {
        function = reinterpret_cast<Function>(dlsym(library_, symbol));
        if (function == nullptr)
            throw CudaLibraryError(name + " has no " + symbol + " (another library of that name?)");
    }

    void* library_ = nullptr;
};

/// Checks one call of cuBLAS.
#define MOE_CUBLAS_CHECK(library, call) (library).check((library).call, #call, __FILE__, __LINE__)

/// The calling thread's handle of its selected device. Its work goes to the stream of all kernels,
/// and one stream a handle is what cuBLAS asks for to give the same bits each time.
inline cublasHandle_t cublas_handle()
{
    struct Destroy
    {
        void operator()(cublasHandle_t handle) const { Cublas::get().destroy(handle); }
    };
    thread_local std::map<int, std::unique_ptr<cublasContext, Destroy>> handles;
    Cublas const& library = Cublas::get();
    int device = 0;
    MOE_CUDA_CHECK(cudaGetDevice(&device));
    auto& own = handles[device];
    if (own == nullptr) {
        cublasHandle_t handle = nullptr;
        MOE_CUBLAS_CHECK(library, create(&handle));
        own.reset(handle);
        MOE_CUBLAS_CHECK(library, set_math_mode(handle, CUBLAS_DEFAULT_MATH));
    }
    return own.get();
}

} // namespace moerate

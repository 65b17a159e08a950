#pragma once

/// @file
/// Device memory that frees itself.

#include "kernels/cuda/cuda_api.h"

#include <vector>

namespace moerate
{

/// An array on the selected device, without initial values.
template <class T>
class CudaBuffer
{
public:
    explicit CudaBuffer(std::size_t size)
        : data_(size == 0 ? nullptr : static_cast<T*>(cuda_allocate(size * sizeof(T))))
    {}
    /// The same with a copy of `values`.
    explicit CudaBuffer(std::vector<T> const& values) : CudaBuffer(values.size())
    {
        if (!values.empty())
            cuda_upload(data_, values.data(), values.size() * sizeof(T));
    }
    CudaBuffer(CudaBuffer const&) = delete;
    CudaBuffer& operator=(CudaBuffer const&) = delete;
    ~CudaBuffer() { cuda_release(data_); }

    T* data() const { return data_; }

private:
    T* data_;
};

} // namespace moerate

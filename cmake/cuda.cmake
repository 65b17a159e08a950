# The CUDA backend where nvcc is found; without it one stub says why CUDA is not usable.
set(MOE_CUDA_LIBRARY "")
set(MOE_HAVE_CUDA OFF)
set(MOE_HAVE_CUBLAS OFF)
if(MOE_SANITIZE)
    set(no_cuda "this is a sanitizer build")
elseif(NOT MOE_CUDA)
    set(no_cuda "it was configured with MOE_CUDA=OFF")
else()
    include(CheckLanguage)
    check_language(CUDA)
    if(CMAKE_CUDA_COMPILER)
        set(MOE_HAVE_CUDA ON)
    else()
        set(no_cuda "nvcc was not found when it was configured")
    endif()
endif()

if(MOE_HAVE_CUDA)
    # nvcc compiles all kernels once an architecture: take those of this machine's GPUs alone; where
    # there are none, an H100's, and PTX that newer devices compile when they load it. The preset
    # every-gpu has all that are supported; CUDAARCHS says others, as to CMake itself.
    if(NOT CMAKE_CUDA_ARCHITECTURES AND DEFINED ENV{CUDAARCHS})
        set(CMAKE_CUDA_ARCHITECTURES $ENV{CUDAARCHS})
    elseif(NOT CMAKE_CUDA_ARCHITECTURES)
        execute_process(COMMAND nvidia-smi --query-gpu=compute_cap --format=csv,noheader
            OUTPUT_VARIABLE here RESULT_VARIABLE no_gpu ERROR_QUIET)
        string(REGEX MATCHALL "[0-9]+[.][0-9]" here "${here}")
        list(REMOVE_DUPLICATES here)
        list(TRANSFORM here REPLACE "[.]" "")
        list(TRANSFORM here APPEND -real)
        if(no_gpu OR NOT here)
            set(here 90-real 90-virtual)
        endif()
        set(CMAKE_CUDA_ARCHITECTURES ${here})
    endif()
    enable_language(CUDA)
    find_package(CUDAToolkit REQUIRED)
    # Of its headers alone: kernels/cuda/cublas.h loads the library when it is asked for. The bench links it.
    find_path(CUBLAS_INCLUDE cublas_v2.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
    if(CUBLAS_INCLUDE AND TARGET CUDA::cublas)
        set(MOE_HAVE_CUBLAS ON)
    endif()
    set(CMAKE_CUDA_STANDARD 17)
    set(CMAKE_CUDA_STANDARD_REQUIRED ON)
    file(GLOB cuda_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/kernels/*/*_cuda.cu)
    # The two that take by far the longest first: at the end they would leave the other cores idle.
    foreach(name evaluate sgd)
        list(REMOVE_ITEM cuda_sources ${CMAKE_SOURCE_DIR}/kernels/${name}/${name}_cuda.cu)
        list(PREPEND cuda_sources ${CMAKE_SOURCE_DIR}/kernels/${name}/${name}_cuda.cu)
    endforeach()
    # For tools/kernel-report: ptxas says what each kernel uses, and the launcher keeps that with the
    # compile's time. Machine code is packed as small as it goes: gpu-bundle holds it once a program.
    list(PREPEND CMAKE_CUDA_COMPILER_LAUNCHER ${CMAKE_SOURCE_DIR}/cmake/record_nvcc)
    # No --use_fast_math: its exp and division are too coarse. The prefix map keeps error texts short.
    set(MOE_CUDA_OPTIONS
        -Xptxas=-v --compress-mode=size
        "-Xcompiler=-Wall,-Wextra,-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=")
    if(MOE_WERROR)
        list(APPEND MOE_CUDA_OPTIONS "SHELL:--Werror all-warnings" -Xcompiler=-Werror)
    endif()
    add_library(moe_cuda STATIC ${cuda_sources})
    target_link_libraries(moe_cuda PUBLIC moe_options CUDA::cudart_static)
    target_compile_options(moe_cuda PRIVATE "$<$<COMPILE_LANGUAGE:CUDA>:${MOE_CUDA_OPTIONS}>")
    set(MOE_CUDA_LIBRARY moe_cuda)
    set(unused_device cuda_stub.cpp)
else()
    set_source_files_properties(host/device/cuda_stub.cpp PROPERTIES
        COMPILE_DEFINITIONS "MOE_NO_CUDA=\"${no_cuda}\"")
    set(unused_device cuda_device.cpp)
endif()
# moe_device takes all of host/device; a header is not compiled.
set_source_files_properties(host/device/${unused_device} PROPERTIES HEADER_FILE_ONLY ON)

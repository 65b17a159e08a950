# tools/bench: the engine against the machine's own matrix products, on the CPU OpenBLAS's (loaded at run
# time) and on a GPU cuBLAS's (shared: the machine with the GPU brings its own).
find_path(CBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas openblas-pthread x86_64-linux-gnu REQUIRED)
add_executable(moerate-bench tools/bench.cpp tools/bench_case.cpp tools/bench_ceiling.cpp
    tools/bench_families.cpp tools/bench_lse.cpp tools/bench_problems.cpp tools/bench_stages.cpp
    tools/bench_cuda$<$<NOT:$<BOOL:${MOE_HAVE_CUBLAS}>>:_stub>.cpp)
target_link_libraries(moerate-bench PRIVATE moe_cli ${CMAKE_DL_LIBS})
if(MOE_HAVE_CUBLAS)
    target_link_libraries(moerate-bench PRIVATE CUDA::cublas)
endif()
target_include_directories(moerate-bench SYSTEM PRIVATE ${CBLAS_INCLUDE} ${CLI11_INCLUDE})
target_compile_options(moerate-bench PRIVATE ${MOE_V3} $<$<CONFIG:Release>:-O1>) # what it times is in libraries
set_target_properties(moerate-bench PROPERTIES UNITY_BUILD ON)

# tools/bench: the engine against OpenBLAS's SGEMM on the same cores.
find_path(CBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas openblas-pthread x86_64-linux-gnu REQUIRED)
find_library(OPENBLAS openblas REQUIRED)
add_executable(moerate-bench tools/bench.cpp tools/bench_ceiling.cpp tools/bench_families.cpp)
target_link_libraries(moerate-bench PRIVATE moe_run ${OPENBLAS})
target_include_directories(moerate-bench SYSTEM PRIVATE ${CBLAS_INCLUDE} ${CLI11_INCLUDE})
target_compile_options(moerate-bench PRIVATE ${MOE_V3})

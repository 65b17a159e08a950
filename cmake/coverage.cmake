# tools/coverage: the intervals of host/rates on replicates whose slopes are known.
add_executable(moerate-coverage tools/coverage.cpp tools/coverage_lines.cpp tools/coverage_methods.cpp tools/coverage_populations.cpp)
target_link_libraries(moerate-coverage PRIVATE moe_cli)
target_include_directories(moerate-coverage SYSTEM PRIVATE ${CLI11_INCLUDE})
target_compile_options(moerate-coverage PRIVATE ${MOE_V3} $<$<CONFIG:Release>:-O1>) # the work is in libraries
set_target_properties(moerate-coverage PROPERTIES UNITY_BUILD ON)

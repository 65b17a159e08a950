# Commit, state of the tree and build into generated/version.h, so that a result knows its origin.
# host/core/build.cpp alone includes it.
set(version_script ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR}
    -DTARGET=${CMAKE_BINARY_DIR}/generated/version.h -DPROJECT_VERSION=${PROJECT_VERSION}
    -DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE} -DCMAKE_CXX_COMPILER_ID=${CMAKE_CXX_COMPILER_ID}
    -DCMAKE_CXX_COMPILER_VERSION=${CMAKE_CXX_COMPILER_VERSION}
    -DCMAKE_CUDA_COMPILER_VERSION=${CMAKE_CUDA_COMPILER_VERSION}
    -P ${CMAKE_SOURCE_DIR}/cmake/write_version.cmake)
add_custom_target(moe_version COMMAND ${version_script}
    BYPRODUCTS ${CMAKE_BINARY_DIR}/generated/version.h COMMENT "")
target_include_directories(moe_options INTERFACE ${CMAKE_BINARY_DIR}/generated)
add_dependencies(moe_core moe_version)

# What only a machine with a GPU can run: the GPU tests, and a bundle of all that tools/gpu-check needs
# on a machine without compiler.
if(NOT MOE_HAVE_CUDA)
    return()
endif()
file(GLOB gpu_sources CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/tests/gpu/*.cpp ${CMAKE_SOURCE_DIR}/tests/gpu/*.cu)
# The drawn problems of the CPU tests, compared between the two devices.
add_executable(test_gpu ${gpu_sources} ${CMAKE_SOURCE_DIR}/tests/fit/problem.cpp)
target_include_directories(test_gpu SYSTEM PRIVATE ${CATCH2_INCLUDE})
target_link_libraries(test_gpu PRIVATE moe_run Threads::Threads)
target_compile_options(test_gpu PRIVATE
    "$<$<COMPILE_LANGUAGE:CXX>:${MOE_V3}>" "$<$<COMPILE_LANGUAGE:CUDA>:${MOE_CUDA_OPTIONS}>")
add_test(NAME gpu COMMAND test_gpu)
set_tests_properties(gpu PROPERTIES LABELS gpu SKIP_RETURN_CODE 77 RESOURCE_LOCK gpu TIMEOUT 600)

# gpu-bundle: build/gpu-bundle/ with the executables and every shared library they need but those of the
# system's C library and of CUDA. An old-style RPATH, because the libraries' own needs must find it too.
set(bundled)
foreach(program moerate test_gpu moerate-bench)
    if(TARGET ${program})
        set_target_properties(${program} PROPERTIES BUILD_RPATH "\$ORIGIN/lib")
        target_link_options(${program} PRIVATE -Wl,--disable-new-dtags)
        list(APPEND bundled $<TARGET_FILE:${program}>)
    endif()
endforeach()
add_custom_target(gpu-bundle
    COMMAND ${CMAKE_COMMAND} "-DPROGRAMS=${bundled}" -DFOLDER=${CMAKE_BINARY_DIR}/gpu-bundle
        -DSTRIP=${CMAKE_STRIP} -DLIMIT_MIB=60 -P ${CMAKE_SOURCE_DIR}/cmake/gpu_bundle.cmake
    VERBATIM)
foreach(program moerate test_gpu moerate-bench)
    if(TARGET ${program})
        add_dependencies(gpu-bundle ${program})
    endif()
endforeach()

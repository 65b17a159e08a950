# What only a machine with a GPU can run: the GPU tests, and a bundle of all that tools/gpu-check needs
# on a machine without compiler.
if(NOT MOE_HAVE_CUDA)
    return()
endif()
file(GLOB gpu_cases CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/gpu/*_test.cpp)
# The drawn problems of the CPU tests, compared between the two devices.
add_library(moe_gpu_cases OBJECT ${gpu_cases}
    ${CMAKE_SOURCE_DIR}/tests/fit/problem.cpp ${CMAKE_SOURCE_DIR}/tests/fit/plain_maps.cpp)
target_link_libraries(moe_gpu_cases PUBLIC moe_run Threads::Threads)
target_include_directories(moe_gpu_cases SYSTEM PUBLIC ${CATCH2_INCLUDE})
target_compile_options(moe_gpu_cases PUBLIC
    ${MOE_TEST_OPTIONS} "$<$<COMPILE_LANGUAGE:CUDA>:${MOE_CUDA_OPTIONS}>")
set_target_properties(moe_gpu_cases PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
add_executable(test_gpu tests/gpu/main.cpp tests/gpu/draws_probe.cu tests/task/own/own_cuda.cu)
target_link_libraries(test_gpu PRIVATE moe_gpu_cases)
# In cuBLAS's place where an emulator runs the kernels (tools/ptx-check): in a folder of its own, so that
# nothing else finds it.
if(MOE_HAVE_CUBLAS)
    add_library(cublas_stand_in SHARED tests/gpu/cublas_stand_in.cpp)
    target_link_libraries(cublas_stand_in PRIVATE moe_options)
    target_include_directories(cublas_stand_in SYSTEM PRIVATE ${CUBLAS_INCLUDE})
    target_compile_options(cublas_stand_in PRIVATE ${MOE_V3})
    set_target_properties(cublas_stand_in PROPERTIES OUTPUT_NAME cublas
        SOVERSION ${CUDAToolkit_VERSION_MAJOR} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/stand-in)
    add_dependencies(test_gpu cublas_stand_in)
endif()
add_test(NAME gpu COMMAND test_gpu)
set_tests_properties(gpu PROPERTIES LABELS gpu SKIP_RETURN_CODE 77 RESOURCE_LOCK gpu TIMEOUT 600)
# The same cases with a CPU in the GPU's place, but those about CUDA itself.
add_executable(test_gpu_rehearsal tests/gpu/rehearsal/main.cpp ${own_task})
target_link_libraries(test_gpu_rehearsal PRIVATE moe_gpu_cases)
add_test(NAME gpu-rehearsal COMMAND test_gpu_rehearsal "~[cuda]")

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

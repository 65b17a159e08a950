# One Catch2 executable a folder of tests/; each links the library of its level.
find_path(CATCH2_INCLUDE catch2/catch.hpp REQUIRED)
# Tests are not about speed, and their templates take half the time to compile at -O1; the kernels
# that they call keep the build's optimisation.
set(MOE_TEST_OPTIONS "$<$<COMPILE_LANGUAGE:CXX>:${MOE_V3};-O1>")
add_library(moe_catch OBJECT tests/catch_main.cpp)
target_include_directories(moe_catch SYSTEM PUBLIC ${CATCH2_INCLUDE})
target_compile_options(moe_catch PRIVATE ${MOE_TEST_OPTIONS})
# The large headers of nearly all tests, compiled once. They belong to an object of their own.
file(CONFIGURE OUTPUT generated/tests/headers.cpp CONTENT "")
add_library(moe_test_headers OBJECT ${CMAKE_BINARY_DIR}/generated/tests/headers.cpp)
target_link_libraries(moe_test_headers PUBLIC moe_core)
target_include_directories(moe_test_headers SYSTEM PUBLIC ${CATCH2_INCLUDE})
target_compile_options(moe_test_headers PRIVATE ${MOE_TEST_OPTIONS})
target_precompile_headers(moe_test_headers PRIVATE
    <catch2/catch.hpp> <fmt/format.h> cmake/json_library.h)
configure_file(tests/support/places.h.in ${CMAKE_BINARY_DIR}/generated/tests/places.h @ONLY)

# Several sources at once, as in the host: names in a folder's anonymous namespaces differ. Alone are
# those that put members of their own into the axes before they include them, and two whose short names
# are those of a neighbour.
file(GLOB own_members CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/*/own_*_test.cpp)
set_source_files_properties(${own_members} tests/estimate/lse_test.cpp tests/study/test_bad_input.cpp
    PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
function(moe_test folder)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${folder}/*.cpp)
    if(sources)
        add_executable(test_${folder} ${sources} $<TARGET_OBJECTS:moe_catch>)
        target_include_directories(test_${folder} SYSTEM PRIVATE ${CATCH2_INCLUDE})
        target_link_libraries(test_${folder} PRIVATE ${ARGN} Threads::Threads)
        target_compile_options(test_${folder} PRIVATE ${MOE_TEST_OPTIONS})
        target_precompile_headers(test_${folder} REUSE_FROM moe_test_headers)
        set_target_properties(test_${folder} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
        add_test(NAME ${folder} COMMAND test_${folder})
        set_tests_properties(${folder} PROPERTIES TIMEOUT 1200)
    endif()
endfunction()
# Backends that tests of several folders walk, and a kind of task that is in no list but the tests'.
file(GLOB algorithms RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/kernels/*/*_one.h)
list(TRANSFORM algorithms REPLACE "(.+)" "#include \"\\1\"")
list(JOIN algorithms "\n" algorithms)
file(CONFIGURE OUTPUT generated/tests/algorithms.h CONTENT "${algorithms}\n" @ONLY)
add_library(moe_test_backend OBJECT tests/support/backend.cpp tests/support/coroutines.cpp)
target_link_libraries(moe_test_backend PUBLIC moe_device)
target_compile_options(moe_test_backend PRIVATE ${MOE_TEST_OPTIONS})
moe_levels(moe_own_task tests/task/own/own_cpu.cpp tests/task/own/own_table_cpu.cpp)
set(own_task $<TARGET_OBJECTS:moe_own_task_v3> $<TARGET_OBJECTS:moe_own_task_v4>)

moe_test(core moe_measure)
moe_test(rng moe_measure ${MOE_CUDA_LIBRARY})
if(MOE_HAVE_CUDA)
    target_sources(test_rng PRIVATE tests/rng/philox_cuda.cu)
    target_compile_definitions(test_rng PRIVATE MOE_HAVE_CUDA)
    target_compile_options(test_rng PRIVATE "$<$<COMPILE_LANGUAGE:CUDA>:${MOE_CUDA_OPTIONS}>")
endif()
moe_test(device moe_device)
moe_test(task moe_device moe_measure)
moe_test(fit moe_device moe_measure)
moe_test(loss moe_device moe_measure)
moe_test(lse moe_estimate)
if(TARGET test_lse) # the drawn problems of the fits
    target_sources(test_lse PRIVATE tests/fit/problem.cpp tests/fit/plain_maps.cpp)
endif()
moe_test(estimate moe_estimate)
moe_test(data moe_data)
moe_test(study moe_study)
moe_test(store moe_store)
moe_test(rates moe_rates)
moe_test(run moe_run)
moe_test(probe moe_probe)
moe_test(cli moe_cli)
if(TARGET test_cli AND TARGET moerate)
    add_dependencies(test_cli moerate)
endif()
find_program(PYTHON3 python3 REQUIRED)
if(NOT MOE_SANITIZE) # sources, scripts and programs that measure: once is enough
    moe_test(tools moe_device)
    add_dependencies(test_tools moerate moerate-bench moerate-coverage)
    # Two published experiments in small, timed: nothing beside it.
    add_test(NAME eta COMMAND test_tools "[.eta]")
    set_tests_properties(eta PROPERTIES RUN_SERIAL ON TIMEOUT 600)
    add_test(NAME house COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/house/house_test.py
        ${CMAKE_BINARY_DIR} ${CMAKE_CXX_COMPILER})
    add_test(NAME install COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/tools/install_test.py
        ${CMAKE_BINARY_DIR} ${CMAKE_COMMAND})
    add_test(NAME reader COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/tools/reader_test.py ${CMAKE_BINARY_DIR})
    add_test(NAME docs COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/tools/docs_test.py ${CMAKE_BINARY_DIR}
        ${CMAKE_CXX_COMPILER})
    # A Slurm of this machine's own; alone, as its jobs have time limits. 77: Slurm is not installed.
    add_test(NAME slurm COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/slurm/slurm_test.py ${CMAKE_BINARY_DIR})
    set_tests_properties(slurm PROPERTIES LABELS slurm SKIP_RETURN_CODE 77 RUN_SERIAL ON TIMEOUT 600)
    add_test(NAME torture COMMAND ${CMAKE_SOURCE_DIR}/tools/torture --build ${CMAKE_BINARY_DIR} --rounds 10)
    set_tests_properties(torture PROPERTIES LABELS torture TIMEOUT 900)
    # All panels of the papers at the smallest scale.
    add_test(NAME reproduce COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/tools/reproduce_test.py
        ${CMAKE_BINARY_DIR})
    set_tests_properties(reproduce PROPERTIES LABELS reproduce TIMEOUT 900)
    add_test(NAME perf-report COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/tools/perf_report_test.py
        ${CMAKE_BINARY_DIR})
    add_test(NAME counterexamples COMMAND ${CMAKE_SOURCE_DIR}/tests/reference/counterexamples.py)
    add_test(NAME plot-tool COMMAND ${CMAKE_SOURCE_DIR}/tests/tools/plot_test.py)
    include(cmake/kernel_report.cmake)
endif()
foreach(folder task fit loss lse rates)
    if(TARGET test_${folder})
        target_sources(test_${folder} PRIVATE $<TARGET_OBJECTS:moe_test_backend>)
    endif()
endforeach()
target_sources(test_task PRIVATE ${own_task})
include(cmake/gpu.cmake)
# The longest first, so that tests side by side end together; about seconds on one core of 2026.
foreach(cost cli:95 torture:75 reproduce:70 house:65 run:55 store:40 fit:40 rates:25 plot-tool:25 tools:20 docs:20 lse:10)
    string(REPLACE ":" ";" cost ${cost})
    list(GET cost 0 name)
    list(GET cost 1 seconds)
    if(TEST ${name})
        set_tests_properties(${name} PROPERTIES COST ${seconds})
    endif()
endforeach()

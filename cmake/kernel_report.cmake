# What the compiler made of the kernels (tools/kernel-report): the tool's own test, and the limits that
# the build's kernels keep. Without CUDA the second is skipped.
add_test(NAME kernel-report-tool COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/tools/kernel_report_test.py)
# The float32 SGD kernel of linear families (`true`, where they have an instance of their own) is where
# the time goes. What it spills is its loop's own state, some 30 of 2900 instructions a step: no more.
add_test(NAME kernel-report COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tools/kernel-report ${CMAKE_BINARY_DIR}
    --fail-on-spill "^sgd<float(, true)?>$" --most-spill 100 --max-compile-seconds 600)
set_tests_properties(kernel-report PROPERTIES SKIP_RETURN_CODE 77)
# The kernels themselves on an emulator of PTX: skipped unless MOERATE_PTX_EMULATOR names one.
add_test(NAME ptx-check-tool COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/tools/ptx_check_test.py)
add_test(NAME ptx-check COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tools/ptx-check
    --build ${CMAKE_BINARY_DIR} --quick)
set_tests_properties(ptx-check PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)

# Commit and build flags into build/generated/version.h, so that a result knows its origin.
find_package(Git QUIET)
set(MOE_COMMIT unknown)
set(MOE_DIRTY false)
if(Git_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${CMAKE_SOURCE_DIR} rev-parse --short=12 HEAD
        OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
    if(NOT failed)
        set(MOE_COMMIT ${commit})
        execute_process(COMMAND ${GIT_EXECUTABLE} -C ${CMAKE_SOURCE_DIR} status --porcelain -uno
            OUTPUT_VARIABLE changes)
        if(changes)
            set(MOE_DIRTY true)
        endif()
    endif()
endif()
configure_file(cmake/version.h.in generated/version.h @ONLY)
target_include_directories(moe_options INTERFACE ${CMAKE_BINARY_DIR}/generated)

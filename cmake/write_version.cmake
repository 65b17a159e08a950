# Run at every build: writes generated/version.h if commit or state of the tree has changed.
set(MOE_COMMIT unknown)
set(MOE_DIRTY false)
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE commit
    OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
if(NOT failed)
    set(MOE_COMMIT ${commit})
    execute_process(COMMAND git -C ${SOURCE} status --porcelain -uno OUTPUT_VARIABLE changes)
    if(changes)
        set(MOE_DIRTY true)
    endif()
endif()
configure_file(${SOURCE}/cmake/version.h.in ${TARGET} @ONLY)

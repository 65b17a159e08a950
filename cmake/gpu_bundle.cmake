# Run by the target gpu-bundle: copies PROGRAMS and the shared libraries they need into FOLDER, strips
# them and refuses more than LIMIT_MIB.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER}/lib)
# Left to the machine: the C library, which belongs to its loader, and the CUDA driver and libraries.
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${PROGRAMS}
    RESOLVED_DEPENDENCIES_VAR found UNRESOLVED_DEPENDENCIES_VAR missing
    PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread)\\.so" "^lib(cuda|cu[a-z]+|nv[a-zA-Z]+)[.-]")
if(missing)
    message(FATAL_ERROR "gpu-bundle: libraries not found (the programs need them) install: ${missing}")
endif()
file(COPY ${PROGRAMS} DESTINATION ${FOLDER})
file(COPY ${found} DESTINATION ${FOLDER}/lib FOLLOW_SYMLINK_CHAIN)
file(GLOB_RECURSE files LIST_DIRECTORIES false ${FOLDER}/*)
set(bytes 0)
foreach(file IN LISTS files)
    if(NOT IS_SYMLINK ${file})
        execute_process(COMMAND ${STRIP} --strip-unneeded ${file} COMMAND_ERROR_IS_FATAL ANY)
        file(SIZE ${file} size)
        math(EXPR bytes "${bytes} + ${size}")
    endif()
endforeach()
math(EXPR mib "${bytes} / 1048576")
if(mib GREATER_EQUAL LIMIT_MIB)
    message(FATAL_ERROR "gpu-bundle: ${mib} MiB (the limit is ${LIMIT_MIB}) see what ${FOLDER} holds")
endif()
message(STATUS "gpu-bundle: ${mib} MiB in ${FOLDER}")

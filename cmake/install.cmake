# cmake --install build --prefix P: the program, the published experiments, the figure's tool, manual
# pages and completions. Nothing in it knows P: the tree can be moved, and goes on without the sources.
include(GNUInstallDirs)
# A quick build has the level of its own machine: what is installed may be run on others.
install(CODE "
    if(NOT \"${MOE_LEVELS}\" STREQUAL \"v3;v4\")
        message(FATAL_ERROR \"this build has kernels for ${MOE_LEVELS} alone (an installed program is to run on every CPU) run tools/setup portable, then install\")
    endif()")

set_target_properties(moerate PROPERTIES INSTALL_RPATH "\$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
set(moerate_share ${CMAKE_INSTALL_DATADIR}/moerate)
install(TARGETS moerate RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(PROGRAMS tools/plot DESTINATION ${CMAKE_INSTALL_BINDIR} RENAME moerate-plot)
file(GLOB figure_tools CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/plot*.py)
install(FILES ${figure_tools} DESTINATION ${moerate_share})
install(DIRECTORY experiments DESTINATION ${moerate_share} FILES_MATCHING PATTERN *.toml PATTERN *.json)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)

# The program writes its own pages, when it is there: at the install.
install(CODE "
    set(program \"${CMAKE_BINARY_DIR}/moerate\")
    set(root \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\")
    set(man \"\${root}/${CMAKE_INSTALL_MANDIR}/man1\")
    set(share \"\${root}/${CMAKE_INSTALL_DATADIR}\")
    include(\"${CMAKE_SOURCE_DIR}/cmake/install_pages.cmake\")")

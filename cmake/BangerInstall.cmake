# What is installed beside the programs, plugins and headers that their own folders install.

# The unit names the prefix of the installation, which `cmake --install --prefix` may set late.
# share/systemd/user is read below /usr, /usr/local and ~/.local alike.
install(CODE "
    set(BINDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
    set(DOCDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR}\")
    configure_file(\"${PROJECT_SOURCE_DIR}/cmake/bangerd.service.in\" \"${PROJECT_BINARY_DIR}/bangerd.service\" @ONLY)")
install(FILES ${PROJECT_BINARY_DIR}/bangerd.service DESTINATION ${CMAKE_INSTALL_DATADIR}/systemd/user)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/sdk/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/sdk)

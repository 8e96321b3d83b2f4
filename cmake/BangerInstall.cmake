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

# What this prefix has of banger, for scripts/uninstall.sh: CMake's own list is the build folder's last installation,
# wherever that went. Files of an earlier version, or of another component, stay in it.
install(CODE "
    set(list \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/banger/installed-files.txt\")
    set(files \"\${CMAKE_INSTALL_MANIFEST_FILES}\")
    if(EXISTS \"\$ENV{DESTDIR}\${list}\")
        file(STRINGS \"\$ENV{DESTDIR}\${list}\" before)
        list(APPEND files \${before})
    endif()
    list(APPEND files \"\${list}\")
    list(SORT files)
    list(REMOVE_DUPLICATES files)
    list(JOIN files \"\\n\" text)
    file(WRITE \"\$ENV{DESTDIR}\${list}\" \"\${text}\\n\")
    list(APPEND CMAKE_INSTALL_MANIFEST_FILES \"\${list}\")"
    ALL_COMPONENTS)

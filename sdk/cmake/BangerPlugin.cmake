# banger_add_plugin(<id> sources... [LIBS libraries...])
# Builds the plugin <id> as the module plugins/<id>.so of the build tree, with everything hidden but
# the entry symbol. <id> is the id in its descriptor. BANGER_PLUGIN_INSTALL_DIR, when set, is where
# `cmake --install` puts it.
function(banger_add_plugin id)
    cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
    string(LENGTH "${id}" length)
    if(NOT id MATCHES "^[a-z][a-z0-9-]*$" OR length GREATER 32)
        message(FATAL_ERROR "banger_add_plugin: '${id}' is not a plugin id (a-z, 0-9, -)")
    endif()
    set(target plugin_${id})
    add_library(${target} MODULE ${ARG_UNPARSED_ARGUMENTS})
    target_link_libraries(${target} PRIVATE BangerPlugin::sdk ${ARG_LIBS})
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    if(CXX IN_LIST languages) # a plugin in C needs none
        target_compile_features(${target} PRIVATE cxx_std_17)
    endif()
    target_link_options(${target} PRIVATE "LINKER:--version-script=${BANGER_PLUGIN_EXPORTS}")
    # A sanitized module of clang takes the runtime's symbols from the program that loads it.
    if(NOT (BANGER_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang"))
        target_link_options(${target} PRIVATE "LINKER:-z,defs")
    endif()
    set_target_properties(${target} PROPERTIES
        PREFIX "" SUFFIX ".so" OUTPUT_NAME ${id}
        C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
        LINK_DEPENDS ${BANGER_PLUGIN_EXPORTS}
        LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/plugins)
    if(COMMAND banger_sanitize) # banger's own tree
        banger_sanitize(${target})
    endif()
    if(BANGER_PLUGIN_INSTALL_DIR)
        install(TARGETS ${target} LIBRARY DESTINATION ${BANGER_PLUGIN_INSTALL_DIR})
    endif()
endfunction()

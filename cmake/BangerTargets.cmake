# banger_add_library(<folder> sources... LIBS libraries...)
# One static library per host folder, so that an include in the wrong direction is a link error.
function(banger_add_library folder)
    cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
    set(target banger_${folder})
    add_library(${target} STATIC ${ARG_UNPARSED_ARGUMENTS})
    target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/host)
    target_link_libraries(${target} PUBLIC ${ARG_LIBS})
    banger_sanitize(${target})
    banger_precompile(${target})
    banger_join(${target})
endfunction()

# banger_add_program(<name> [STANDALONE] DESTINATION <install dir> [OUTPUT folder] sources... LIBS libraries...)
# It is built in bin/, or in that folder, of the build tree. STANDALONE: it loads no plugin and so
# brings its own C++ library, which saves the loader a third of the time of a short command.
function(banger_add_program name)
    cmake_parse_arguments(ARG "STANDALONE" "DESTINATION;OUTPUT" "LIBS" ${ARGN})
    add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
    target_link_libraries(${name} PRIVATE ${ARG_LIBS})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/host)
    banger_sanitize(${name})
    if(BANGER_SANITIZE MATCHES "address")
        # Half of the time of a short command; the tests look for leaks, in the same code.
        target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/no_leak_check.cpp)
    endif()
    if(ARG_STANDALONE AND NOT BANGER_SANITIZE)
        target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc)
    endif()
    if(ARG_OUTPUT)
        set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${ARG_OUTPUT})
    endif()
    if(ARG_DESTINATION)
        install(TARGETS ${name} RUNTIME DESTINATION ${ARG_DESTINATION})
    endif()
endfunction()

option(BANGER_LIBFUZZER "Link the fuzz entries to libFuzzer (clang)" OFF)

# Host code runs under the preset's sanitizers; what runs inside a guest or must stay tiny does not.
function(banger_sanitize target)
    if(BANGER_LIBFUZZER) # libFuzzer is led by which parts of the code an input reaches
        target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    endif()
    if(BANGER_SANITIZE)
        target_compile_options(${target} PRIVATE -fsanitize=${BANGER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
        if(BANGER_SANITIZE MATCHES "undefined")
            # A third of the time to compile: a null pointer ends the program at once anyway, with the same trace,
            # and x86-64 reads from any address.
            target_compile_options(${target} PRIVATE -fno-sanitize=null,alignment)
        endif()
        # Not relocatable: the sanitizers' tables hold more than a million addresses, and relocating them
        # would take half of the time of a short command.
        target_link_options(${target} PUBLIC -fsanitize=${BANGER_SANITIZE}
                            $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie>)
    endif()
endfunction()

# banger_add_unit_test(<folder> sources... LIBS libraries...)
# One executable per folder; its suites are tests of ctest's (AddTestSuites.cmake) and may run in any order.
function(banger_add_unit_test folder)
    banger_add_gtest(unit "${folder}" ${ARGN})
endfunction()

# banger_add_integration_test(<folder> [BOOTS] sources... LIBS libraries...)
# As above, but each case is a test of its own, for those that meet the kernel or other programs: they skip, with the
# reason, where they cannot run.
function(banger_add_integration_test folder)
    banger_add_gtest(integration "${folder}" ${ARGN})
endfunction()

function(banger_add_gtest kind folder)
    # LONG: a gtest filter of cases that are minutes in all; their label is `long`. BOOTS: each runs a VM by emulation,
    # which takes a core.
    cmake_parse_arguments(ARG "BOOTS" "LONG" "LIBS" ${ARGN})
    set(processors 1)
    if(ARG_BOOTS)
        set(processors 2) # test.sh starts three a core
    endif()
    string(REPLACE "/" "_" name "${folder}")
    set(target ${kind}_${name})
    set(prefix "${folder}/")
    if(NOT kind STREQUAL "unit")
        set(prefix "${kind}/${folder}/")
    endif()
    add_executable(${target} ${ARG_UNPARSED_ARGUMENTS})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/host ${PROJECT_SOURCE_DIR}/tests)
    target_link_libraries(${target} PRIVATE ${ARG_LIBS} GTest::gtest_main GTest::gmock)
    banger_sanitize(${target})
    banger_precompile_test(${target})
    banger_join(${target})
    if(kind STREQUAL "unit")
        banger_add_suites(${target} "${prefix}" ${kind} ${ARG_UNPARSED_ARGUMENTS})
        return()
    endif()
    set(short)
    if(ARG_LONG)
        gtest_discover_tests(${target} TEST_PREFIX "${prefix}" TEST_FILTER "${ARG_LONG}" TEST_LIST ${target}_long
                             DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300 LABELS long)
        set(short TEST_FILTER "-${ARG_LONG}")
    endif()
    gtest_discover_tests(${target} TEST_PREFIX "${prefix}" ${short} DISCOVERY_TIMEOUT 60
                         PROPERTIES TIMEOUT 120 LABELS ${kind} PROCESSORS ${processors})
endfunction()

# banger_add_suites(<target> <prefix> <label> sources...)
function(banger_add_suites target prefix label)
    list(FILTER ARGN INCLUDE REGEX "\\.cpp$")
    list(TRANSFORM ARGN PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" REGEX "^[^/]")
    list(JOIN ARGN "|" sources)
    set(suites ${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake)
    add_custom_command(TARGET ${target} POST_BUILD BYPRODUCTS ${suites}
                       COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}> -DPREFIX=${prefix} -DLABEL=${label}
                               -DOUTPUT=${suites} "-DSOURCES=${sources}" -P ${PROJECT_SOURCE_DIR}/cmake/AddTestSuites.cmake
                       VERBATIM)
    set(included ${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake)
    file(WRITE ${included} "if(EXISTS \"${suites}\")\n  include(\"${suites}\")\nelse()\n"
                           "  add_test(${target}_NOT_BUILT ${target}_NOT_BUILT)\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${included})
endfunction()

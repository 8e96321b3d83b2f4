# Compiler settings that hold for every target of the tree.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

option(BANGER_WERROR "Warnings are errors" OFF)
option(BANGER_CLANG_TIDY "Run clang-tidy on every source" OFF)
set(BANGER_SANITIZE "" CACHE STRING "Sanitizers for host code, as -fsanitize= takes them")

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE)
    # The base directory makes two checkouts of one commit share their objects.
    set(BANGER_CCACHE ${CMAKE_COMMAND} -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime # for precompiled headers
        ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${BANGER_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${BANGER_CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wswitch-enum -Wunused-result -Wimplicit-fallthrough
                    -Wno-missing-field-initializers # designated initializers leave the rest at its default
                    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
                    $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>)
if(BANGER_WERROR)
    add_compile_options(-Werror)
endif()
# Some libraries ask for it, and a precompiled header fits only who has asked for the same.
add_compile_options(-pthread $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>) # the second is for ccache
if(BANGER_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan) # Asio's fences, which the sanitizer does not see
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    # Asio's frames of coroutines: operator new is inlined, operator delete is not, and the pair looks like none.
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-mismatched-new-delete>)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    # Small debug info: stack traces name file and line, links stay quick.
    string(REPLACE "-g" "-g1" CMAKE_CXX_FLAGS_DEBUG "${CMAKE_CXX_FLAGS_DEBUG}")
    string(REPLACE "-g" "-g1" CMAKE_C_FLAGS_DEBUG "${CMAKE_C_FLAGS_DEBUG}")
    find_program(BANGER_LLD ld.lld) # a quarter of the time of the usual linker, over all tests some minutes
    if(BANGER_LLD)
        add_link_options(-fuse-ld=lld)
    endif()
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
    # A program carries what it uses of a library, not all that was compiled together.
    add_compile_options(-ffunction-sections -fdata-sections)
    add_link_options(-Wl,--gc-sections)
endif()

if(BANGER_CLANG_TIDY)
    find_program(CLANG_TIDY clang-tidy REQUIRED)
    set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY} --quiet --warnings-as-errors=*)
endif()

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

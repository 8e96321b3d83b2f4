# Precompiled headers for host code and for tests: without them, two thirds of the time to build is
# spent on reading the same headers. A precompiled header fits sources with the same options only, so
# there is one for libraries (-fPIC) and one for tests.
option(BANGER_PRECOMPILED "Precompile the headers that most sources read" ON)
if(BANGER_CLANG_TIDY OR BANGER_LIBFUZZER)
    set(BANGER_PRECOMPILED OFF) # clang-tidy reads no header that GCC has compiled
endif()

if(BANGER_PRECOMPILED)
    set(folder ${CMAKE_CURRENT_LIST_DIR}/precompiled)
    add_library(banger_precompiled STATIC ${folder}/json_instances.cpp)
    target_link_libraries(banger_precompiled PRIVATE nlohmann_json::nlohmann_json)
    target_precompile_headers(banger_precompiled PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${folder}/host.hpp>)
    banger_sanitize(banger_precompiled)
endif()

# For a target whose code goes into libraries or plugins.
function(banger_precompile target)
    if(BANGER_PRECOMPILED)
        target_precompile_headers(${target} REUSE_FROM banger_precompiled)
        target_link_libraries(${target} PRIVATE banger_precompiled)
    endif()
endfunction()

# For a target of tests, which links GTest.
function(banger_precompile_test target)
    if(BANGER_PRECOMPILED)
        if(NOT TARGET banger_precompiled_test)
            set(folder ${PROJECT_SOURCE_DIR}/cmake/precompiled)
            file(WRITE ${PROJECT_BINARY_DIR}/precompiled_test.cpp "")
            add_library(banger_precompiled_test OBJECT ${PROJECT_BINARY_DIR}/precompiled_test.cpp)
            target_link_libraries(banger_precompiled_test PRIVATE nlohmann_json::nlohmann_json GTest::gmock)
            target_precompile_headers(banger_precompiled_test PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${folder}/test.hpp>)
            set_target_properties(banger_precompiled_test PROPERTIES POSITION_INDEPENDENT_CODE OFF)
            banger_sanitize(banger_precompiled_test)
        endif()
        target_precompile_headers(${target} REUSE_FROM banger_precompiled_test)
        set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
        target_link_libraries(${target} PRIVATE banger_precompiled)
    endif()
endfunction()

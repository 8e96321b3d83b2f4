# Sources compiled in groups: what they include and what they make of its templates is then done once
# a group, which is two thirds of the time to build. In return no two sources of a group may give one
# name to things of their own. A build with BANGER_JOINED=OFF compiles each by itself.
option(BANGER_JOINED "Compile sources in groups" ON)
if(BANGER_CLANG_TIDY OR BANGER_LIBFUZZER)
    set(BANGER_JOINED OFF) # they look at each source by itself
endif()

function(banger_join target)
    if(BANGER_JOINED)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
        # Sources are no headers of their group, and may call a local what another source calls its own: a build
        # without groups, as clang-tidy's, finds what is wrong in one source.
        target_compile_options(${target} PRIVATE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
    endif()
endfunction()

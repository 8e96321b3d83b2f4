# Scripts and styles that others have made, as they were published, with their licences. VENDOR.sha256 has the digest of
# each, as sha256sum writes it; one that is not as it says ends the build.

# check_vendored(FOLDER): FOLDER/VENDOR.sha256 and what is in FOLDER are the same.
function(check_vendored folder)
    file(GLOB_RECURSE files RELATIVE ${folder} ${folder}/*)
    list(REMOVE_ITEM files VENDOR.sha256 README.md vendor.cmake)
    file(STRINGS ${folder}/VENDOR.sha256 lines)
    foreach(line IN LISTS lines)
        if(NOT line MATCHES "^([0-9a-f]+)  ([A-Za-z0-9@._/-]+)$")
            message(FATAL_ERROR "VENDOR.sha256: this line has no digest and name: ${line}")
        endif()
        set(digest ${CMAKE_MATCH_1})
        set(name ${CMAKE_MATCH_2})
        if(NOT EXISTS ${folder}/${name})
            message(FATAL_ERROR "${folder}/${name} is in VENDOR.sha256, and is not there")
        endif()
        file(SHA256 ${folder}/${name} found)
        if(NOT found STREQUAL digest)
            message(FATAL_ERROR "${folder}/${name} is not what was published: its digest is ${found}, and ${digest} in VENDOR.sha256")
        endif()
        list(REMOVE_ITEM files ${name})
    endforeach()
    if(files)
        message(FATAL_ERROR "${folder}: not in VENDOR.sha256: ${files}")
    endif()
endfunction()

# vendored(OUT names...): their paths. All of the folder is looked at again when a file of it changes.
function(vendored out)
    set(folder ${CMAKE_CURRENT_FUNCTION_LIST_DIR})
    check_vendored(${folder})
    file(GLOB_RECURSE all CONFIGURE_DEPENDS ${folder}/*)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${all})
    list(TRANSFORM ARGN PREPEND ${folder}/ OUTPUT_VARIABLE paths)
    set(${out} ${paths} PARENT_SCOPE)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE) # cmake -DFOLDER=.. -P vendor.cmake
    check_vendored(${FOLDER})
endif()

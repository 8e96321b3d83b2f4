banger_add_unit_test(imagebuild/archive archive_manifest_test.cpp archive_pack_test.cpp archive_unpack_test.cpp raw_archive.cpp
                     LIBS image_archive banger_os)
target_include_directories(unit_imagebuild_archive PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})

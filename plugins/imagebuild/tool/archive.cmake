# The reader and writer of image archives: for the tool, its tests and its fuzz targets.
add_library(image_archive STATIC archive_digest.cpp archive_folder.cpp archive_input.cpp archive_limits.cpp archive_manifest.cpp archive_names.cpp
            archive_output.cpp archive_pack.cpp archive_sink.cpp archive_source.cpp archive_unpack.cpp archive_verbs.cpp)
target_link_libraries(image_archive PUBLIC image_tool LibArchive::LibArchive OpenSSL::Crypto)
banger_sanitize(image_archive)
banger_precompile(image_archive)
banger_join(image_archive)

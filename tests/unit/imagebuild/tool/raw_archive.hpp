#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Archives that no tar program would write.
namespace image_tool::archive::test {

/// One member, as it is on the tape.
[[nodiscard]] std::string tar_member(std::string_view path, std::string_view data, char type = '0',
                                     std::string_view link = {});
/// The attributes of the member behind it.
[[nodiscard]] std::string pax(const std::vector<std::pair<std::string, std::string>>& records);
/// A member of GNU's sparse format 1.0: a map of offset and size, then the data.
[[nodiscard]] std::string
sparse_member(std::string_view path, unsigned long long size,
              const std::vector<std::pair<unsigned long long, unsigned long long>>& map,
              std::string_view data);
[[nodiscard]] std::string tar_end();

enum class Filter { zstd, gzip, xz };
[[nodiscard]] std::string compressed(std::string_view bytes, Filter filter);

/// That do not compress; the same each time.
[[nodiscard]] std::string random_bytes(std::size_t size);
[[nodiscard]] std::string sha256(std::string_view bytes);
/// manifest.json of these files, with a JSON merge patch.
[[nodiscard]] std::string manifest_of(const std::map<std::string, std::string>& files,
                                      const std::string& patch = "");

void write_file(const std::filesystem::path& path, std::string_view bytes);
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

} // namespace image_tool::archive::test

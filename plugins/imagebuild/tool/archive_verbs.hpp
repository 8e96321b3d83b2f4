#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace image_tool {
class Report;
}

/// `about`, `pack` and `unpack` of banger-image, by the words behind the verb. Each gives its
/// result, or throws Failure.
namespace image_tool::archive {

/// --file FILE
nlohmann::json about_verb(const std::vector<std::string>& words, Report& report);
/// --image JSON --file NAME=PATH.. --out FILE [--level 1..19] [--replace]
nlohmann::json pack_verb(const std::vector<std::string>& words, Report& report);
/// --file FILE --dir FOLDER [--max-bytes N]
nlohmann::json unpack_verb(const std::vector<std::string>& words, Report& report);

} // namespace image_tool::archive

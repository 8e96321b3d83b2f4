#include "archive_verbs.hpp"

#include "archive_names.hpp"
#include "archive_pack.hpp"
#include "archive_unpack.hpp"
#include "arguments.hpp"
#include "failure.hpp"
#include "report.hpp"

#include <algorithm>
#include <cstdint>

#include <nlohmann/json.hpp>

namespace image_tool::archive {
namespace {

using nlohmann::json;

[[noreturn]] void refuse_words(const std::string& why) {
    throw Failure(FailureKind::invalid, why);
}

void add_file(PackOptions& options, const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (equals == std::string::npos || equals + 1 == word.size() ||
        (name != modules_name && !is_image_file(name))) {
        refuse_words("--file: '" + word + "' is not NAME=PATH of a file of an image");
    }
    if (std::any_of(options.files.begin(), options.files.end(),
                    [&](const auto& file) { return file.first == name; })) {
        refuse_words("--file: " + name + " is there twice");
    }
    options.files.emplace_back(name, word.substr(equals + 1));
}

} // namespace

json about_verb(const std::vector<std::string>& words, Report& /*report*/) {
    return about_archive(Arguments(words, {"file"}).one("file"));
}

json pack_verb(const std::vector<std::string>& words, Report& report) {
    const Arguments arguments(words, {"image", "file", "out", "level"}, {"replace"});
    PackOptions options;
    if (arguments.has("image")) {
        const json document = json::parse(arguments.one("image"), nullptr, false);
        if (document.is_discarded()) {
            refuse_words("--image: it is no JSON");
        }
        read_about(document, options.about);
    }
    for (const std::string& file : arguments.all("file")) {
        add_file(options, file);
    }
    options.out = arguments.one("out");
    options.level =
        static_cast<int>(arguments.number("level", static_cast<unsigned>(options.level), 19, 1));
    options.replace = arguments.has("replace");
    return pack(options, report);
}

json unpack_verb(const std::vector<std::string>& words, Report& report) {
    const Arguments arguments(words, {"file", "dir", "max-bytes"});
    return unpack({.file = arguments.one("file"),
                   .folder = arguments.one("dir"),
                   .max_bytes = arguments.number("max-bytes", 0, UINT64_MAX, 1)},
                  report);
}

} // namespace image_tool::archive

#include "archive_verbs.hpp"

#include "archive_names.hpp"
#include "archive_pack.hpp"
#include "archive_unpack.hpp"
#include "failure.hpp"
#include "report.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>

#include <nlohmann/json.hpp>

namespace image_tool::archive {
namespace {

using nlohmann::json;

[[noreturn]] void refuse_words(const std::string& why) {
    throw Failure(FailureKind::invalid, why);
}

std::uint64_t number(const std::string& option, const std::string& text, std::uint64_t least,
                     std::uint64_t most) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || value < least || value > most) {
        refuse_words(option + ": '" + text + "' is no number from " + std::to_string(least) +
                     " to " + std::to_string(most));
    }
    return value;
}

/// The words, one option after the other.
class Words {
  public:
    explicit Words(const std::vector<std::string>& words) : words_(words) {}
    [[nodiscard]] bool more() const noexcept { return at_ < words_.size(); }
    const std::string& option() { return words_[at_++]; }
    const std::string& value(const std::string& option) {
        if (!more()) {
            refuse_words(option + ": a value is missing");
        }
        return words_[at_++];
    }

  private:
    const std::vector<std::string>& words_;
    std::size_t at_ = 0;
};

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

json pack_verb(const std::vector<std::string>& words, Report& report) {
    PackOptions options;
    for (Words left(words); left.more();) {
        const std::string& option = left.option();
        if (option == "--image") {
            const json document = json::parse(left.value(option), nullptr, false);
            if (document.is_discarded()) {
                refuse_words("--image: it is no JSON");
            }
            read_about(document, options.about);
        } else if (option == "--file") {
            add_file(options, left.value(option));
        } else if (option == "--out") {
            options.out = left.value(option);
        } else if (option == "--level") {
            options.level = static_cast<int>(number(option, left.value(option), 1, 19));
        } else if (option == "--replace") {
            options.replace = true;
        } else {
            refuse_words("pack: unknown option " + option);
        }
    }
    if (options.out.empty() || options.files.empty()) {
        refuse_words("pack: --out and --file are needed");
    }
    return pack(options, report);
}

json unpack_verb(const std::vector<std::string>& words, Report& report) {
    UnpackOptions options;
    for (Words left(words); left.more();) {
        const std::string& option = left.option();
        if (option == "--file") {
            options.file = left.value(option);
        } else if (option == "--dir") {
            options.folder = left.value(option);
        } else if (option == "--max-bytes") {
            options.max_bytes = number(option, left.value(option), 1, UINT64_MAX);
        } else {
            refuse_words("unpack: unknown option " + option);
        }
    }
    if (options.file.empty() || options.folder.empty()) {
        refuse_words("unpack: --file and --dir are needed");
    }
    return unpack(options, report);
}

} // namespace image_tool::archive

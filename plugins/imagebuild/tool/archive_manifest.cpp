#include "archive_manifest.hpp"

#include "archive_limits.hpp"
#include "archive_names.hpp"
#include "failure.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>
#include <sys/utsname.h>

namespace image_tool::archive {
namespace {

using nlohmann::json;

constexpr std::size_t deepest_json = 8;
constexpr std::string_view format_name = "banger-image";
constexpr std::uint64_t format_version = 1;

[[noreturn]] void refuse_manifest(const std::string& why) {
    throw Failure(FailureKind::invalid, "manifest.json: " + why,
                  "docs/images.md says what an archive has");
}

/// Before it is parsed, so that no part of the parser meets a deep one.
void check_depth(std::string_view text) {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            i += c == '\\' ? 1U : 0U;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > deepest_json) {
                refuse_manifest("it is nested too deep");
            }
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
}

std::string text_of(const json& object, const char* key, std::size_t limit) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) {
        return {};
    }
    if (!found->is_string()) {
        refuse_manifest(std::string(key) + ": it must be a text");
    }
    const auto& text = found->get_ref<const std::string&>();
    if (text.size() > limit) {
        refuse_manifest(std::string(key) + ": it is longer than " + std::to_string(limit) +
                        " bytes");
    }
    if (std::any_of(text.begin(), text.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
        refuse_manifest(std::string(key) + ": it has a control character");
    }
    return text;
}

std::optional<std::uint64_t> number_of(const json& object, const std::string& what, const char* key,
                                       std::uint64_t most) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) {
        return std::nullopt;
    }
    if (!found->is_number_unsigned() || found->get<std::uint64_t>() > most) {
        refuse_manifest(what + key + ": it must be a whole number from 0 to " +
                        std::to_string(most));
    }
    return found->get<std::uint64_t>();
}

bool is_digest(std::string_view text) {
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

DeclaredFile read_file(const json& entry) {
    if (!entry.is_object()) {
        refuse_manifest("files: each must be an object with name, size and sha256");
    }
    DeclaredFile file;
    file.name = text_of(entry, "name", 64);
    const bool modules = file.name == modules_name;
    if (!modules && !is_image_file(file.name)) {
        refuse_manifest("files: an image has no '" + shown(file.name) + "'");
    }
    const std::string what = file.name + ": ";
    const auto size = number_of(entry, what, "size", most_file_bytes);
    file.sha256 = text_of(entry, "sha256", 64);
    if (!size || !is_digest(file.sha256)) {
        refuse_manifest(what + "size and sha256 (64 digits 0-9a-f) are needed");
    }
    file.size = *size;
    if (const std::string why = beyond_limit(file.name, file.size); !why.empty()) {
        refuse_manifest(what + why);
    }
    if (modules) {
        const auto count = number_of(entry, what, "count", most_modules);
        if (!count || *count == 0) {
            refuse_manifest(what + "count, the number of its files, is needed");
        }
        file.count = *count;
    }
    // Each file of modules/ may end within a block.
    const std::uint64_t most = whole_blocks(file.size) + (file.count - 1) * block_size;
    file.disk_bytes = number_of(entry, what, "disk_bytes", most).value_or(most);
    return file;
}

} // namespace

const DeclaredFile* Manifest::find(std::string_view file) const noexcept {
    const auto found = std::find_if(files.begin(), files.end(),
                                    [&](const DeclaredFile& one) { return one.name == file; });
    return found == files.end() ? nullptr : &*found;
}

std::uint64_t Manifest::size() const noexcept {
    std::uint64_t sum = 0;
    for (const DeclaredFile& file : files) {
        sum += file.size;
    }
    return sum;
}

std::uint64_t Manifest::disk_bytes() const noexcept {
    std::uint64_t sum = 0;
    for (const DeclaredFile& file : files) {
        sum += file.disk_bytes;
    }
    return sum;
}

void read_about(const json& document, Manifest& manifest) {
    if (!document.is_object()) {
        refuse_manifest("it must be an object");
    }
    manifest.name = text_of(document, "name", 64);
    if (!manifest.name.empty() && !is_image_name(manifest.name)) {
        refuse_manifest("name: '" + shown(manifest.name) + "' is no name of an image");
    }
    manifest.arch = text_of(document, "arch", 64);
    manifest.base = text_of(document, "base", 256);
    manifest.kernel_version = text_of(document, "kernel_version", 256);
    manifest.recipe = text_of(document, "recipe", 256);
    manifest.note = text_of(document, "note", 4096);
    manifest.content_bytes = number_of(document, "", "content_bytes", most_file_bytes);
}

Manifest parse_manifest(std::string_view text) {
    if (text.size() > manifest_limit) {
        refuse_manifest("it is larger than 1 MiB");
    }
    check_depth(text);
    const json document = json::parse(text, nullptr, false);
    if (document.is_discarded()) {
        refuse_manifest("it is no JSON");
    }
    Manifest manifest;
    read_about(document, manifest);
    if (text_of(document, "format", 64) != format_name) {
        refuse_manifest("format: it must be \"banger-image\"");
    }
    if (const auto version = number_of(document, "", "version", 1U << 30U);
        version != format_version) {
        refuse_manifest("version: this banger reads version 1 only");
    }
    const auto files = document.find("files");
    if (files == document.end() || !files->is_array()) {
        refuse_manifest("files: the list of files is missing");
    }
    for (const json& entry : *files) {
        DeclaredFile file = read_file(entry);
        if (manifest.find(file.name) != nullptr) {
            refuse_manifest("files: " + file.name + " is there twice");
        }
        manifest.files.push_back(std::move(file));
    }
    if (manifest.find(rootfs_name) == nullptr) {
        refuse_manifest("files: rootfs.ext4 is missing");
    }
    return manifest;
}

json about(const Manifest& manifest) {
    json document = json::object();
    for (const auto& [key, text] : std::array<std::pair<const char*, const std::string*>, 6>{
             {{"name", &manifest.name},
              {"arch", &manifest.arch},
              {"base", &manifest.base},
              {"kernel_version", &manifest.kernel_version},
              {"recipe", &manifest.recipe},
              {"note", &manifest.note}}}) {
        if (!text->empty()) {
            document[key] = *text;
        }
    }
    if (manifest.content_bytes) {
        document["content_bytes"] = *manifest.content_bytes;
    }
    return document;
}

json to_json(const Manifest& manifest) {
    json document = about(manifest);
    document["format"] = format_name;
    document["version"] = format_version;
    document["files"] = json::array();
    for (const DeclaredFile& file : manifest.files) {
        json entry = {{"name", file.name},
                      {"size", file.size},
                      {"disk_bytes", file.disk_bytes},
                      {"sha256", file.sha256}};
        if (file.name == modules_name) {
            entry["count"] = file.count;
        }
        document["files"].push_back(std::move(entry));
    }
    return document;
}

std::uint64_t whole_blocks(std::uint64_t size) noexcept {
    return (size + block_size - 1) / block_size * block_size;
}

std::string this_arch() {
    utsname names{};
    return ::uname(&names) == 0 ? names.machine : "";
}

} // namespace image_tool::archive

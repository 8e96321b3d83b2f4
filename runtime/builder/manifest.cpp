#include "builder/manifest.hpp"

#include "builder/digest.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <initializer_list>

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

/// A table of the manifest: reads values by type and complains with file, line and key.
class Section {
  public:
    Section(const toml::table& table, std::string name, const fs::path& file)
        : table_(&table), name_(std::move(name)), file_(&file) {}

    /// A misspelt key would silently mean its default.
    void allow(std::initializer_list<std::string_view> keys) const {
        for (const auto& [key, value] : *table_) {
            if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
                std::string known;
                for (const auto& name : keys) {
                    known += (known.empty() ? "" : ", ") + std::string(name);
                }
                refuse(key.str(), value, "is not known here (known: " + known + ")");
            }
        }
    }

    [[nodiscard]] std::optional<Section> find(std::string_view key) const {
        const toml::node* node = table_->get(key);
        if (node == nullptr) {
            return std::nullopt;
        }
        if (!node->is_table()) {
            refuse(key, *node, "must be a table");
        }
        return Section(*node->as_table(), label(key), *file_);
    }

    void read(std::string_view key, std::string& out) const {
        if (const toml::node* node = table_->get(key)) {
            const auto value = node->value_exact<std::string>();
            if (!value || value->empty() || value->find_first_of("\n\r") != std::string::npos) {
                refuse(key, *node, "must be a text of one line");
            }
            out = *value;
        }
    }

    void read(std::string_view key, std::uint64_t& out, std::uint64_t min,
              std::uint64_t max) const {
        if (const toml::node* node = table_->get(key)) {
            const auto value = node->value_exact<std::int64_t>();
            if (!value || *value < static_cast<std::int64_t>(min) ||
                *value > static_cast<std::int64_t>(max)) {
                refuse(key, *node,
                       "must be a whole number from " + std::to_string(min) + " to " +
                           std::to_string(max));
            }
            out = static_cast<std::uint64_t>(*value);
        }
    }

    void read(std::string_view key, fs::path& out) const {
        std::string text;
        read(key, text);
        if (!text.empty()) {
            out = file_->parent_path() / text;
        }
    }

    void read(std::string_view key, std::vector<std::string>& out) const {
        const toml::node* node = table_->get(key);
        if (node == nullptr) {
            return;
        }
        if (!node->is_array()) {
            refuse(key, *node, "must be a list of texts");
        }
        out.clear();
        for (const toml::node& item : *node->as_array()) {
            const auto value = item.value_exact<std::string>();
            if (!value || value->empty()) {
                refuse(key, item, "must be a list of texts");
            }
            out.push_back(*value);
        }
    }

    [[noreturn]] void refuse(std::string_view key, const std::string& why) const {
        const toml::node* node = table_->get(key);
        refuse(key, node != nullptr ? *node : static_cast<const toml::node&>(*table_), why);
    }

    /// `url` with `sha256`, or `path` with or without it.
    [[nodiscard]] Source source() const {
        Source out;
        read("url", out.url);
        read("path", out.path);
        read("sha256", out.sha256);
        if (out.url.empty() == out.path.empty()) {
            refuse("url", "needs either url or path");
        }
        if (!out.url.empty() && !out.url.starts_with("https://") &&
            !out.url.starts_with("http://")) {
            refuse("url", "must start with https:// or http://");
        }
        if (!out.url.empty() && out.sha256.empty()) {
            refuse("sha256", "is needed with a url");
        }
        if (!out.sha256.empty() && !is_sha256(out.sha256)) {
            refuse("sha256", "must be 64 lower-case hex digits");
        }
        return out;
    }

  private:
    [[nodiscard]] std::string label(std::string_view key) const {
        return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
    }

    [[noreturn]] void refuse(std::string_view key, const toml::node& where,
                             const std::string& why) const {
        throw Error(ErrorKind::invalid, file_->string() + ":" +
                                            std::to_string(where.source().begin.line) + ": " +
                                            label(key) + " " + why);
    }

    const toml::table* table_;
    std::string name_;
    const fs::path* file_;
};

void require_word(const Section& section, std::string_view key, const std::string& value) {
    const auto good = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '+';
    };
    if (!std::all_of(value.begin(), value.end(), good) || value.front() == '-' ||
        value.front() == '.') {
        section.refuse(key,
                       "'" + value + "' must consist of letters, digits, '-', '_', '.' and '+'");
    }
}

void read_debian(const Section& section, Debian& out) {
    section.allow({"release", "mirror", "security_mirror"});
    section.read("release", out.release);
    section.read("mirror", out.mirror);
    section.read("security_mirror", out.security_mirror);
    require_word(section, "release", out.release);
}

void read_initramfs(const Section& section, InitramfsPlan& out) {
    section.allow({"compression", "modules"});
    std::string compression = "none";
    section.read("compression", compression);
    section.read("modules", out.modules);
    try {
        out.compression = compression_from(compression);
    } catch (const Error& error) {
        section.refuse("compression", error.what());
    }
}

void read_rootfs(const Section& section, RootfsPlan& out) {
    section.allow({"name", "recipe", "size_mib"});
    section.read("name", out.name);
    section.read("recipe", out.recipe);
    section.read("size_mib", out.size_mib, 0, 1U << 20U);
    require_word(section, "name", out.name);
    if (!fs::is_directory(out.recipe)) {
        section.refuse("recipe", "'" + out.recipe.string() + "' is not a folder");
    }
}

} // namespace

Manifest parse_manifest(std::string_view text, const fs::path& path) {
    const fs::path file = fs::absolute(path);
    toml::table document;
    try {
        document = toml::parse(text, file.string());
    } catch (const toml::parse_error& error) {
        throw Error(ErrorKind::invalid, file.string() + ":" +
                                            std::to_string(error.source().begin.line) + ": " +
                                            std::string(error.description()));
    }
    const Section root(document, "", file);
    root.allow({"version", "archive", "debian", "kernel", "initramfs", "rootfs", "work_seed",
                "firecracker", "agent"});
    std::uint64_t version = 0;
    root.read("version", version, 1, 1);
    if (version != 1) {
        root.refuse("version", "is missing (this program reads version 1)");
    }
    Manifest out;
    if (const auto section = root.find("archive")) {
        section->allow({"url", "path", "sha256"});
        out.archive = section->source();
        return out;
    }
    if (const auto section = root.find("debian")) {
        read_debian(*section, out.debian);
    }
    if (const auto section = root.find("kernel")) {
        section->allow({"package"});
        section->read("package", out.kernel.package);
        require_word(*section, "package", out.kernel.package);
    }
    if (const auto section = root.find("initramfs")) {
        read_initramfs(*section, out.initramfs);
    }
    const auto rootfs = root.find("rootfs");
    if (!rootfs) {
        root.refuse("rootfs", "is missing");
    }
    read_rootfs(*rootfs, out.rootfs);
    if (const auto section = root.find("work_seed")) {
        section->allow({"size_mib", "recipe"});
        section->read("size_mib", out.work_seed.size_mib, 128, 1U << 20U);
        section->read("recipe", out.work_seed.recipe);
    }
    if (const auto section = root.find("firecracker")) {
        section->allow({"version", "url", "path", "sha256"});
        out.firecracker = FirecrackerSource{.version = {}, .source = section->source()};
        section->read("version", out.firecracker->version);
    }
    if (const auto section = root.find("agent")) {
        section->allow({"path"});
        section->read("path", out.agent.emplace());
        if (out.agent->empty()) {
            section->refuse("path", "is missing");
        }
    }
    return out;
}

Manifest read_manifest(const fs::path& path) {
    return parse_manifest(os::read_file(path, 1U << 20U), path);
}

} // namespace banger::bundle

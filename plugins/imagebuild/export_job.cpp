#include "export_job.hpp"

#include "daemon_api.hpp"
#include "json_text.hpp"
#include "kernel_file.hpp"
#include "tool_run.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;
using banger::Error;
using nlohmann::json;

/// On one line, and not longer than an archive may say it.
std::string on_one_line(std::string text, std::size_t limit) {
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    if (text.size() > limit) {
        while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0U) == 0x80U) {
            --limit; // not within a character
        }
        text.resize(limit);
    }
    return text;
}

/// What an archive says of the image itself.
json facts_of(const json& image) {
    json facts = json::object();
    for (const auto& [key, limit] :
         std::array<std::pair<const char*, std::size_t>, 5>{{{"name", 63},
                                                             {"base", 256},
                                                             {"kernel_version", 256},
                                                             {"recipe", 256},
                                                             {"note", 4096}}}) {
        if (std::string text = on_one_line(text_in(image, key), limit); !text.empty()) {
            facts[key] = std::move(text);
        }
    }
    if (const auto bytes = image.find("content_bytes");
        bytes != image.end() && bytes->is_number_unsigned()) {
        facts["content_bytes"] = *bytes;
    }
    return facts;
}

/// The kernel as VMMs want it: packed, and beside it the same one as ELF, as a bundle has both.
void add_kernel(std::vector<std::string>& words, const json& image) {
    const fs::path kernel = text_in(image, "kernel");
    fs::path elf = text_in(image, "kernel_elf");
    if (elf.empty() && is_elf(kernel)) {
        elf = kernel;
    }
    if (!kernel.empty() && kernel != elf) {
        words.insert(words.end(), {"--file", "vmlinuz=" + kernel.string()});
    }
    if (!elf.empty()) {
        words.insert(words.end(), {"--file", "vmlinux=" + elf.string()});
    }
}

} // namespace

std::vector<std::string> pack_words(const json& image, const fs::path& file, bool replace) {
    if (!image.value("ok", true)) {
        throw Error(BANGER_E_UNAVAILABLE, text_in(image, "problem"),
                    "banger image show " + text_in(image, "name") + " has its files");
    }
    std::vector<std::string> words{"pack", "--image", facts_of(image).dump(), "--out",
                                   file.string()};
    const auto add = [&](const char* name, const std::string& path) {
        if (!path.empty()) {
            words.insert(words.end(), {"--file", std::string(name) + "=" + path});
        }
    };
    add("rootfs.ext4", text_in(image, "rootfs"));
    add("work-seed.ext4", text_in(image, "work_seed"));
    add_kernel(words, image);
    add("initramfs.img", text_in(image, "initrd"));
    if (const auto packages = image.find("packages");
        packages != image.end() && packages->is_object()) {
        add("packages.txt", text_in(*packages, "manifest"));
    }
    add("modules", text_in(image, "modules"));
    if (replace) {
        words.emplace_back("--replace");
    }
    return words;
}

void export_job(banger::Job& job, const std::string& tool, const json& asked) {
    const std::string name = asked.at("name").get<std::string>();
    fs::path file = asked.at("file").get<std::string>();
    std::error_code code;
    if (fs::is_directory(file, code)) {
        file /= name + ".tar.zst";
    }
    const DaemonApi api{banger::Host(banger::host_slot())};
    const json image = api.ask("GET", "/v1/images/" + DaemonApi::encoded(name));
    const json packed = run_tool(job, tool, pack_words(image, file, asked.value("replace", false)),
                                 StagePlan({{"computing checksums", 25}, {"packing", 75}}));
    job.result(json{{"image", name},
                    {"file", file.string()},
                    {"size_bytes", packed.value("size_bytes", json())},
                    {"sha256", packed.value("sha256", json())}}
                   .dump(-1, ' ', false, json::error_handler_t::replace));
}

} // namespace imagebuild

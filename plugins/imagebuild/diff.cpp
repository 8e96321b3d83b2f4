#include "diff.hpp"

#include "json_text.hpp"
#include "seal.hpp"
#include "ssh_guest.hpp"
#include "tool_run.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace imagebuild {

const char diff_schema[] = R"({"required": ["vm"], "properties": {
    "vm": {"type": "string", "description": "the VM"},
    "all": {"type": "boolean", "default": false,
            "description": "also what each VM has of its own: host name, keys, /etc/hosts, /tmp"}}})";

namespace {

namespace fs = std::filesystem;
using banger::Call;
using banger::Error;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t most_bytes = 8U << 20U; ///< of rows; more is counted

bool is_own(std::string_view path) {
    const auto& own = own_paths();
    return std::any_of(own.begin(), own.end(), [&](const std::string& each) {
        return path.substr(0, each.size()) == each &&
               (path.size() == each.size() || path[each.size()] == '/');
    });
}

/// A copy of a disk, which goes with this object.
class DiskCopy {
  public:
    explicit DiskCopy(const fs::path& folder) {
        constexpr std::string_view suffix = ".ext4";
        std::string name = (folder / "diff-XXXXXX.ext4").string();
        const int file = ::mkostemps(name.data(), static_cast<int>(suffix.size()), O_CLOEXEC);
        if (file < 0) {
            const int why = errno;
            throw Error(BANGER_E_UNAVAILABLE,
                        "make " + name + ": " + std::generic_category().message(why));
        }
        (void)::close(file);
        path_ = name;
    }
    DiskCopy(const DiskCopy&) = delete;
    DiskCopy& operator=(const DiskCopy&) = delete;
    ~DiskCopy() {
        std::error_code code;
        fs::remove(path_, code);
    }
    void fill(const banger::Exec& exec, Call& call, const fs::path& disk) const {
        const std::string from = disk.string();
        const std::string to = path_.string();
        const std::vector<std::string_view> words{
            "cp", "--reflink=auto", "--sparse=always", "--", from, to};
        const auto& end = exec.run(call, words);
        if (end.code != 0 || end.signal != 0) {
            throw Error(BANGER_E_UNAVAILABLE,
                        "copy " + from + ": " + std::string(banger::view(end.err).substr(0, 500)),
                        "is there room left on that disk?");
        }
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

/// Rows of what the tool says.
class Rows {
  public:
    explicit Rows(bool all) : all_(all) {}

    void add(const json& said) {
        const std::string path = text_in(said, "path");
        if (!said.contains("change") || (!all_ && is_own(path))) {
            return;
        }
        ordered_json row{{"change", text_in(said, "change")},
                         {"type", text_in(said, "type")},
                         {"size_bytes", said.contains("size") ? said["size"] : json()},
                         {"path", path}};
        bytes_ += path.size() + 100;
        if (bytes_ <= most_bytes) {
            rows.push_back(std::move(row));
        } else {
            ++more;
        }
    }

    ordered_json rows = ordered_json::array();
    std::size_t more = 0;

  private:
    bool all_;
    std::size_t bytes_ = 0;
};

/// What the guest has not written yet is written.
void sync_guest(const banger::Exec& exec, Call& call, const DaemonApi& api,
                const std::string& target) {
    auto words = ssh_words(ssh_access_of(api.ask("GET", target + "/ssh")), "sync");
    words.insert(words.begin(), {"timeout", "15"}); // a guest may never answer
    const std::vector<std::string_view> views(words.begin(), words.end());
    if (exec.run(call, views).code != 0) {
        call.warning("the guest could not be asked to write its disk (sync)");
    }
}

} // namespace

void emit_diff(banger::Host host, Call& call, std::string_view args_json, const std::string& tool) {
    const json args = json::parse(args_json);
    const DaemonApi api(host);
    const banger::Exec exec(host);
    const std::string target = "/v1/vms/" + DaemonApi::encoded(args.at("vm").get<std::string>());
    const json vm = api.ask("GET", target);
    const fs::path folder(vm.at("paths").at("dir").get<std::string>());
    const bool private_root = vm.value("disk_mode", "") == "copy";
    fs::path disk = folder / (private_root ? "root.ext4" : "overlay.ext4");
    fs::path base = folder / "base.ext4";
    if (private_root) {
        const json image =
            api.ask("GET", "/v1/images/" + DaemonApi::encoded(vm.value("image", "")));
        base = image.value("rootfs", "");
    }
    const std::string state = vm.value("state", "");
    std::optional<DiskCopy> copy;
    if (state != "stopped" && state != "crashed") {
        sync_guest(exec, call, api, target);
        copy.emplace(fs::path(host.state_dir()));
        copy->fill(exec, call, disk); // removed, too, when that throws
        disk = copy->path();
    }
    const bool all = args.value("all", false);
    std::vector<std::string> words{"diff", "--base", base.string(),
                                   private_root ? "--root" : "--overlay", disk.string()};
    for (const std::string& path : all ? std::vector<std::string>() : shared_files()) {
        words.insert(words.end(), {"--block", path});
    }
    Rows rows(all);
    ToolEars ears;
    ears.line = [&](const json& said) { rows.add(said); };
    (void)run_tool(call, tool, words, ears);
    call.emit_json(rows.rows.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
    if (rows.more > 0) {
        call.emit_text("and " + std::to_string(rows.more) + " more, which are not shown");
    }
}

} // namespace imagebuild

#include "image/work_seeds.hpp"

#include "image/ext4.hpp"
#include "image/file_key.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/random.hpp"
#include "os/run.hpp"

#include <chrono>
#include <sstream>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace banger::image {
namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::chrono::minutes seed_limit{10};

/// The last line of the tool: {"result":{..}} or {"error":{..}}.
json verdict_of(const std::string& output) {
    std::istringstream lines(output);
    json last;
    for (std::string line; std::getline(lines, line);) {
        const json parsed = json::parse(line, nullptr, false);
        if (parsed.is_object() && (parsed.contains("result") || parsed.contains("error"))) {
            last = parsed;
        }
    }
    return last;
}

std::string text_of(const json& object, const char* key) {
    const auto at = object.find(key);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

/// What it said, else how it ended.
Error failure_of(const os::Output& output, const json& verdict, const std::string& what) {
    const auto at = verdict.find("error");
    if (at != verdict.end() && at->is_object()) {
        return {os::error_kind(text_of(*at, "kind")), what + ": " + text_of(*at, "message"),
                text_of(*at, "hint")};
    }
    return {output.timed_out ? ErrorKind::timeout : ErrorKind::internal,
            what + ": " +
                (output.timed_out ? std::string("it took too long") : output.status.text())};
}

/// What the tool makes, and what it has of it while it works.
struct Unfinished {
    fs::path path;
    ~Unfinished() {
        ::unlink(path.c_str());
        ::unlink((path.string() + ".part").c_str());
    }
};

} // namespace

bool WorkSeeds::wanted(const Image& image) {
    return image.foreign_seed && is_ext4(image.rootfs);
}

std::string WorkSeeds::prefix_of(const Image& image) {
    return "seed-" + file_key(image.rootfs);
}

std::optional<fs::path> WorkSeeds::find(const Image& image) const {
    const std::string prefix = prefix_of(image);
    std::error_code code;
    fs::path seed = templates_ / (prefix + ".ext4");
    if (fs::exists(seed, code)) {
        return seed;
    }
    if (fs::exists(templates_ / (prefix + ".none"), code)) {
        return fs::path();
    }
    return std::nullopt;
}

fs::path WorkSeeds::make(const Image& image, int cancel_fd) const {
    const std::string what = "make a work seed of the /root of " + image.rootfs.string();
    const std::string prefix = prefix_of(image);
    if (::access(tool_.c_str(), X_OK) != 0) {
        throw Error(ErrorKind::unavailable, what + ": " + tool_.string() + " is missing",
                    "install banger again: it is a part of it");
    }
    os::make_private_dir(templates_);
    const Unfinished made{templates_ / (prefix + "-" + os::random_hex(4) + ".tmp")};
    const os::Output output = os::run(
        {tool_.string(), "seed", "--rootfs", image.rootfs.string(), "--out", made.path.string()},
        {.timeout = seed_limit, .cancel_fd = cancel_fd, .die_with_parent = true});
    if (output.cancelled) {
        throw Error(ErrorKind::cancelled, what + ": cancelled");
    }
    const json verdict = verdict_of(output.out);
    if (!output.status.ok() || !verdict.is_object() || !verdict.contains("result")) {
        throw failure_of(output, verdict.is_object() ? verdict : json::object(), what);
    }
    const json& result = verdict["result"];
    if (result.is_object() && result.value("entries", json(1)) == 0) {
        os::write_file_atomic(templates_ / (prefix + ".none"), "");
        return {};
    }
    if (!is_ext4(made.path)) {
        throw Error(ErrorKind::internal, what + ": the program made no file system");
    }
    if (prefix_of(image) != prefix) {
        throw Error(ErrorKind::conflict, image.rootfs.string() + " is being replaced",
                    "try again in a moment");
    }
    fs::path seed = templates_ / (prefix + ".ext4");
    if (::rename(made.path.c_str(), seed.c_str()) != 0) {
        throw os::errno_error("rename to " + seed.string());
    }
    return seed;
}

} // namespace banger::image

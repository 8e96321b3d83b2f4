#include "builder/component.hpp"

#include "builder/digest.hpp"
#include "builder/interrupt.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;
using os::ErrorKind;

constexpr std::int64_t failure_memory_s = 24 * 3600;

/// Changes when a file was touched: enough to notice a replaced or damaged output without reading
/// it.
json stamp(const fs::path& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
        return nullptr;
    }
    return {{"size", S_ISDIR(info.st_mode) ? 0 : info.st_size},
            {"mtime", info.st_mtim.tv_sec},
            {"mtime_ns", info.st_mtim.tv_nsec}};
}

std::uint64_t bytes_on_disk(const fs::path& path) {
    if (!fs::is_directory(path)) {
        return os::allocated_bytes(path);
    }
    std::uint64_t sum = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
        if (entry.is_regular_file() && !entry.is_symlink()) {
            sum += os::allocated_bytes(entry.path());
        }
    }
    return sum;
}

void print(const Record& record) {
    constexpr double mib = 1U << 20U;
    std::printf("  %-12s %8.1f MiB  ", record.name.c_str(),
                static_cast<double>(record.bytes) / mib);
    if (record.built_now) {
        std::printf("%.1f s\n", record.seconds);
    } else {
        std::puts("unchanged");
    }
    std::fflush(stdout);
}

json read_json(const fs::path& path) {
    const auto text = os::find_file(path, 1U << 20U);
    return text ? json::parse(*text, nullptr, false) : json();
}

} // namespace

Workshop::Workshop(const fs::path& folder, const Interrupt& interrupt)
    : folder_(fs::absolute(folder)), interrupt_(interrupt) {
    fs::create_directories(folder_ / ".state");
    clear_staging();
}

Workshop::~Workshop() {
    clear_staging();
}

void Workshop::clear_staging() const noexcept {
    std::error_code ignored;
    fs::remove_all(folder_ / ".staging", ignored);
}

fs::path Workshop::record_file(const std::string& name) const {
    return folder_ / ".state" / (name + ".json");
}

fs::path Workshop::failure_file(const std::string& name) const {
    return folder_ / ".state" / (name + ".failed.json");
}

std::optional<Record> Workshop::find_in_place(const Component& component) const {
    const json state = read_json(record_file(component.name));
    if (!state.is_object() || !state.contains("outputs") || !state["outputs"].is_object()) {
        return std::nullopt;
    }
    for (const std::string& output : component.outputs) {
        if (!state["outputs"].contains(output)) {
            return std::nullopt;
        }
    }
    for (const auto& [output, then] : state["outputs"].items()) {
        const json now = stamp(folder_ / output);
        if (now.is_null() || then != now) {
            return std::nullopt;
        }
    }
    return Record{.name = component.name,
                  .sha256 = state.value("sha256", ""),
                  .bytes = state.value("bytes", std::uint64_t{0}),
                  .seconds = state.value("seconds", 0.0)};
}

std::optional<Record> Workshop::find(const Component& component, const std::string& input) const {
    const json state = read_json(record_file(component.name));
    return state.is_object() && state.value("input", "") == input ? find_in_place(component)
                                                                  : std::nullopt;
}

Record Workshop::make(const Component& component, const std::string& input) {
    const auto start = std::chrono::steady_clock::now();
    const fs::path staging = folder_ / ".staging" / component.name;
    clear_staging();
    fs::create_directories(staging);
    component.build(staging);
    interrupt_.check();
    Record record{.name = component.name, .built_now = true};
    const fs::path first = staging / component.outputs.at(0);
    record.sha256 = fs::is_regular_file(first) ? sha256_file(first) : input;
    // From here to the new record the component counts as not made.
    fs::remove(record_file(component.name));
    json outputs;
    std::vector<std::string> left = component.outputs;
    for (const std::string& output : component.optional_outputs) {
        os::remove_tree(folder_ / output);
        if (fs::exists(staging / output)) {
            left.push_back(output);
        }
    }
    for (const std::string& output : left) {
        os::remove_tree(folder_ / output);
        fs::create_directories((folder_ / output).parent_path());
        fs::rename(staging / output, folder_ / output);
        outputs[output] = stamp(folder_ / output);
        record.bytes += bytes_on_disk(folder_ / output);
    }
    record.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const json state{{"input", input},
                     {"outputs", outputs},
                     {"sha256", record.sha256},
                     {"bytes", record.bytes},
                     {"seconds", record.seconds}};
    os::write_file_atomic(record_file(component.name), state.dump(1) + "\n", 0644);
    clear_staging();
    return record;
}

Record Workshop::ensure(const Component& component) {
    const std::string input = sha256(component.inputs);
    try {
        auto record = find(component, input);
        if (!record) {
            std::printf("  %-12s building ...\n", component.name.c_str());
            std::fflush(stdout);
            record = make(component, input);
        }
        print(*record);
        return *record;
    } catch (...) {
        clear_staging();
        throw os::current_error().with_context(component.name);
    }
}

std::optional<Record> Workshop::try_ensure(const Component& component, std::string& reason) {
    const fs::path file = failure_file(component.name);
    const std::string input = sha256(component.inputs);
    if (auto record = find(component, input)) {
        print(*record);
        return record;
    }
    const json failure = read_json(file);
    const std::int64_t now = std::time(nullptr);
    if (failure.is_object() && failure.value("input", "") == input &&
        now - failure.value("at", std::int64_t{0}) < failure_memory_s) {
        reason = failure.value("failed", "") + " (remembered for a day; --retry tries again)";
        return find_in_place(component);
    }
    try {
        Record record = ensure(component);
        fs::remove(file);
        return record;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) {
            throw;
        }
        reason = error.what();
        os::write_file_atomic(
            file, json{{"input", input}, {"failed", reason}, {"at", now}}.dump(1) + "\n", 0644);
        return find_in_place(component);
    }
}

void Workshop::forget_failures() {
    for (const auto& entry : fs::directory_iterator(folder_ / ".state")) {
        if (entry.path().filename().string().ends_with(".failed.json")) {
            fs::remove(entry.path());
        }
    }
}

void Workshop::forget_all() {
    os::remove_tree(folder_ / ".state");
    fs::create_directories(folder_ / ".state");
}

} // namespace banger::bundle

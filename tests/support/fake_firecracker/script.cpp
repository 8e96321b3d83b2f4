#include "support/fake_firecracker/script.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>

#include <nlohmann/json.hpp>

namespace banger::test::firecracker {
using nlohmann::json;

namespace {

std::optional<std::string> text_in(const json& in, const char* key) {
    const auto found = in.find(key);
    return found == in.end() ? std::nullopt : std::optional(found->get<std::string>());
}

Oddity oddity_of(const json& in) {
    Oddity odd;
    odd.words = in.value("words", odd.words);
    odd.end = in.value("end", odd.end);
    odd.wait_ms = in.value("wait_ms", odd.wait_ms);
    odd.silent = in.value("silent", odd.silent);
    odd.close = in.value("close", odd.close);
    odd.raw = text_in(in, "raw");
    odd.fault = text_in(in, "fault");
    return odd;
}

Script script_of(const json& in) {
    Script script;
    script.version = in.value("version", script.version);
    script.description = in.value("description", script.description);
    script.listen_after_ms = in.value("listen_after_ms", script.listen_after_ms);
    script.end_at_once = in.value("end_at_once", script.end_at_once);
    const json at = in.value("at", json::object());
    for (const auto& [key, value] : at.items()) {
        script.at[key] = oddity_of(value);
    }
    script.boot = in.value("boot", script.boot);
    script.then = in.value("then", script.then);
    script.then_after_ms = in.value("then_after_ms", script.then_after_ms);
    script.ctrl_alt_del = in.value("ctrl_alt_del", script.ctrl_alt_del);
    script.ports = in.value("ports", script.ports);
    return script;
}

} // namespace

Script Script::load() {
    std::ifstream in(file);
    if (!in) {
        return {};
    }
    try {
        return script_of(json::parse(in));
    } catch (const json::exception& error) {
        std::cerr << file << ": " << error.what() << "\n";
        std::exit(2); // NOLINT(concurrency-mt-unsafe)
    }
}

} // namespace banger::test::firecracker

#include "cli/browser.hpp"

#include "os/child.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace banger::cli {
namespace {

bool has_display() {
    const char* const names[] = {"DISPLAY", "WAYLAND_DISPLAY"};
    return std::any_of(std::begin(names), std::end(names), [](const char* name) {
        const char* value = std::getenv(name);
        return value != nullptr && *value != '\0';
    });
}

bool is_of_this_machine(const std::string& url) {
    const std::string hosts[] = {"http://127.0.0.1", "http://localhost"};
    return std::any_of(std::begin(hosts), std::end(hosts), [&](const std::string& host) {
        return url.starts_with(host) && url.size() > host.size() &&
               (url[host.size()] == ':' || url[host.size()] == '/') &&
               url.find_first_of("@\\ ") == std::string::npos;
    });
}

} // namespace

bool show_in_browser(const std::string& url) {
    const auto program = os::find_program("xdg-open");
    if (!program || !has_display() || !is_of_this_machine(url)) {
        return false;
    }
    os::SpawnOptions options;
    options.new_session = true; // a browser that begins now outlives the terminal
    os::Child::spawn({program->string(), url}, options).release();
    return true;
}

} // namespace banger::cli

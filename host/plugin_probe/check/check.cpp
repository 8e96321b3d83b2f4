#include "plugin_probe/check/check.hpp"

#include "os/error.hpp"
#include "plugin_probe/check/conformance.hpp"
#include "plugin_probe/check/trial.hpp"

#include <cstdio>
#include <filesystem>
#include <string_view>

#include <nlohmann/json.hpp>

namespace banger::plugin_probe {

using os::Error;
using os::ErrorKind;

int check(int argc, char** argv) {
    Wishes wishes;
    std::string file;
    bool as_json = false;
    for (int i = 0; i < argc; ++i) {
        const std::string_view word(argv[i]);
        if (word == "--json") {
            as_json = true;
        } else if (word == "--run-programs") {
            wishes.run_programs = true;
        } else if ((word == "--config" || word == "--options") && i + 1 < argc) {
            (word == "--config" ? wishes.config : wishes.options) = argv[++i];
        } else if (word.starts_with("-") || !file.empty()) {
            throw Error(ErrorKind::invalid, "'" + std::string(word) + "' is not understood here",
                        "banger-plugin check [--json] [--config JSON] [--options JSON] "
                        "[--run-programs] FILE");
        } else {
            file = word;
        }
    }
    if (file.empty()) {
        throw Error(ErrorKind::invalid, "which file?", "banger plugin check FILE.so");
    }
    std::error_code code;
    if (!std::filesystem::exists(file, code)) {
        throw Error(ErrorKind::not_found, "no file " + file, "build the plugin first");
    }
    const auto print = [](const std::string& text) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout); // a hook may take its time: what is known is there
    };
    if (as_json) {
        const std::vector<Finding> findings = try_out(file, wishes);
        print(report_json(file, findings)
                  .dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
              "\n");
        return has_failed(findings) ? 1 : 0;
    }
    print(file + "\n");
    const std::vector<Finding> findings =
        try_out(file, wishes, [&](const Finding& finding) { print(line_text(finding)); });
    print(count_text(findings));
    return has_failed(findings) ? 1 : 0;
}

} // namespace banger::plugin_probe

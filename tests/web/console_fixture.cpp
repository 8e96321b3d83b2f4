// console_fixture PLUGIN.so FIXTURE.json [CONFIG-JSON]: serves the web console with what the daemon
// "said" in a file, without any daemon or VM, until it is ended: to look at pages, and for tests in
// a browser. In the file "@-300" is the time of 300 s ago, "@DIR" a folder with its `files`.
// Reads the file anew at each line on standard input.
#include <banger/test/fake_host.hpp>
#include <nlohmann/json.hpp>

#include <ctime>
#include <fstream>
#include <iostream>

namespace {

using nlohmann::json;

/// Fills in what the file leaves open.
void settle(json& value, const std::string& folder) {
    if (value.is_structured()) {
        for (json& each : value) {
            settle(each, folder);
        }
    } else if (value.is_string()) {
        const std::string text = value.get<std::string>();
        if (text.rfind("@DIR", 0) == 0) {
            value = folder + text.substr(4);
        } else if (text.rfind("@+", 0) == 0 || text.rfind("@-", 0) == 0) {
            const std::time_t at = std::time(nullptr) + std::stoll(text.substr(1));
            char shown[32] = {};
            std::strftime(shown, sizeof shown, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&at));
            value = shown;
        }
    }
}

void load(banger::fake::Host& host, const std::string& file) {
    json fixture = json::parse(std::ifstream(file));
    const std::string folder = host.state_dir().string();
    settle(fixture, folder);
    for (const auto& [name, text] : fixture.at("files").items()) {
        std::ofstream(folder + "/" + name) << text.get<std::string>();
    }
    for (const auto& [asked, answer] : fixture.at("answers").items()) {
        host.answers[asked] = answer.dump();
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: console_fixture PLUGIN.so FIXTURE.json [CONFIG-JSON]\n";
        return 2;
    }
    try {
        banger::fake::Host host(argv[1]);
        const auto began = [&](const banger::fake::Outcome& outcome) {
            if (!outcome.ok()) {
                throw std::runtime_error(outcome.message + "; " + outcome.hint);
            }
        };
        began(host.create(argc > 3 ? argv[3] : "{}"));
        began(host.init());
        load(host, argv[2]);
        began(host.on_start());
        std::string line;
        while (std::getline(std::cin, line)) {
            load(host, argv[2]);
            std::cout << "read" << std::endl;
        }
        host.end();
    } catch (const std::exception& error) {
        std::cerr << "console_fixture: " << error.what() << "\n";
        return 1;
    }
    return 0;
}

#include "builder/apt.hpp"

#include "builder/tool.hpp"
#include "os/child.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <cctype>
#include <pwd.h>
#include <sstream>
#include <unistd.h>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

constexpr const char* keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

std::string without_slash(std::string url) {
    while (!url.empty() && url.back() == '/') {
        url.pop_back();
    }
    return url;
}

/// The first Debian archive among this machine's apt sources.
std::string mirror_of_this_machine(const Interrupt& interrupt) {
    if (!os::find_program("apt-get")) {
        return {};
    }
    std::istringstream lines(
        run_tool({"apt-get", "indextargets", "--format", "$(REPO_URI) $(CREATED_BY)"}, interrupt));
    for (std::string uri, kind; lines >> uri >> kind;) {
        uri = without_slash(uri);
        if (kind == "Packages" && uri.starts_with("http") && uri.ends_with("/debian")) {
            return uri;
        }
    }
    return {};
}

std::string user_name() {
    const passwd* entry = ::getpwuid(::geteuid());
    return entry != nullptr ? entry->pw_name : "root";
}

} // namespace

std::vector<std::string> Mirrors::sources(const std::string& release) const {
    return {"deb " + main + " " + release + " main",
            "deb " + main + " " + release + "-updates main",
            "deb " + security + " " + release + "-security main"};
}

Mirrors find_mirrors(const Debian& debian, const Interrupt& interrupt) {
    Mirrors out{.main = without_slash(debian.mirror),
                .security = without_slash(debian.security_mirror)};
    if (out.main.empty()) {
        out.main = mirror_of_this_machine(interrupt);
    }
    if (out.main.empty()) {
        out.main = "http://deb.debian.org/debian";
    }
    if (out.security.empty()) {
        out.security = out.main + "-security";
    }
    return out;
}

Apt::Apt(const fs::path& folder, const std::vector<std::string>& sources,
         const Interrupt& interrupt)
    : folder_(fs::absolute(folder)), interrupt_(interrupt) {
    fs::create_directories(folder_ / "lists/partial");
    fs::create_directories(folder_ / "cache/archives/partial");
    std::string text;
    for (const std::string& source : sources) {
        // A Debian host trusts this keyring already; other hosts must be told.
        text += "deb [signed-by=" + std::string(keyring) + "] " +
                source.substr(source.find(' ') + 1) + "\n";
    }
    os::write_file_atomic(folder_ / "sources.list", text, 0644);
    os::write_file_atomic(folder_ / "status", "", 0644);
}

std::vector<std::string> Apt::command(const std::string& program,
                                      std::vector<std::string> arguments) const {
    const auto set = [](const std::string& key, const std::string& value) {
        return std::vector<std::string>{"-o", key + "=" + value};
    };
    std::vector<std::string> out{program, "-q"};
    for (const auto& option : {
             set("Dir::State", folder_ / "state"),
             set("Dir::State::Lists", folder_ / "lists"),
             set("Dir::State::status", folder_ / "status"),
             set("Dir::Cache", folder_ / "cache"),
             set("Dir::Etc::SourceList", folder_ / "sources.list"),
             set("Dir::Etc::SourceParts", "/dev/null"),
             set("APT::Architecture", "amd64"),
             set("APT::Architectures", "amd64"),
             set("APT::Sandbox::User", user_name()), // the folder is ours, not the user _apt's
             set("Acquire::Languages", "none"),
             set("Acquire::Retries", "3"),
         }) {
        out.insert(out.end(), option.begin(), option.end());
    }
    out.insert(out.end(), arguments.begin(), arguments.end());
    return out;
}

void Apt::update() const {
    if (!fs::exists(keyring)) {
        throw Error(ErrorKind::unavailable,
                    std::string(keyring) + " is missing: Debian's packages cannot be checked",
                    "apt-get install debian-archive-keyring");
    }
    try {
        run_tool(command("apt-get", {"--error-on=any", "update"}), interrupt_);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::unavailable) {
            throw;
        }
        throw Error(error.kind(), error.what(),
                    error.hint().empty() ? "check the network, or set debian.mirror in the manifest"
                                         : error.hint())
            .with_details(error.details());
    }
}

std::string Apt::resolve_kernel(const std::string& package) const {
    std::istringstream lines(
        run_tool(command("apt-cache", {"--no-all-versions", "show", package}), interrupt_));
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("Depends:")) {
            continue;
        }
        std::istringstream words(line.substr(8));
        for (std::string word; words >> word;) {
            const std::string prefix = "linux-image-";
            if (word.starts_with(prefix) && word.size() > prefix.size() &&
                std::isdigit(static_cast<unsigned char>(word[prefix.size()])) != 0) {
                return word.substr(0, word.find(','));
            }
        }
    }
    return package;
}

fs::path Apt::download(const std::string& package, const fs::path& folder) const {
    fs::create_directories(folder);
    run_tool(command("apt-get", {"download", package}), interrupt_, folder);
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().filename().string().starts_with(package + "_") &&
            entry.path().extension() == ".deb") {
            return entry.path();
        }
    }
    throw Error(ErrorKind::internal,
                "apt-get download " + package + " left no package in " + folder.string());
}

} // namespace banger::bundle

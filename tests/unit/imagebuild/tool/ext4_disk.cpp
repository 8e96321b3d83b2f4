#include "ext4_disk.hpp"

#include "os/run.hpp"
#include "report.hpp"
#include "unique_fd.hpp"

#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <stdexcept>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace image_tool {
namespace {

namespace fs = std::filesystem;

std::string run_program(const std::vector<std::string>& words, const std::string& input = {}) {
    banger::os::RunOptions options;
    options.input = input;
    options.limit = 64U << 20U;
    std::vector<std::string> command{"env", "PATH=/usr/sbin:/sbin:/usr/bin:/bin", "LC_ALL=C"};
    command.insert(command.end(), words.begin(), words.end());
    const auto output = banger::os::run(command, options);
    if (!output.status.ok()) {
        throw std::runtime_error(words[0] + ": " + output.out + output.err);
    }
    return output.out;
}

} // namespace

std::string Told::failed() const {
    return failure ? std::string(to_string(failure->kind())) + ": " + failure->what() : "";
}

Told tell(Verb verb, const std::vector<std::string>& words) {
    const UniqueFd fd(::memfd_create("report", MFD_CLOEXEC));
    Report report(fd.get());
    Told told;
    try {
        told.result = verb(words, report);
    } catch (const Failure& failure) {
        told.failure = failure;
    }
    std::istringstream text(bytes_of("/proc/self/fd/" + std::to_string(fd.get())));
    for (std::string line; std::getline(text, line);) {
        told.lines.push_back(nlohmann::json::parse(line));
    }
    return told;
}

Bench::Bench() : dir_("image-tool") {}

void Bench::write(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
}

void Bench::folder(const std::string& name) const {
    fs::create_directories(path(name));
}

void Bench::link(const std::string& target, const std::string& name) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    fs::create_symlink(target, path(name));
}

std::string Bench::make(const std::string& name, const std::string& size,
                        const std::vector<std::string>& options) const {
    const std::string disk = path(name + ".ext4");
    folder(name);
    std::vector<std::string> words{"mke2fs",  "-q", "-F", "-t", "ext4",           "-b",
                                   "4096",    "-m", "0",  "-E", "root_owner=0:0", "-L",
                                   "bgr-base"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"-d", path(name), disk, size});
    (void)run_program(words);
    return disk;
}

std::string ask(const std::string& disk, const std::string& command) {
    return run_program({"debugfs", "-R", command, disk});
}

void change(const std::string& disk, const std::vector<std::string>& commands) {
    std::string script;
    for (const std::string& command : commands) {
        // debugfs takes a path for the name of a node as it is.
        const std::size_t at = command.find(" /");
        const std::size_t end = command.find(' ', at + 1);
        const std::size_t slash = command.rfind('/', end);
        if (command.rfind("mknod /", 0) == 0) {
            script += "cd " + command.substr(at + 1, slash - at) + "\nmknod " +
                      command.substr(slash + 1) + "\ncd /\n";
        } else {
            script += command + "\n";
        }
    }
    (void)run_program({"debugfs", "-w", "-f", "-", disk}, script);
}

std::string content(const std::string& disk, const std::string& path) {
    return ask(disk, "cat " + path);
}

bool exists(const std::string& disk, const std::string& path) {
    return ask(disk, "stat " + path).find("Inode:") != std::string::npos;
}

std::string faults(const std::string& disk) {
    try {
        (void)run_program({"e2fsck", "-f", "-n", disk});
        return {};
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

std::uint64_t bytes_on_disk(const std::string& file) {
    struct stat info {};
    return ::stat(file.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * 512 : 0;
}

std::string bytes_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed); // NOLINT: repeatable on purpose
    std::string text(size, '\0');
    for (char& byte : text) {
        byte = static_cast<char>('a' + random() % 26);
    }
    return text;
}

} // namespace image_tool

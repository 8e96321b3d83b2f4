// An archive of an image from somebody else: it is unpacked whole, as manifest.json says, or
// refused with nothing left. Checksums of tar headers are set right, so that more than them is met.

#include "archive_manifest.hpp"
#include "archive_unpack.hpp"
#include "failure.hpp"
#include "report.hpp"
#include "unique_fd.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using namespace image_tool;

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

void set_checksums(std::string& bytes) {
    constexpr std::size_t block = 512;
    for (std::size_t at = 0; at + block <= bytes.size(); at += block) {
        if (bytes.compare(at + 257, 5, "ustar") != 0) {
            continue;
        }
        bytes.replace(at + 148, 8, 8, ' ');
        unsigned sum = 0;
        for (std::size_t i = 0; i < block; ++i) {
            sum += static_cast<unsigned char>(bytes[at + i]);
        }
        char text[8] = {};
        std::snprintf(text, sizeof text, "%06o", sum);
        bytes.replace(at + 148, 7, text, 7);
    }
}

/// In memory where there is such a folder, as it is made anew each time.
fs::path new_folder() {
    std::string path = (fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path().string()) +
                       "/banger-fuzz.XXXXXX";
    require(::mkdtemp(path.data()) != nullptr);
    return path;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    Report report(null.get());
    std::string bytes(reinterpret_cast<const char*>(data), size);
    set_checksums(bytes);
    const UniqueFd file(::memfd_create("archive", MFD_CLOEXEC));
    require(::write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    const fs::path folder = new_folder();
    try {
        const nlohmann::json result =
            archive::unpack({.file = "/proc/self/fd/" + std::to_string(file.get()),
                             .folder = folder,
                             .max_bytes = std::uint64_t{1} << 24U},
                            report);
        require(result["disk_bytes"].get<std::uint64_t>() <= std::uint64_t{1} << 24U);
        std::size_t files = 0;
        for (const auto& entry : fs::directory_iterator(folder)) {
            require(entry.path().filename().string().front() != '.');
            ++files;
        }
        require(files == result["files"].size());
    } catch (const Failure& failure) { // anything else is a finding
        require(*failure.what() != '\0' && fs::is_empty(folder));
    }
    fs::remove_all(folder);
    return 0;
}

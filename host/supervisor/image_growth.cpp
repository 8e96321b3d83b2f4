#include "supervisor/image_growth.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::supervisor {
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::uint64_t sector = 512;

/// Throws for what is no regular file: a block device has the size that it has.
std::uint64_t size_of(const os::UniqueFd& file, const std::filesystem::path& image) {
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0) {
        throw os::errno_error("look at the disk image " + image.string());
    }
    if (!S_ISREG(facts.st_mode)) {
        throw Error(ErrorKind::unsupported, "disk image " + image.string() + " is no regular file");
    }
    return static_cast<std::uint64_t>(facts.st_size);
}

} // namespace

const vmm::GrowingDisk& growing_disk(const vmm::SupervisorPlan& plan, const std::string& id,
                                     std::uint64_t bytes) {
    const auto disk = std::find_if(plan.disks.begin(), plan.disks.end(),
                                   [&](const vmm::GrowingDisk& one) { return one.id == id; });
    if (disk == plan.disks.end()) {
        throw Error(ErrorKind::not_found, "the VM has no disk '" + id + "' that could grow");
    }
    if (bytes % sector != 0 || bytes > static_cast<std::uint64_t>(INT64_MAX)) {
        throw Error(ErrorKind::invalid, "no disk has " + std::to_string(bytes) + " bytes");
    }
    const std::filesystem::path image = plan.dir / disk->path;
    const std::uint64_t now = size_of(os::open_file(image, O_RDONLY), image);
    if (bytes < now) {
        throw Error(ErrorKind::invalid, "disk '" + id + "' has " + std::to_string(now) +
                                            " bytes and would lose some with " +
                                            std::to_string(bytes));
    }
    return *disk;
}

void grow_image(const std::filesystem::path& image, std::uint64_t bytes) {
    const os::UniqueFd file = os::open_file(image, O_WRONLY);
    if (size_of(file, image) < bytes && ::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) {
        throw os::errno_error("grow the disk image " + image.string());
    }
}

} // namespace banger::supervisor

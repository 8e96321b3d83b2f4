// What a guest leaves on its disk: any bytes. All that diff and flatten read of it is read here. An
// input is rows of the image, 64 bytes each behind the number of the row in two; the rest is zeros.

#include "change.hpp"
#include "failure.hpp"
#include "lookup.hpp"
#include "source_tree.hpp"
#include "unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

constexpr std::size_t row_size = 64;
constexpr std::size_t image_size = 256U << 10U;

/// The file that is written anew for each input.
int image_file() {
    static const image_tool::UniqueFd kept(::memfd_create("image.ext4", MFD_CLOEXEC));
    return kept.get();
}

void write_rows(const std::uint8_t* data, std::size_t size) {
    if (::ftruncate(image_file(), 0) != 0 || ::ftruncate(image_file(), image_size) != 0) {
        std::abort();
    }
    for (; size >= row_size + 2; data += row_size + 2, size -= row_size + 2) {
        const std::size_t row = data[0] + 256U * data[1];
        const std::size_t at = row % (image_size / row_size) * row_size;
        if (::pwrite(image_file(), data + 2, row_size, static_cast<off_t>(at)) !=
            static_cast<ssize_t>(row_size)) {
            std::abort();
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace image_tool;
    write_rows(data, size);
    const std::string path = "/proc/self/fd/" + std::to_string(image_file());
    try {
        FileSystem disk(path, "the overlay", FileSystem::Access::read);
        const auto upper = find_path(disk, "upper");
        const SourceTree tree{disk, upper.value_or(EXT2_ROOT_INO), upper.has_value(), {}};
        FileSystem base(path, "the base", FileSystem::Access::read);
        (void)changes(base, tree);
        (void)survey(tree, disk.block_size());
    } catch (const Failure& failure) { // a refusal is an answer; anything else is a finding
        if (failure.kind() == FailureKind::cancelled) {
            std::abort();
        }
    }
    return 0;
}

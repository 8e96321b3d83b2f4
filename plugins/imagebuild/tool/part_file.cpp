#include "part_file.hpp"

#include "failure.hpp"
#include "stop.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/file.h>

namespace image_tool {

PartFile::PartFile(std::string name) : name_(std::move(name)), path_(name_ + ".part") {
    fd_ = UniqueFd(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd_) {
        throw system_failure("make " + path_);
    }
    // What a killed run left is taken over; one that still writes has the lock.
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
        throw Failure(FailureKind::conflict, path_ + " is being written by another run",
                      "wait for it to end");
    }
    if (::ftruncate(fd_.get(), 0) != 0) {
        throw system_failure("empty " + path_);
    }
}

PartFile::~PartFile() {
    if (!kept_) {
        (void)::unlink(path_.c_str());
    }
}

void PartFile::keep() {
    if (::fsync(fd_.get()) != 0) {
        throw system_failure("write " + path_);
    }
    check_stop();
    if (::rename(path_.c_str(), name_.c_str()) != 0) {
        throw system_failure("rename " + path_ + " to " + name_);
    }
    kept_ = true;
}

} // namespace image_tool

#include "privileged/jail_files.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/pipe.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;
using os::UniqueFd;

/// For an error: what the caller calls it.
std::string name_of(const UniqueFd& file) {
    std::error_code code;
    const auto link =
        std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file.get()), code);
    return code ? "a file of the jail" : link.string();
}

Error no_namespace(int code) {
    if (code == ENOSPC) { // of unshare(2): there are as many as may be, or none may be
        return {ErrorKind::unsupported,
                "a jail needs a user namespace for a moment, and user.max_user_namespaces allows "
                "no more of them",
                "raise it (sudo sysctl user.max_user_namespaces=10000), or set firecracker.jailer "
                "to false in config.yaml"};
    }
    return os::errno_error("make a user namespace", code);
}

/// A process in a new user namespace, which lives by it until the map has been written.
class NamespaceHolder {
  public:
    NamespaceHolder() {
        os::Pipe ready = os::make_pipe();
        os::Pipe done = os::make_pipe();
        done_ = std::move(done.write);
        pid_ = ::fork();
        if (pid_ < 0) {
            throw os::errno_error("start a process");
        }
        if (pid_ == 0) {
            done_.reset();
            const int code = ::unshare(CLONE_NEWUSER) == 0 ? 0 : errno;
            char byte = 0;
            const bool told = ::write(ready.write.get(), &code, sizeof code) > 0;
            ::_exit(told && ::read(done.read.get(), &byte, 1) == 0 ? 0 : 1);
        }
        ready.write.reset();
        int code = EIO;
        if (::read(ready.read.get(), &code, sizeof code) != sizeof code || code != 0) {
            end();
            throw no_namespace(code);
        }
    }
    NamespaceHolder(const NamespaceHolder&) = delete;
    NamespaceHolder& operator=(const NamespaceHolder&) = delete;
    ~NamespaceHolder() { end(); }

    [[nodiscard]] std::string proc(const char* name) const {
        return "/proc/" + std::to_string(pid_) + "/" + name;
    }

  private:
    void end() noexcept {
        done_.reset();
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

    pid_t pid_ = 0;
    UniqueFd done_;
};

void write_map(const std::string& file, id_t from, id_t to) {
    const UniqueFd fd = os::open_file(file, O_WRONLY);
    os::write_all(fd.get(), std::to_string(from) + " " + std::to_string(to) + " 1\n", file);
}

/// O_PATH needs no right to the file, so such a descriptor says nothing about the caller's.
bool is_opened_for(int mode, int flags) {
    return (flags & O_PATH) == 0 && (flags & O_ACCMODE) == mode;
}

} // namespace

int JailFiles::map_of(uid_t uid, gid_t gid) {
    UniqueFd& map = maps_[{uid, gid}];
    if (!map) {
        const NamespaceHolder holder;
        write_map(holder.proc("uid_map"), uid, jail_);
        write_map(holder.proc("gid_map"), gid, jail_);
        map = os::open_file(holder.proc("ns/user"), O_RDONLY);
    }
    return map.get();
}

UniqueFd JailFiles::mount(const UniqueFd& file) {
    const int flags = ::fcntl(file.get(), F_GETFL);
    struct stat info {};
    if (flags < 0 || ::fstat(file.get(), &info) != 0) {
        throw os::errno_error("look at a file of the jail");
    }
    const bool writable = is_opened_for(O_RDWR, flags);
    if (!S_ISREG(info.st_mode) || (!writable && !is_opened_for(O_RDONLY, flags))) {
        throw Error(ErrorKind::invalid,
                    name_of(file) + " is no regular file that is open to be read");
    }
    if (writable && info.st_uid != caller_) {
        throw Error(ErrorKind::permission, name_of(file) + " is not of user " +
                                               std::to_string(caller_) +
                                               ": a jail writes to files of its caller only");
    }
    UniqueFd mount(
        ::open_tree(file.get(), "",
                    AT_EMPTY_PATH | OPEN_TREE_CLONE | static_cast<unsigned>(OPEN_TREE_CLOEXEC)));
    if (!mount) {
        throw os::errno_error("mount " + name_of(file));
    }
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
                          MOUNT_ATTR_NOEXEC | (writable ? 0U : MOUNT_ATTR_RDONLY);
    attributes.userns_fd = static_cast<std::uint64_t>(map_of(info.st_uid, info.st_gid));
    if (::mount_setattr(mount.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes) != 0) {
        const int code = errno;
        throw Error(ErrorKind::unsupported,
                    name_of(file) + " cannot be given to the user of a jail: " +
                        std::strerror(code) + " (an idmapped mount of its file system)",
                    "keep VMs on ext4, xfs or btrfs, or set firecracker.jailer to false in "
                    "config.yaml");
    }
    return mount;
}

} // namespace banger::privileged

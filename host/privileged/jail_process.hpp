#pragma once

#include "os/unique_fd.hpp"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace banger::privileged {

/// All that the processes of a jail begin with.
struct JailStart {
    std::vector<std::string> jailer; ///< its command line
    std::filesystem::path base;      ///< of make_jail_root()
    std::filesystem::path root;
    std::vector<os::UniqueFd> mounts;
    std::array<os::UniqueFd, 3> streams; ///< standard input, output and error of the VMM
    os::UniqueFd cgroup;                 ///< cgroup.procs
    /// Kept open as long as the processes live: locks of the caller on his files.
    std::vector<os::UniqueFd> kept;
    int lease = -1; ///< likewise: whoever looks knows that they live
};

/// The processes of a jail: the first of a PID and an IPC namespace of their own, as root, and
/// below it the jailer, which becomes the VMM. The first dies with us (PR_SET_PDEATHSIG), and with
/// it the kernel ends all others, of whatever user: a VMM never outlives who watches over it. Other
/// children of ours are in our own namespace.
class JailProcess {
  public:
    /// Returns when the jailer is about to be run. Throws what kept it from that.
    explicit JailProcess(JailStart start);
    JailProcess(const JailProcess&) = delete;
    JailProcess& operator=(const JailProcess&) = delete;
    ~JailProcess(); ///< what still runs is killed

    [[nodiscard]] pid_t vmm() const noexcept { return vmm_; } ///< in our own PID namespace
    [[nodiscard]] const os::UniqueFd& sockets() const noexcept { return sockets_; } ///< /vm

    /// Waits for the VMM's end; its status as of waitpid(2). When the other end of `peer` is closed
    /// all are killed.
    [[nodiscard]] int wait(int peer);

  private:
    void end() noexcept;
    void hear(int channel);

    pid_t first_ = 0;
    pid_t vmm_ = 0;
    os::UniqueFd status_; ///< the VMM's, from the first process
    os::UniqueFd sockets_;
};

} // namespace banger::privileged

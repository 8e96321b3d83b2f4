#pragma once

#include "os/error.hpp"
#include "os/unique_fd.hpp"
#include "supervisor/connection.hpp"
#include "supervisor/loop.hpp"
#include "vmm/qemu/qmp.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace banger::supervisor {

/// The QMP connection, held from the VMM's start to its end: the reason of its end comes nowhere
/// else, and QEMU serves only one client.
class QmpLink {
  public:
    using OnEvent = vmm::qemu::QmpClient::OnEvent;
    using Done = std::function<void(const os::Error*)>; ///< nullptr: done

    QmpLink(Loop& loop, os::UniqueFd fd, OnEvent on_event);

    void start(Done running); ///< `running` is called once the guest runs
    void call(std::string_view command, Done done);
    void drain(); ///< reads what the dead VMM left
    void close();

  private:
    void flush();
    void feed(std::string_view bytes);

    vmm::qemu::QmpClient client_;
    bool broken_ = false;
    Connection connection_;
};

} // namespace banger::supervisor

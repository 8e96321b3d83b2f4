#pragma once

#include "os/error.hpp"
#include "os/unique_fd.hpp"
#include "supervisor/connection.hpp"
#include "supervisor/loop.hpp"
#include "supervisor/vmm_link.hpp"
#include "vmm/qemu/qmp.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace banger::supervisor {

/// The QMP connection, held from the VMM's start to its end: the reason of its end comes nowhere
/// else, and QEMU serves only one client.
class QmpLink final : public VmmLink {
  public:
    QmpLink(Loop& loop, os::UniqueFd fd, OnEvent on_event);

    void start(Done running) override;
    void powerdown(Done done) override;
    void pause(Done done) override;
    void resume(Done done) override;
    /// `name` is the node that the guest's device has: a limit is a node on top of the image's.
    void resize_disk(const vmm::GrowingDisk& disk, std::uint64_t bytes, Done done) override;
    void drain() override;
    [[nodiscard]] bool open() const noexcept override { return !broken_; }
    [[nodiscard]] std::string step() const override { return {}; }

  private:
    void event(std::string_view name, const nlohmann::json& data);
    void call(std::string_view command, Done done);
    void call(std::string_view command, const nlohmann::json& arguments, Done done);
    void flush();
    void feed(std::string_view bytes);
    void close();

    OnEvent on_event_;
    vmm::qemu::QmpClient client_;
    bool broken_ = false;
    Connection connection_;
};

} // namespace banger::supervisor

#pragma once

#include "guest_stream.hpp"
#include "http/bell.hpp"
#include "scrollback.hpp"
#include "shell_end.hpp"
#include "shell_limits.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace web {

/// A root shell in a guest, with what it wrote last. It goes on while no page looks at it. Network
/// thread; held by its coroutines, too, until it is over.
class Shell : public std::enable_shared_from_this<Shell> {
  public:
    using Clock = std::chrono::steady_clock;

    /// One page that looks at it.
    struct View {
        std::function<void()> wake; ///< there is something new; it calls nothing of the shell
        std::uint64_t sent = 0;     ///< number of the first byte that the page was not sent yet
        bool replaced = false;      ///< another page looks at it now
    };

    /// changed: somebody looks at it or has gone, or it is over.
    Shell(const boost::asio::any_io_executor& executor, const ShellWish& wish, std::string id,
          const ShellLimits& limits, std::function<void()> changed);
    Shell(const Shell&) = delete;
    Shell& operator=(const Shell&) = delete;
    ~Shell() = default;

    void begin(const std::string& socket); ///< once; by the daemon at this path

    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] bool is_of(const std::string& vm_id) const { return vm_id_ == vm_id; }
    [[nodiscard]] bool is_for(const ShellWish& wish) const {
        return vm_id_ == wish.vm_id && uid_ == wish.uid;
    }
    [[nodiscard]] bool is_live() const { return live_; } ///< the guest has begun it
    [[nodiscard]] const std::optional<ShellEnd>& end() const { return end_; }
    [[nodiscard]] const Scrollback& written() const { return written_; }
    /// Since when no page looks at it; nothing while one does.
    [[nodiscard]] std::optional<Clock::time_point> alone_since() const;

    /// A page looks at it from now on, in place of the one before. seen: bytes that it has shown.
    [[nodiscard]] std::shared_ptr<View> show(std::function<void()> wake, std::uint64_t seen,
                                             const TerminalSize& size);
    void leave(const std::shared_ptr<View>& view);
    void took() { room_.ring(); } ///< View::sent has grown

    void type(std::string_view typed);
    /// May more be typed? View::wake tells when it is so again.
    [[nodiscard]] bool has_room() const;
    void resize(const TerminalSize& size);

    void vm_goes(bool goes) { vm_goes_ = goes; } ///< what ends meanwhile, ends by that
    void vm_has_ended();
    void hang_up(); ///< nobody wants it any more

  private:
    using Self = std::shared_ptr<Shell>; ///< keeps us, and is not moved

    boost::asio::awaitable<void> run(Self self, std::string socket);
    boost::asio::awaitable<ShellEnd> listen();
    boost::asio::awaitable<void> send_all(Self self);
    boost::asio::awaitable<void> wait_for_the_vm();
    [[nodiscard]] bool is_read_enough() const;
    void finish(ShellEnd end);
    void wake_view() const;
    [[nodiscard]] ShellEnd stopped() const;

    boost::asio::any_io_executor executor_;
    ShellLimits limits_;
    std::string id_, vm_id_, vm_name_;
    std::uint32_t uid_;
    TerminalSize size_;
    std::function<void()> changed_;
    GuestStream stream_;
    Scrollback written_;
    std::string untaken_;       ///< frames to the guest
    std::size_t in_flight_ = 0; ///< bytes of frames that are being sent
    Bell typed_, room_;
    std::shared_ptr<View> view_;
    Clock::time_point left_ = Clock::now();
    std::optional<ShellEnd> end_;
    bool live_ = false, vm_goes_ = false;
};

} // namespace web

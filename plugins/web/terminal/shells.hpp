#pragma once

#include "shell.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <string>

namespace web {

/// The shells that there are: of each user and VM a few, each for five minutes beyond its last
/// page. Network thread.
class Shells {
  public:
    Shells(const boost::asio::any_io_executor& executor, const ShellLimits& limits);
    ~Shells() { stop(); }
    Shells(const Shells&) = delete;
    Shells& operator=(const Shells&) = delete;

    struct Found {
        std::shared_ptr<Shell> shell;
        bool known = false; ///< the one that the page has shown before
    };
    /// The page's own, also one that has ended while its VM does not run; else the one that was
    /// left last; else a new one. Throws Problem when there is none and may be none.
    [[nodiscard]] Found find(const ShellWish& wish);
    /// As the daemon tells it.
    void vm_changed(const std::string& vm_id, const std::string& state);
    void stop() noexcept; ///< hangs up all, and begins none from now on

  private:
    [[nodiscard]] std::shared_ptr<Shell> left_last(const ShellWish& wish) const;
    [[nodiscard]] std::shared_ptr<Shell> begin(const ShellWish& wish);
    void make_room(const ShellWish& wish);
    void look_soon();
    void look();

    boost::asio::any_io_executor executor_;
    ShellLimits limits_;
    std::map<std::string, std::shared_ptr<Shell>> shells_; ///< by id
    bool stopped_ = false;
    /// Of each timer's handler: we may be gone when it runs.
    std::shared_ptr<Shells*> self_ = std::make_shared<Shells*>(this);
    boost::asio::steady_timer next_; ///< when one of them is to be hung up; none: it does not run
};

} // namespace web

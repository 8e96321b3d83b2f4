#include "shells.hpp"

#include "actions/idem.hpp"
#include "state/daemon.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace web {
namespace asio = boost::asio;

namespace {

bool is_over(const std::string& state) {
    return state == "stopped" || state == "crashed" || state == "deleted" ||
           state == "cleanup-pending";
}

} // namespace

Shells::Shells(const asio::any_io_executor& executor, const ShellLimits& limits)
    : executor_(executor), limits_(limits), next_(executor) {}

Shells::Found Shells::find(const ShellWish& wish) {
    const auto own = shells_.find(wish.session);
    const bool known = own != shells_.end() && own->second->is_for(wish);
    const bool has_ended = known && own->second->end();
    if (known && !wish.fresh && !(has_ended && wish.runs)) {
        return {own->second, true};
    }
    if (has_ended && own->second->alone_since()) {
        shells_.erase(own); // another is wanted in its place
    }
    auto left = wish.fresh ? nullptr : left_last(wish);
    return {left ? left : begin(wish), false};
}

std::shared_ptr<Shell> Shells::left_last(const ShellWish& wish) const {
    std::shared_ptr<Shell> last;
    for (const auto& [id, shell] : shells_) {
        if (shell->is_for(wish) && shell->alone_since() && !shell->end() &&
            (!last || *shell->alone_since() > *last->alone_since())) {
            last = shell;
        }
    }
    return last;
}

/// What has ended goes first; what somebody may come back to stays.
void Shells::make_room(const ShellWish& wish) {
    const auto of_vm = [&] {
        return std::count_if(shells_.begin(), shells_.end(),
                             [&](const auto& each) { return each.second->is_of(wish.vm_id); });
    };
    const auto is_full = [&] {
        return shells_.size() >= limits_.shells ||
               static_cast<std::size_t>(of_vm()) >= limits_.of_one_vm;
    };
    if (is_full()) {
        std::erase_if(shells_, [](const auto& each) {
            return each.second->end() && each.second->alone_since();
        });
    }
    if (is_full()) {
        throw Problem(409, "busy",
                      "there are " + std::to_string(of_vm()) + " shells of this VM here, and " +
                          std::to_string(shells_.size()) + " in all",
                      "end one that is open in another tab: exit. One without a tab ends by itself "
                      "after 5 minutes");
    }
}

std::shared_ptr<Shell> Shells::begin(const ShellWish& wish) {
    if (stopped_) {
        throw Problem(503, "unavailable", "the web console is being stopped", "");
    }
    if (!wish.runs) {
        throw Problem(409, "conflict", "the VM does not run", "");
    }
    make_room(wish);
    const std::string id = new_key();
    auto shell =
        std::make_shared<Shell>(executor_, wish, id, limits_, [self = std::weak_ptr(self_)] {
            if (const auto held = self.lock()) {
                (*held)->look_soon();
            }
        });
    shells_[id] = shell;
    shell->begin(wish.socket);
    return shell;
}

void Shells::vm_changed(const std::string& vm_id, const std::string& state) {
    std::vector<std::shared_ptr<Shell>> of_vm; // one that ends may go from the map
    for (const auto& [id, shell] : shells_) {
        if (shell->is_of(vm_id)) {
            of_vm.push_back(shell);
        }
    }
    for (const auto& shell : of_vm) {
        shell->vm_goes(state == "stopping" || state == "deleting");
        if (is_over(state)) {
            shell->vm_has_ended();
        }
    }
}

/// Not at once: who has told us is in the middle of something.
void Shells::look_soon() {
    asio::post(executor_, [self = std::weak_ptr(self_)] {
        if (const auto held = self.lock()) {
            (*held)->look();
        }
    });
}

void Shells::look() {
    const auto now = Shell::Clock::now();
    std::optional<Shell::Clock::time_point> first;
    std::vector<std::shared_ptr<Shell>> over;
    for (const auto& [id, shell] : shells_) {
        const auto since = shell->alone_since();
        const bool is_done = since && shell->end() && shell->end()->why == ShellEnd::Why::exited;
        if (is_done || (since && *since + limits_.alone_time <= now)) {
            over.push_back(shell);
        } else if (since && (!first || *since < *first)) {
            first = since;
        }
    }
    for (const auto& shell : over) {
        shells_.erase(shell->id());
        shell->hang_up();
    }
    if (!first) {
        next_.cancel();
        return;
    }
    next_.expires_at(*first + limits_.alone_time);
    next_.async_wait([self = std::weak_ptr(self_)](const boost::system::error_code& code) {
        const auto held = self.lock();
        if (!code && held) {
            (*held)->look();
        }
    });
}

void Shells::stop() noexcept {
    stopped_ = true;
    next_.cancel();
    const auto all = std::exchange(shells_, {});
    for (const auto& [id, shell] : all) {
        shell->hang_up();
    }
}

} // namespace web

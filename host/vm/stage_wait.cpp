#include "vm/stage_wait.hpp"

#include "os/error.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <sys/epoll.h>
#include <sys/eventfd.h>

namespace banger::vm {
namespace {

os::UniqueFd make_event() {
    os::UniqueFd fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!fd) {
        throw os::errno_error("make an eventfd");
    }
    return fd;
}

/// Readable when one of them is (an epoll descriptor can be polled itself: epoll(7)).
os::UniqueFd either(int one, int other) {
    os::UniqueFd fd(::epoll_create1(EPOLL_CLOEXEC));
    epoll_event event{};
    event.events = EPOLLIN;
    if (!fd || ::epoll_ctl(fd.get(), EPOLL_CTL_ADD, one, &event) != 0 ||
        (other >= 0 && ::epoll_ctl(fd.get(), EPOLL_CTL_ADD, other, &event) != 0)) {
        throw os::errno_error("make an epoll descriptor");
    }
    return fd;
}

} // namespace

StageWait::StageWait(asio::io_context& loop, Capabilities& capabilities, std::string stage,
                     VmView view, CallContext context,
                     std::chrono::steady_clock::time_point deadline)
    : cancel_(make_event()), either_(either(cancel_.get(), context.cancel_fd)),
      state_(std::make_shared<State>(loop)) {
    context.cancel_fd = either_.get();
    thread_ = std::thread([&loop, &capabilities, stage = std::move(stage), view = std::move(view),
                           context = std::move(context), deadline, state = state_]() mutable {
        std::exception_ptr failure;
        bool reached = false;
        try {
            reached = capabilities.wait_ready(stage, view, context, deadline);
        } catch (...) {
            failure = std::current_exception();
        }
        asio::post(loop, [state, failure, reached] {
            state->over = true;
            state->failure = failure;
            state->changed.cancel();
            if (reached && state->reached) {
                state->reached();
            }
        });
    });
}

StageWait::~StageWait() {
    state_->reached = nullptr;
    ::eventfd_write(cancel_.get(), 1);
    thread_.join();
}

asio::awaitable<void> StageWait::cancel() {
    ::eventfd_write(cancel_.get(), 1);
    return ended();
}

asio::awaitable<void> StageWait::ended() {
    while (!state_->over) {
        boost::system::error_code code;
        co_await state_->changed.async_wait(asio::redirect_error(asio::use_awaitable, code));
    }
}

} // namespace banger::vm

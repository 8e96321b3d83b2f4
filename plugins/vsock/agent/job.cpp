#include "job.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/epoll.h>

namespace agent {
namespace {

Launch with_output(Launch launch, int out) {
    launch.out = out;
    return launch;
}

} // namespace

Job::Job(Loop& loop, Launch launch, Done done)
    : done_(std::move(done)),
      child_(loop, with_output(std::move(launch), output_.write.get()), [this](int status) {
          status_ = status;
          read(); // what is left; a process it left behind may go on
          finish();
      }) {
    output_.write = Fd();
    make_nonblocking(output_.read);
    watch_ = loop.watch(output_.read.get(), EPOLLIN, [this](std::uint32_t) { read(); });
}

void Job::read() {
    std::array<char, 16384> buffer; // NOLINT: filled by read()
    for (;;) {
        const ssize_t n = ::read(output_.read.get(), buffer.data(), buffer.size());
        if (n > 0) {
            const auto size = static_cast<std::size_t>(n);
            result_.append(buffer.data(), std::min(size, longest_result - result_.size()));
        } else if (n == 0 || errno != EINTR) {
            if (n == 0) {
                watch_.drop();
            }
            return;
        }
    }
}

void Job::finish() {
    over_ = true;
    watch_.drop();
    if (const Done done = std::move(done_); done) {
        done(std::move(result_), status_); // may drop this object
    }
}

void print_result(std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
        if (n <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

} // namespace agent

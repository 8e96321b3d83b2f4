#include "guest/entropy.hpp"

#include <fcntl.h>
#include <linux/random.h>
#include <sys/ioctl.h>

#include <cstring>
#include <vector>

#include "guest/failure.hpp"
#include "guest/fd.hpp"

namespace banger::guest {

void add_entropy(std::string_view seed) {
    Fd device(::open("/dev/urandom", O_WRONLY | O_CLOEXEC));
    if (!device)
        fail_errno("open /dev/urandom");
    // struct rand_pool_info ends in a flexible array of words.
    std::vector<int> buffer((sizeof(rand_pool_info) + seed.size()) / sizeof(int) + 1);
    auto* info = reinterpret_cast<rand_pool_info*>(buffer.data());
    info->entropy_count = static_cast<int>(seed.size() * 8);
    info->buf_size = static_cast<int>(seed.size());
    std::memcpy(info->buf, seed.data(), seed.size());
    int added = ::ioctl(device.get(), RNDADDENTROPY, info);
    explicit_bzero(buffer.data(), buffer.size() * sizeof(int));
    if (added != 0)
        fail_errno("add entropy");
    if (::ioctl(device.get(), RNDRESEEDCRNG) != 0)
        fail_errno("reseed the random generator");
}

} // namespace banger::guest

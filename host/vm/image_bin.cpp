#include "vm/image_bin.hpp"

#include "image/image_store.hpp"
#include "store/reserve.hpp"

namespace banger::vm {

asio::awaitable<std::vector<std::string>> ImageBin::empty() const {
    auto work = offload(threads_, [store = store_] { return store.empty_bin(); });
    std::vector<std::string> problems = co_await std::move(work);
    reserve_.restore();
    for (const std::string& problem : problems) {
        log_("warning", "files of an image that was deleted are left: " + problem +
                            "; it is tried again with the next one, and when the daemon starts");
    }
    co_return problems;
}

} // namespace banger::vm

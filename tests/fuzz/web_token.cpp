// Tokens of forms: none that we did not issue is taken, and none becomes another by being written
// in another way.

#include "gate/base64url.hpp"
#include "gate/csrf.hpp"

#include "bytes.hpp"

#include <cstdlib>

namespace {

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

const web::Csrf& csrf() {
    static const web::Csrf kept(std::string(32, 's'));
    return kept;
}

constexpr web::Csrf::Clock::time_point now{std::chrono::seconds(1'800'000'000)};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::string issued = csrf().issue(1000, "127.0.0.1:7777", now);
    banger::fuzz::Bytes bytes(data, size);
    std::string token = issued;
    while (!bytes.rest().empty() && bytes.byte() % 8 != 0) { // changed here and there
        const std::size_t at = bytes.byte() % (token.size() + 1);
        token.replace(at, bytes.byte() % 3, bytes.text().substr(0, 8));
    }
    const std::string given(bytes.rest());
    for (const std::string& each : {token, given}) {
        const auto verdict = csrf().check(each, 1000, "127.0.0.1:7777", now);
        require((verdict == web::Csrf::Verdict::good) == (each == issued));
        require(each == issued || verdict == web::Csrf::Verdict::wrong);
        require(csrf().check(each, 1001, "127.0.0.1:7777", now) == web::Csrf::Verdict::wrong);
        if (const auto decoded = web::from_base64url(each)) {
            require(web::base64url(*decoded) == each);
        }
        require(web::from_base64url(web::base64url(each)) == each);
    }
    return 0;
}

// What a Firecracker, or what is in its place, can answer. Whatever comes and in whatever pieces:
// each request gets one answer at most, an error has words, and what is no HTTP is refused.

#include "vmm/firecracker/api_client.hpp"

#include "os/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

using banger::os::Error;
using banger::os::ErrorKind;
using banger::vmm::firecracker::ApiClient;

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

/// Two requests, one behind the other, and what became of them.
class Session {
  public:
    Session() {
        client_.call({"GET", "/version", ""}, [this](const ApiClient::Reply& reply) {
            look_at(reply);
            ++versions_;
        });
        client_.call({"PATCH", "/vm", R"({"state":"Paused"})"},
                     [this](const ApiClient::Reply& reply) {
                         look_at(reply);
                         require(versions_ == 1);
                         ++pauses_;
                     });
        send();
    }

    /// False once it was refused.
    bool feed(std::string_view bytes) {
        try {
            client_.feed(bytes);
        } catch (const Error& error) {
            require(error.kind() == ErrorKind::invalid);
            require(!std::string_view(error.what()).empty());
            return false;
        }
        send();
        return true;
    }

    /// How many answers there were.
    int end() {
        const int answers = versions_ + pauses_;
        client_.closed();
        require(versions_ == 1 && pauses_ == 1 && client_.idle());
        return answers;
    }

  private:
    static void look_at(const ApiClient::Reply& reply) {
        require(reply.ok == (reply.status >= 200 && reply.status < 300));
        require(reply.ok ? !reply.data.is_discarded() : !reply.error.empty());
    }
    void send() { client_.sent(client_.pending().size()); }

    ApiClient client_;
    int versions_ = 0;
    int pauses_ = 0;
};

} // namespace

/// The first byte says where the rest is cut in two.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t cut = bytes.empty() ? 0 : data[0] % bytes.size();
    Session pieces;
    (void)(pieces.feed(bytes.substr(0, cut)) && pieces.feed(bytes.substr(cut)));
    (void)pieces.end();
    Session bytewise;
    for (std::size_t i = 0; i < bytes.size() && i < 512 && bytewise.feed(bytes.substr(i, 1)); ++i) {
    }
    (void)bytewise.end();
    return 0;
}

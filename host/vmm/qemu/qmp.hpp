#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace banger::vmm::qemu {

/// The client's end of a QEMU Machine Protocol connection: passive, fed bytes and giving bytes.
/// Commands given before the greeting wait for it. Replies are matched by id, as events come
/// between. Throws os::Error (invalid) on what is no QMP, a line above `max_line` included: then
/// the connection is of no more use.
class QmpClient {
  public:
    static constexpr std::size_t max_line = 1U << 20U;

    // NOLINTNEXTLINE(bugprone-exception-escape): moving JSON only asserts
    struct Reply {
        bool ok = false;
        std::string error;   ///< QEMU's words when not ok
        nlohmann::json data; ///< the "return" member
    };
    using OnReply = std::function<void(const Reply&)>;
    using OnEvent = std::function<void(std::string_view name, const nlohmann::json& data)>;

    explicit QmpClient(OnEvent on_event) : on_event_(std::move(on_event)) {}

    void call(std::string_view command, OnReply on_reply, const nlohmann::json& arguments = {});
    void feed(std::string_view bytes);
    /// The connection is over: every open call gets an error reply.
    void closed();

    [[nodiscard]] std::string_view pending() const noexcept { return out_; }
    void sent(std::size_t count) { out_.erase(0, count); }

  private:
    void handle(std::string_view line);
    void answer(std::uint64_t id, const Reply& reply);

    OnEvent on_event_;
    std::map<std::uint64_t, OnReply> waiting_;
    std::uint64_t next_id_ = 1;
    bool greeted_ = false;
    std::string held_; ///< commands before the greeting
    std::string in_;
    std::string out_;
};

} // namespace banger::vmm::qemu

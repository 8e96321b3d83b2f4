#pragma once

#include "os/error.hpp"
#include "os/unique_fd.hpp"
#include "supervisor/connection.hpp"
#include "supervisor/console.hpp"
#include "supervisor/loop.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace banger::supervisor {

/// What a control client may ask for.
class ControlTarget {
  public:
    /// nullptr: done; else the error. Called once, now or later.
    using Done = std::function<void(const os::Error*)>;

    virtual ~ControlTarget() = default;
    [[nodiscard]] virtual nlohmann::json status() const = 0;
    virtual void powerdown(Done done) = 0;
    virtual void pause(Done done) = 0;
    virtual void resume(Done done) = 0;
    virtual void resize(const std::string& disk, std::uint64_t bytes, Done done) = 0;
    virtual void kill(Done done) = 0;
};

/// sup.sock: one JSON object a line in, one a line out ({"ok":true,..} or
/// {"ok":false,"error":{..}}). After "watch" the events follow, after "console" the raw bytes of
/// the console both ways. A client that does not read is dropped (of a console it loses bytes); no
/// client holds up another.
class ControlServer {
  public:
    ControlServer(Loop& loop, os::UniqueFd listener, ControlTarget& target, Console& console);
    ~ControlServer();
    void listen(os::UniqueFd listener); ///< here from now on; who is connected stays

    void publish(const nlohmann::json& event); ///< to every watcher
    [[nodiscard]] bool all_sent() const;

  private:
    struct Session;
    using Key = std::uint64_t;

    void accept_one();
    void receive(Session& session, std::string_view bytes);
    void line(Session& session, std::string_view text);
    void resize(const nlohmann::json& request, const ControlTarget::Done& done);
    void attach(Session& session);
    void answer(Key key, const nlohmann::json& message);
    void answer(Key key, const os::Error* error);
    void send(Session& session, const std::string& text);
    void remove(Key key);

    Loop& loop_;
    ControlTarget& target_;
    Console& console_;
    std::map<Key, std::unique_ptr<Session>> sessions_;
    Key next_key_ = 1;
    os::UniqueFd listener_;
    Loop::Registration accepting_;
};

} // namespace banger::supervisor

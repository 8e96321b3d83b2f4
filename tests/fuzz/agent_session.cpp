// What a broken host can send to the agent of a guest: any bytes, cut anywhere. The first byte says
// how they are cut. The agent holds little of it, and what it says begins as an answer.

#include "exec_frames.hpp"
#include "exec_request.hpp"
#include "json_text.hpp"
#include "routes.hpp"
#include "session.hpp"
#include "simple_exchange.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace {

using agent::Session;

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

/// Reads what exec reads, and starts nothing.
class Frames final : public agent::Exchange {
  public:
    Frames(Session& session, const agent::Head& head)
        : session_(session), body_(session, head, [](Session& asker, const std::string& body) {
              (void)agent::parse_exec_request(body);
              asker.upgrade("banger-exec/1");
          }) {}
    void body(std::string_view bytes) override { body_.body(bytes); }
    void end() override { body_.end(); }
    std::size_t frames(std::string_view bytes) override {
        std::string_view rest = bytes;
        while (const auto frame = reader_.take(rest)) {
            require(frame->payload.size() <= agent::longest_payload);
            (void)agent::parse_window_size(frame->payload);
            (void)agent::parse_signal(frame->payload);
            if (frame->type == static_cast<std::uint8_t>(agent::FrameType::end)) {
                session_.finish();
            }
        }
        return bytes.size() - rest.size();
    }
    bool input_ended() override { return true; }

  private:
    Session& session_;
    agent::SimpleExchange body_;
    agent::FrameReader reader_;
};

/// A stream that lasts as long as somebody reads it.
class Endless final : public agent::Exchange {
  public:
    explicit Endless(Session& session) : session_(session) {}
    void body(std::string_view /*bytes*/) override {}
    void end() override {
        session_.start("text/plain");
        session_.want_room();
    }
    void writable() override {
        session_.write(std::string(1000, 'x'));
        session_.want_room();
    }

  private:
    Session& session_;
};

std::unique_ptr<agent::Exchange> open(Session& session, const agent::Head& head) {
    if (head.path == "/v1/exec") {
        return std::make_unique<Frames>(session, head);
    }
    if (head.path == "/v1/events") {
        return std::make_unique<Endless>(session);
    }
    if (head.path == "/v1/health") {
        (void)head.number("titles", 0, 0, 1);
        return std::make_unique<agent::SimpleExchange>(
            session, head, [](Session& asker, const std::string& body) {
                asker.answer(200, agent::to_text(agent::parse_object(body)));
            });
    }
    throw agent::Refusal(agent::Kind::unsupported, head.path);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    static const agent::Answerer answerer = open;
    const std::size_t step = data[0] == 0 ? size : data[0];
    Session session(answerer, [] {});
    std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::string said;
    while (!rest.empty() && !session.over()) {
        // As a carrier does: no more while a lot is held.
        if (session.held() < Session::input_room) {
            session.feed(rest.substr(0, step));
            rest.remove_prefix(std::min(step, rest.size()));
        } else if (session.pending().empty()) {
            break; // a request waits for an answer that never comes
        }
        require(session.held() <= Session::input_room + step);
        require(session.pending().size() <= Session::output_room * 4 + size * 8);
        if (said.size() < 16) {
            said.append(session.pending().substr(0, 16));
        }
        session.sent(session.pending().size() / 2 + 1);
        session.step();
    }
    session.input_ended();
    said.append(session.pending().substr(0, 16));
    require(said.empty() || said.starts_with("HTTP/1.1 "));
    return 0;
}

#include "agent.hpp"
#include "routes.hpp"

#include <nlohmann/json.hpp>

namespace agent {
namespace {

/// Runs until the client goes. One that does not read is dropped: it could no longer trust what it
/// was told.
class EventStream final : public Exchange {
  public:
    EventStream(Agent& agent, Session& session) : agent_(agent), session_(session) {}

    void body(std::string_view /*bytes*/) override {}
    void end() override {
        session_.start("application/x-ndjson");
        session_.write(Events::line("hello", {{"health", agent_.health()}}));
        subscription_ = agent_.events().subscribe([this](std::string_view line) {
            if (session_.room() < line.size()) {
                session_.abort();
            } else {
                session_.write(line);
            }
        });
    }

  private:
    Agent& agent_;
    Session& session_;
    Events::Subscription subscription_;
};

} // namespace

std::unique_ptr<Exchange> open_events(Agent& agent, Session& session, const Head& /*head*/) {
    return std::make_unique<EventStream>(agent, session);
}

} // namespace agent

#pragma once

#include "http/answers.hpp"
#include "pages/site.hpp"

#include <banger/plugin.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace web::test {

/// The whole console, without its sockets, on a daemon that says what the test has told it. What is
/// asked of that daemon is kept.
class FakeConsole {
  public:
    struct Asked {
        std::string method, target;
        nlohmann::json body; ///< null: none
    };
    struct Answer {
        int status = 200;
        nlohmann::json body;
    };

    explicit FakeConsole(Config config = {});
    FakeConsole(const FakeConsole&) = delete;
    FakeConsole& operator=(const FakeConsole&) = delete;
    ~FakeConsole();

    [[nodiscard]] Response get(const std::string& target, bool as_json = false);
    /// With a good token.
    [[nodiscard]] Response post(const std::string& target, const Params& form,
                                bool as_json = false);
    [[nodiscard]] Response answer(Request request);

    void on(const std::string& method_and_target, int status, nlohmann::json body);
    /// An operation of that id and target, as the answer.
    void on_begin(const std::string& method_and_target, const std::string& op,
                  const std::string& target);
    /// What the pages are drawn from is read anew.
    void changed();
    /// What was asked of the daemon that changes something.
    [[nodiscard]] std::vector<Asked> changes() const;
    [[nodiscard]] const Asked& only_change() const; ///< fails the test when there is another number

    nlohmann::json vms = nlohmann::json::array();
    nlohmann::json images = nlohmann::json::array();
    nlohmann::json operations = nlohmann::json::array();
    nlohmann::json daemon;
    nlohmann::json plugins = nlohmann::json::array();
    nlohmann::json options = nlohmann::json::array();
    std::function<void(const Asked&)> heard; ///< before each is answered, on its thread
    std::unique_ptr<Site> site;

  private:
    friend struct FakeConsoleTables;
    struct Handle { // what the console has is the address of `table`, and so of the whole
        banger_host table;
        FakeConsole* owner;
    };
    Answer answer_to(const Asked& asked);

    mutable std::mutex mutex_;
    Handle handle_{};
    std::vector<Asked> asked_;
    std::map<std::string, Answer> answers_;
    std::deque<std::string> bodies_;
    std::deque<banger_response> responses_;
    banger_event_fn event_ = nullptr;
    void* event_context_ = nullptr;
    Router router_;
    std::unique_ptr<Answers> pages_;
};

[[nodiscard]] Params params(std::initializer_list<std::pair<const char*, std::string>> values);
[[nodiscard]] nlohmann::json vm(const std::string& name, const std::string& state);
[[nodiscard]] nlohmann::json image(const std::string& name, bool standard = false);
[[nodiscard]] nlohmann::json operation_of(const std::string& id, const std::string& target,
                                          const std::string& state);
/// Header of that name; "" where there is none.
[[nodiscard]] std::string header_of(const Response& response, const std::string& name);
[[nodiscard]] bool has(const Response& response, const std::string& text);

} // namespace web::test

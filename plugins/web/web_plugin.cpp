#include "config.hpp"
#include "doctor.hpp"
#include "gate/secret.hpp"
#include "http/server.hpp"
#include "pages/expired.hpp"
#include "pages/routes.hpp"
#include "pages/site.hpp"
#include "state/field.hpp"

#include <banger/plugin.hpp>

#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

namespace web {

using banger::Call;
using banger::Host;
using nlohmann::json;

class Web {
  public:
    static constexpr const char* id = "web";
    static constexpr const char* name = "Web console";
    static constexpr const char* version = "1.0.0";
    static constexpr const char* license = "MIT";
    static constexpr const char* summary = "Shows and runs VMs in a browser of this machine";
    static constexpr const char* config_schema = web::config_schema;
    static constexpr bool concurrent = true;
    static constexpr const char* const required[] = {BANGER_EXT_API, BANGER_EXT_EVENTS,
                                                     BANGER_EXT_THREAD, BANGER_EXT_TIMER, nullptr};
    static constexpr const char* const* requires_ext = required;

    Web(Host host, Call&, std::string_view config) : host_(host), config_(read_config(config)) {}

    void on_start(Call&) {
        if (config_.address.empty()) {
            return;
        }
        site_.reset(new Site{host_, config_, Daemon(host_), State(host_), Renderer(),
                             Csrf(load_secret(host_.state_dir()))});
        add_routes(router_, *site_);
        server_.emplace(host_, router_, site_->csrf, pages());
        server_->start({config_.address, config_.port, config_.other_port, {}});
        site_->state.follow(host_, [this](const json& event) {
            site_->hub.heard(event);
            if (field_text(event, "type") == "vm.state") {
                server_->vm_changed(field_text(event, "id"), field_text(event, "state"));
            }
        });
        // A day is known only if somebody has looked at it all day (README.md: what it costs).
        figures_ = banger::Timer(host_, std::chrono::seconds(0), Usage::rhythm,
                                 [this](Call& call) { take_figures(call); });
    }
    void on_stop(Call&) {
        figures_ = banger::Timer();
        if (server_) {
            server_->stop();
            site_->state.stop();
            site_->hub.stop();
        }
    }

    // ---- when asked ----
    void open(Call& call, std::string_view) {
        if (!server_) {
            throw banger::Error(BANGER_E_UNAVAILABLE, "the web console is off",
                                "set web_listen_addr in plugins.entries.web.config");
        }
        call.emit_json(json{{"open", url() + "/"}}.dump());
    }
    void line(Call& call, std::string_view) {
        call.emit_json(json{{"title", "Web console"}, {"value", server_ ? url() : "off"}}.dump());
    }
    void check(Call& call, std::string_view) {
        call.emit_json(check_console(server_ ? config_.address : "", server_ ? server_->port() : 0,
                                     server_ && server_->given_up())
                           .dump());
    }

    static constexpr banger_action cli[] = {
        banger::action<&Web::open>("web", "opens the web console in a browser")};
    static constexpr banger_action status[] = {
        banger::action<&Web::line>("web", "address of the web console")};
    static constexpr banger_action doctor[] = {
        banger::action<&Web::check>("console", "the web console answers")};

  private:
    void take_figures(Call& call) {
        try {
            site_->usage.ask(site_->daemon, call);
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): the next time will do
        }
    }
    [[nodiscard]] std::string url() const {
        return "http://" + config_.address + ":" + std::to_string(server_->port());
    }
    Pages pages() {
        return {[this](Call& call, const Request& request, int code, const std::string& title,
                       const std::string& cause, const std::string& next) {
                    return show_error(*site_, call, request, code, title, cause, next);
                },
                [this](Call& call, const Request& request) {
                    return show_expired(*site_, call, request);
                }};
    }

    Host host_;
    Config config_;
    std::unique_ptr<Site> site_; ///< none: web_listen_addr is empty
    Router router_;
    std::optional<Server> server_; ///< it uses the others, as the next does
    banger::Timer figures_;
};

} // namespace web

BANGER_PLUGIN(web::Web)

#pragma once

#include "http/answers.hpp"
#include "pages/site.hpp"

#include <banger/plugin.hpp>
#include <banger/test/fake_host.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace web {

/// Pages as the server asks for them, behind the gate: on a host that answers the API with what a
/// test says.
class PageHost {
  public:
    PageHost();
    /// By "GET /v1/images": what there is of these before the first page is asked for.
    std::map<std::string, std::string>& answers() { return host_.answers; }
    banger::fake::Host& host() { return host_; }

    [[nodiscard]] Response get(const std::string& target,
                               std::map<std::string, std::string> headers = {});
    [[nodiscard]] Csrf& csrf() { return site_->csrf; }
    [[nodiscard]] Retries& retries() { return site_->kept.retries; }

    static constexpr const char* name = "127.0.0.1:7777";
    static constexpr std::uint32_t uid = 1000;

  private:
    banger::fake::Host host_;
    std::unique_ptr<Site> site_;
    Router router_;
    std::optional<Answers> answers_;
};

/// The value of that header; "" for none.
[[nodiscard]] std::string page_header(const Response& response, const std::string& name);

/// A page of that template and model without what is around it.
[[nodiscard]] std::string drawn(const std::string& name, const nlohmann::json& model);
/// What a browser shows of it: without tags, and with each entity as its character.
[[nodiscard]] std::string shown_by_browser(const std::string& html);

} // namespace web

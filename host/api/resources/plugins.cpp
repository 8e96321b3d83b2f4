#include "api/resources/resources.hpp"

#include "os/base64.hpp"
#include "os/error.hpp"
#include "os/nearest.hpp"
#include "plugin/actions.hpp"
#include "plugin/describe.hpp"
#include "plugin/quarantine.hpp"
#include "vm/capabilities.hpp"

#include <banger/abi.h>
#include <nlohmann/json.hpp>

namespace banger::api {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
namespace asio = boost::asio;

namespace {

json plugin_json(const Parts& parts, const std::string& id) {
    std::vector<std::string> ids;
    for (const plugin::PluginInfo& info : parts.plugins.list()) {
        if (info.id == id) {
            return plugin::to_json(info);
        }
        ids.push_back(info.id);
    }
    const auto near = os::nearest(id, ids);
    throw Error(ErrorKind::not_found, "no plugin '" + id + "'",
                near ? "did you mean '" + *near + "'?" : "see them with: banger plugin ls");
}

/// Members stay in the plugin's order: they become columns.
nlohmann::ordered_json shown(const plugin::Output& output) {
    if (output.kind == BANGER_EMIT_JSON) {
        auto value = nlohmann::ordered_json::parse(output.bytes, nullptr, false);
        if (!value.is_discarded()) {
            return {{"kind", "json"}, {"json", std::move(value)}};
        }
    }
    if (output.kind == BANGER_EMIT_BYTES) {
        return {{"kind", "bytes"}, {"base64", os::base64(output.bytes)}};
    }
    return {{"kind", output.kind == BANGER_EMIT_MIME ? "mime" : "text"}, {"text", output.bytes}};
}

/// A plugin's lines as `banger daemon status` shows them, or why it has none.
void add_lines(json& lines, const plugin::ActionReport& report) {
    const json whose{{"plugin", report.plugin}, {"name", report.name}};
    for (const plugin::Output& output : report.output) {
        const json said = json::parse(output.bytes, nullptr, false);
        if (said.is_object()) {
            json line = whose;
            line["title"] = said.value("title", json(report.name));
            line["value"] = said.value("value", json(nullptr));
            lines.push_back(std::move(line));
        }
    }
    if (!report.error.empty()) {
        json line = whose;
        line["error"] = report.error;
        line["hint"] = report.hint;
        lines.push_back(std::move(line));
    }
}

} // namespace

void add_plugins(Router& router, const Parts& parts) {
    router.on("GET", "/v1/plugins", [&parts](Request) -> asio::awaitable<Response> {
        json plugins = json::array();
        for (const plugin::PluginInfo& info : parts.plugins.list()) {
            plugins.push_back(plugin::to_json(info));
        }
        co_return json_response({{"plugins", std::move(plugins)}});
    });
    router.on("GET", "/v1/daemon/lines", [&parts](Request) -> asio::awaitable<Response> {
        auto asked = vm::offload(parts.asking, [&actions = parts.actions] {
            json lines = json::array();
            for (const plugin::ActionReport& report : actions.status()) {
                add_lines(lines, report);
            }
            return lines;
        });
        json lines = co_await std::move(asked);
        co_return json_response({{"lines", std::move(lines)}});
    });
    router.on("GET", "/v1/plugins/{id}", [&parts](Request request) -> asio::awaitable<Response> {
        co_return json_response(plugin_json(parts, request.param("id")));
    });
    router.on("POST", "/v1/plugins/{id}/release",
              [&parts](Request request) -> asio::awaitable<Response> {
                  const std::string id = request.param("id");
                  auto release_work = vm::offload(parts.threads, [&parts, id] {
                      plugin::Quarantine* quarantine = parts.plugins.services().quarantine;
                      return quarantine != nullptr && quarantine->release(id);
                  });
                  const bool released = co_await std::move(release_work);
                  const json plugin = plugin_json(parts, id);
                  if (!released) {
                      throw Error(ErrorKind::conflict, "plugin " + id + " is not in quarantine",
                                  "banger plugin show " + id + " says how it is");
                  }
                  co_return json_response(plugin);
              });
    router.on("POST", "/v1/plugins/{id}/actions/{kind}/{verb}",
              [&parts](Request request) -> asio::awaitable<Response> {
                  const std::string args = request.json().dump();
                  auto result_work =
                      vm::offload(parts.actions_threads, [&actions = parts.actions, request, args] {
                          vm::CallContext context;
                          context.initiator = request.caller;
                          return actions.run(request.param("id"), request.param("kind"),
                                             request.param("verb"), args, context);
                      });
                  const auto result = co_await std::move(result_work);
                  nlohmann::ordered_json answer{
                      {"status", result.status == BANGER_SKIP ? "skipped" : "ok"},
                      {"output", nlohmann::ordered_json::array()}};
                  for (const plugin::Output& item : result.output) {
                      answer["output"].push_back(shown(item));
                  }
                  Response response;
                  response.body =
                      answer.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
                  co_return response;
              });
}

} // namespace banger::api

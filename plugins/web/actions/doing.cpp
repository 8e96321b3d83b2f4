#include "doing.hpp"

#include "http/percent.hpp"

#include <array>

#include <openssl/evp.h>

namespace web {
namespace {

using nlohmann::json;

/// Of an answer that is an operation, or of a plugin's verb that has begun one.
std::string operation_in(const json& answer) {
    if (answer.contains("stages") && answer.contains("id")) {
        return answer.at("id").get<std::string>();
    }
    for (const json& item : answer.value("output", json::array())) {
        const json said = item.value("json", json());
        if (said.is_object() && said.contains("operation") && said.at("operation").is_string()) {
            return said.at("operation").get<std::string>();
        }
    }
    return {};
}

std::string sha256_of(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("no SHA-256");
    }
    return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string key_of(const Request& request) {
    if (request.form.get("idem").empty()) {
        return {};
    }
    std::string whole = std::to_string(request.uid) + " " + request.path;
    for (const auto& [name, value] : request.form.items()) {
        if (name != "csrf") { // a page that is shown again has another one
            whole += "\n" + percent_encode(name) + "=" + percent_encode(value);
        }
    }
    return sha256_of(whole);
}

std::string title_for(const Problem& problem) {
    return problem.status() == 409   ? "Not now"
           : problem.status() == 404 ? "Not there"
           : problem.status() == 403 ? "Not allowed"
           : problem.status() < 500  ? "That cannot be done so"
                                     : "That did not work";
}

bool has_not_ended(const json& operation) {
    const std::string state = operation.value("state", "");
    return state == "queued" || state == "running" || state == "cancelling";
}

} // namespace

std::string begin(Site& site, banger::Call& call, const Deed& deed) {
    const json answer = site.daemon.request(call, deed.method, deed.target,
                                            deed.body.is_null() ? "" : deed.body.dump());
    std::string op = operation_in(answer);
    if (!op.empty()) {
        site.kept.retries.keep(op, deed);
    }
    return op;
}

Outcome once(Site& site, const Request& request, const std::function<Outcome()>& act) {
    return site.kept.idem.once(key_of(request), Idem::Clock::now(), act);
}

Response went(const Request& request, const Outcome& outcome) {
    if (!request.wants_json()) {
        return Response::see(outcome.href);
    }
    const json op = outcome.op.empty() ? json() : json(outcome.op);
    return Response::json(json{{"op", op}, {"href", outcome.href}}.dump());
}

std::string running_on(Site& site, banger::Call& call, const std::string& subject) {
    if (subject.empty()) {
        return {};
    }
    try {
        const json answer = site.daemon.get(call, "/v1/operations");
        for (const json& operation : answer.at("operations")) {
            if (has_not_ended(operation) && operation.value("target", "") == subject) {
                return operation.at("id");
            }
        }
    } catch (const Problem&) { // NOLINT(bugprone-empty-catch): a courtesy beside the first one
    }
    return {};
}

Response show_refusal(Site& site, banger::Call& call, const Request& request,
                      const Problem& problem, const std::string& subject, const WayBack& back) {
    const std::string op = problem.status() == 409 ? running_on(site, call, subject) : "";
    const std::string href = op.empty() ? "" : "/ops/" + op;
    if (request.wants_json()) {
        json error{{"kind", problem.kind()}, {"message", problem.what()}, {"hint", problem.hint()}};
        json answer{{"error", std::move(error)}};
        if (!op.empty()) {
            answer["op"] = op;
            answer["href"] = href;
        }
        return Response::json(answer.dump(-1, ' ', false, json::error_handler_t::replace),
                              problem.status());
    }
    json fields = json::array();
    for (const auto& [name, value] : request.form.items()) {
        if (name != "csrf" && name != "idem") {
            fields.push_back({{"NAME", name}, {"CONTENT", value}});
        }
    }
    const json hint = problem.hint().empty() ? json(false) : json{{"HINT_TEXT", problem.hint()}};
    return show(site, call, request,
                {"refused",
                 title_for(problem),
                 "",
                 {{"TITLE", title_for(problem)},
                  {"CAUSE", problem.what()},
                  {"HINT", hint},
                  {"IN_THE_WAY", op.empty() ? json(false) : json{{"OP_PATH", href}}},
                  {"BACK_PATH", back.path},
                  {"BACK_TEXT", back.text},
                  {"AGAIN_PATH", request.target},
                  {"AGAIN_FIELDS", std::move(fields)},
                  {"STATUS", problem.status()},
                  {"REQUEST", request.id}},
                 problem.status()});
}

Response carry_out(Site& site, banger::Call& call, const Request& request, const Deed& deed,
                   const WayBack& back, const std::string& after) {
    try {
        return went(request, once(site, request, [&] {
                        const std::string op = begin(site, call, deed);
                        return Outcome{op, op.empty() ? after : "/ops/" + op};
                    }));
    } catch (const Problem& problem) {
        return show_refusal(site, call, request, problem, deed.subject, back);
    }
}

std::string vm_target(std::string_view name) {
    return "/v1/vms/" + percent_encode(name);
}

std::string image_target(std::string_view name) {
    return "/v1/images/" + percent_encode(name);
}

} // namespace web

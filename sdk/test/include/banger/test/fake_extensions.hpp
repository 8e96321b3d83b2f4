#pragma once

#include "fake_tables.hpp"

/// The fake host's extensions. See fake_host.hpp.
namespace banger::fake {

struct Extensions : Tables {
    static const banger_result* vm_list(const banger_host* host, banger_call* call) {
        if (const banger_result* none = not_done(call, "vm-query.list")) {
            return none;
        }
        if (const Failure* failure = failing(self(host), "vm-query.list")) {
            return give(call, *failure);
        }
        std::string all;
        for (const auto& [name, json] : self(host).vms) {
            all += (all.empty() ? "" : ",") + self(host).listed(name, json);
        }
        return give(call, "[" + all + "]");
    }
    static const banger_result* vm_get(const banger_host* host, banger_call* call,
                                       banger_str name) {
        if (const banger_result* none = not_done(call, "vm-query.get")) {
            return none;
        }
        if (const Failure* failure = failing(self(host), "vm-query.get", text(name))) {
            return give(call, *failure);
        }
        const std::string begin = R"({"id":)" + json_string(text(name)) + ","; // of a whole one
        for (const auto& [known, json] : self(host).vms) {
            const std::string whole = self(host).listed(known, json);
            if (known == text(name) || whole.compare(0, begin.size(), begin) == 0) {
                return give(call, whole);
            }
        }
        return give(call, Failure{BANGER_E_NOT_FOUND, "no VM named " + text(name), {}});
    }

    // ---- exec, privileged, api, guest-channel ----
    static const banger_exec_result* exec_run(const banger_host* host, banger_call* call,
                                              const banger_exec_request* request) {
        ProgramEnd end;
        Program program;
        for (std::uint64_t i = 0; i < request->argc; ++i) {
            program.argv.push_back(text(request->argv[i]));
        }
        for (std::uint64_t i = 0; i < request->env_count; ++i) {
            program.env.emplace_back(text(request->env[i].key), text(request->env[i].value));
        }
        program.cwd = request->cwd.len > 0 ? text(request->cwd) : self(host).state_text_;
        program.input = text(request->input);
        std::string words;
        for (const std::string& word : program.argv) {
            words += (words.empty() ? "" : " ") + word;
        }
        if (!usable(call, "exec.run")) {
            end = {BANGER_E_INVALID, 0, {}, {}, "used outside of its call"};
        } else if (full(call, "exec.run")) {
            end = {full_failure().status, 0, {}, {}, full_failure().message, 0,
                   full_failure().hint};
        } else if (const Failure* failure = failing(self(host), "exec.run", words)) {
            end = {failure->status, 0, {}, {}, failure->message, 0, failure->hint};
        } else if (request->flags != 0) {
            end = {BANGER_E_UNSUPPORTED, 0, {}, {}, "exec: unknown flags"};
        } else if (program.argv.empty() || program.argv[0].empty()) {
            end = {BANGER_E_INVALID, 0, {}, {}, "exec: no program is named"};
        } else {
            end = self(host).programs(program, *call);
        }
        if (end.status < 0) {
            (void)refuse(call, {end.status, end.message, end.hint});
        }
        if (BANGER_HAS(banger_exec_request, request, on_output)) {
            for (const auto& [stream, bytes] : {std::pair{1, &end.out}, std::pair{2, &end.err}}) {
                if (!bytes->empty()) {
                    request->on_output(request->output_context, call, stream, str(*bytes));
                }
            }
        }
        call->exec_results.push_back({sizeof(banger_exec_result), end.status, end.code, end.signal,
                                      call->keep(end.out), call->keep(end.err),
                                      call->keep(end.message), call->keep(end.hint)});
        return &call->exec_results.back();
    }
    static const banger_result* privileged_run(const banger_host* host, banger_call* call,
                                               banger_str verb, banger_str args) {
        if (const banger_result* none = not_done(call, "privileged.run")) {
            return none;
        }
        if (const Failure* failure =
                failing(self(host), "privileged.run", text(verb) + " " + text(args))) {
            return give(call, *failure);
        }
        if (!self(host).privileged) {
            return give(call, Failure{BANGER_E_PERMISSION, "this host may do nothing as root",
                                      "set Host::privileged in the test"});
        }
        const ProgramEnd end = self(host).privileged(text(verb), text(args));
        return end.status < 0 ? give(call, Failure{end.status, end.message, {}})
                              : give(call, end.out);
    }
    static const banger_result* readiness(const banger_host* host, banger_call* call) {
        if (const banger_result* none = not_done(call, "privileged.readiness")) {
            return none;
        }
        (void)failing(self(host), "privileged.readiness");
        return give(call, self(host).privileged
                              ? R"({"mode":"root","ready":true,"command":""})"
                              : R"({"mode":"none","ready":false,"command":"sudo true"})");
    }
    static std::string problem(const Failure& failure) {
        const char* kind = failure.status == BANGER_E_CANCELLED     ? "cancelled"
                           : failure.status == BANGER_E_TIMEOUT     ? "timeout"
                           : failure.status == BANGER_E_BUSY        ? "busy"
                           : failure.status == BANGER_E_INVALID     ? "invalid"
                           : failure.status == BANGER_E_PERMISSION  ? "permission"
                           : failure.status == BANGER_E_CONFLICT    ? "conflict"
                           : failure.status == BANGER_E_UNAVAILABLE ? "unavailable"
                           : failure.status == BANGER_E_NOT_FOUND   ? "not_found"
                                                                    : "internal";
        return std::string(R"({"error":{"kind":")") + kind + R"(","message":)" +
               json_string(failure.message) + R"(,"hint":)" + json_string(failure.hint) + "}}";
    }
    static const banger_response* request(const banger_host* host, banger_call* call,
                                          banger_str method, banger_str target,
                                          banger_str body_json) {
        const std::string asked = text(method) + " " + text(target);
        const auto found = self(host).answers.find(asked);
        const bool known = found != self(host).answers.end();
        std::int32_t status = known ? 200 : 404;
        std::string body =
            known ? found->second : problem({BANGER_E_NOT_FOUND, "nothing answers " + asked, {}});
        if (!usable(call, "api.request")) {
            status = 0;
            body = problem({BANGER_E_INVALID, "used outside of its call", {}});
        } else if (full(call, "api.request")) {
            status = 0;
            body = problem(full_failure());
        } else if (const Failure* failure = failing(self(host), "api.request", asked)) {
            status = 0;
            body = problem(*failure);
        } else if (self(host).api) {
            if (auto answer = self(host).api({text(method), text(target), text(body_json)})) {
                status = answer->status;
                body = std::move(answer->body);
            }
        }
        call->responses.push_back({sizeof(banger_response), status, call->keep("application/json"),
                                   call->keep(std::move(body))});
        return &call->responses.back();
    }
    static std::int32_t open_channel(const banger_host* host, banger_call* call, banger_str vm_id,
                                     std::uint32_t port, std::int64_t) {
        if (!usable(call, "guest-channel.open")) {
            return BANGER_E_INVALID;
        }
        const std::string what = text(vm_id) + " " + std::to_string(port);
        if (const Failure* failure = failing(self(host), "guest-channel.open", what)) {
            return refuse(call, *failure);
        }
        return self(host).channel
                   ? self(host).channel(text(vm_id), port)
                   : refuse(call, {BANGER_E_UNAVAILABLE, "nothing listens in this guest", {}});
    }
};

} // namespace banger::fake

#include "fake_builder.hpp"

#include "answers.hpp"

#include "state/daemon.hpp"

namespace web {
namespace {

constexpr const char* back_and_again = "go back, read the page anew and do it again";

std::string title_of(int status) {
    switch (status) {
    case 400:
    case 422:
        return "That cannot be done so";
    case 401:
    case 403:
        return "Not allowed";
    case 404:
        return "Not there";
    case 409:
        return "Not now";
    case 413:
        return "Too much at once";
    case 503:
    case 504:
        return "No answer in time";
    default:
        return status < 500 ? "Refused" : "That went wrong";
    }
}

int status_of(banger_status code) {
    switch (code) {
    case BANGER_E_INVALID:
        return 400;
    case BANGER_E_PERMISSION:
        return 403;
    case BANGER_E_NOT_FOUND:
        return 404;
    case BANGER_E_CONFLICT:
    case BANGER_E_BUSY:
    case BANGER_E_RETRY:
        return 409;
    case BANGER_E_CANCELLED:
    case BANGER_E_UNAVAILABLE:
        return 503;
    case BANGER_E_TIMEOUT:
        return 504;
    case BANGER_E_UNSUPPORTED:
        return 501;
    default:
        return 500;
    }
}

std::string token_of(const Request& request) {
    const std::string given = request.header("x-banger-csrf");
    return given.empty() ? std::string(request.form.get("csrf")) : given;
}

} // namespace

Response Answers::found(banger::Call& call, Request& request) {
    if (request.method == "POST") {
        switch (csrf_.check(token_of(request), request.uid, request.host, Csrf::Clock::now())) {
        case Csrf::Verdict::good:
            break;
        case Csrf::Verdict::expired:
            return pages_.expired(call, request);
        case Csrf::Verdict::wrong:
            return pages_.error(call, request, 403, "This form is not ours",
                                "What was sent does not carry the token that our forms have, and "
                                "nothing was changed.",
                                back_and_again);
        }
    }
    Router::Found route = router_.find(request.method, request.path);
    if (route.allowed.empty()) {
        return pages_.error(call, request, 404, "There is no such page",
                            "Nothing is at this address.", "the navigation leads to all there is");
    }
    if (route.handler == nullptr) {
        Response refused = pages_.error(call, request, 405, "Not that way",
                                        "This address takes " + route.allowed + " only.", "");
        refused.headers.emplace_back("Allow", route.allowed);
        return refused;
    }
    request.args = std::move(route.args);
    return (*route.handler)(call, request);
}

Response Answers::fault(banger::Call& call, const Request& request, const char* what) {
    faults_.add(Faults::Clock::now());
    call.log(BANGER_LOG_ERROR, "a page failed",
             {{"request", request.id},
              {"method", request.method},
              {"path", request.path},
              {"error", what}});
    if (given_up()) {
        call.log(BANGER_LOG_ERROR, "five pages failed within a minute: the web console is off "
                                   "until the daemon is started anew");
    }
    return pages_.error(call, request, 500, title_of(500),
                        "This page could not be made. The daemon and its VMs are not touched by "
                        "that.",
                        "banger daemon logs has the reason, under request " + request.id);
}

Response Answers::answer(banger::Call& call, Request request) {
    if (given_up()) {
        return Response::text("The web console is off: five of its pages failed within a minute.\n"
                              "The daemon and its VMs are not touched by that.\n\n"
                              "banger daemon logs       # what failed\n"
                              "banger daemon restart    # the web console is there again\n",
                              503);
    }
    try {
        return found(call, request);
    } catch (const Problem& problem) {
        return pages_.error(call, request, problem.status(), title_of(problem.status()),
                            problem.what(), problem.hint());
    } catch (const banger::Error& error) {
        if (error.code() != BANGER_E_EXCEPTION && error.code() != BANGER_E_INTERNAL) {
            const int status = status_of(error.code());
            return pages_.error(call, request, status, title_of(status), error.what(),
                                error.hint());
        }
        return fault(call, request, error.what());
    } catch (const std::exception& error) {
        return fault(call, request, error.what());
    } catch (...) {
        return fault(call, request, "unknown exception");
    }
}

Response Answers::too_large(banger::Call& call, const Request& request) const {
    return pages_.error(call, request, 413, title_of(413),
                        "What was sent is larger than 256 KiB, and nothing was changed.",
                        back_and_again);
}

} // namespace web

// What anybody on this machine can send to the web console's port. What the gate lets in is what it
// promises, and becomes one request; whatever is answered is one answer.

#include "http/message.hpp"
#include "http/percent.hpp"
#include "http/refusal_page.hpp"
#include "http/response_head.hpp"
#include "http/router.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <cstdlib>

namespace {

namespace http = boost::beast::http;

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

const web::Gate& gate() {
    static const web::Gate kept({{"127.0.0.1:7777", "localhost:7777"}, 1000});
    return kept;
}

const web::Router& router() {
    static const web::Router kept = [] {
        web::Router made;
        for (const char* pattern : {"/", "/vms", "/vms/new", "/vms/{name}", "/vms/{name}/{what}"}) {
            made.add("GET", pattern,
                     [](banger::Call&, const web::Request&) { return web::Response::text(""); });
        }
        return made;
    }();
    return kept;
}

void check_head(const web::Head& head) {
    const auto one = [&](const char* name) {
        const auto all = head.all(name);
        require(all.size() < 2);
        return all.empty() ? std::string() : all.front();
    };
    const std::string host = gate().host_of(head);
    require(head.uid == 0U || head.uid == 1000U);
    require(host == "127.0.0.1:7777" || host == "localhost:7777");
    require(one("host").size() == host.size());
    require(head.method == "GET" || head.method == "HEAD" || head.method == "POST");
    require(head.target.substr(0, 1) == "/" && head.target.substr(0, 2) != "//");
    const std::string site = one("sec-fetch-site");
    const bool ours = site.empty() || site == "same-origin" || site == "none";
    if (head.method == "POST") {
        require(one("origin") == "http://" + host && ours);
    } else {
        require(one("origin").empty() || one("origin") == "http://" + host);
        require(ours || one("sec-fetch-mode") == "navigate");
    }
}

/// However it came about, it is one head.
void check_answer(const web::Response& response) {
    const std::string head = web::response_head(response, false);
    require(head.find("\r\n\r\n") == head.size() - 4);
    require(head.find("\nSet-Cookie") == std::string::npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    http::request_parser<http::string_body> parser;
    parser.header_limit(16U << 10U);
    parser.body_limit(256U << 10U);
    parser.eager(true);
    boost::system::error_code code;
    const std::size_t used = parser.put(boost::asio::buffer(data + 1, size - 1), code);
    if (!parser.is_header_done()) {
        return 0;
    }
    const std::uint32_t uids[] = {0, 1000, 1001};
    std::optional<std::uint32_t> uid;
    if (data[0] % 4 < 3) {
        uid = uids[data[0] % 4];
    }
    const web::Head head = web::head_of(parser.get(), uid);
    if (const auto refusal = gate().check(head)) {
        require(refusal->status >= 400 && refusal->status < 500);
        check_answer(web::refusal_page(*refusal));
        return 0;
    }
    check_head(head);
    require(used <= size - 1);
    const auto request = web::request_of(head, gate().host_of(head), parser.get().body());
    if (!request) {
        return 0;
    }
    require(request->path.substr(0, 1) == "/" && web::is_utf8(request->path));
    require(request->path.find('\0') == std::string::npos);
    for (const std::string& arg : router().find(request->method, request->path).args) {
        require(!arg.empty() && arg.find('/') == std::string::npos);
    }
    check_answer(web::Response::see(request->target));
    return 0;
}

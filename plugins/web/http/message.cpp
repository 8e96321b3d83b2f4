#include "message.hpp"

#include "lower_case.hpp"
#include "percent.hpp"

namespace web {
Head head_of(const boost::beast::http::request_header<Fields>& message,
             std::optional<std::uint32_t> uid) {
    Head head;
    head.method = std::string(message.method_string());
    head.target = std::string(message.target());
    head.uid = uid;
    for (const auto& field : message) {
        head.headers.emplace_back(in_lower_case(field.name_string()), std::string(field.value()));
    }
    return head;
}

std::optional<Request> request_of(const Head& head, const std::string& host,
                                  std::string_view body) {
    Request request;
    request.method = head.method == "HEAD" ? "GET" : head.method;
    request.target = head.target;
    request.host = host;
    request.uid = head.uid.value_or(0);
    for (const auto& [name, value] : head.headers) {
        request.headers.emplace(name, value);
    }
    const std::size_t question = head.target.find('?');
    auto path = percent_decode(std::string_view(head.target).substr(0, question), false);
    auto query = Params::parse(question == std::string::npos
                                   ? std::string_view()
                                   : std::string_view(head.target).substr(question + 1));
    auto form = Params::parse(body);
    if (!path || !query || !form) {
        return std::nullopt;
    }
    request.path = std::move(*path);
    request.query = std::move(*query);
    request.form = std::move(*form);
    return request;
}

} // namespace web

#include "static_files.hpp"

#include "render/embedded.hpp"

#include <array>
#include <map>
#include <stdexcept>

#include <openssl/evp.h>

namespace web {
namespace {

struct StaticFile {
    std::string_view bytes, compressed; ///< the second empty: there is none
    std::string digest;                 ///< 12 digits
    std::string type;
};

std::string digest_of(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("no SHA-256");
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < 6; ++i) {
        text += {digits[digest[i] >> 4U], digits[digest[i] & 15U]};
    }
    return text;
}

std::string type_of(std::string_view name) {
    static const std::map<std::string_view, const char*> types{
        {"css", "text/css; charset=utf-8"},
        {"js", "text/javascript; charset=utf-8"},
        {"svg", "image/svg+xml"},
        {"png", "image/png"},
        {"ico", "image/x-icon"},
        {"woff2", "font/woff2"},
        {"txt", "text/plain; charset=utf-8"}};
    const auto found = types.find(name.substr(name.rfind('.') + 1));
    return found == types.end() ? "application/octet-stream" : found->second;
}

std::map<std::string, StaticFile, std::less<>> made_static_files() {
    std::map<std::string, StaticFile, std::less<>> files;
    std::map<std::string_view, std::string_view> compressed;
    for (const Embedded& each : embedded_assets()) {
        if (each.name.size() > 3 && each.name.substr(each.name.size() - 3) == ".gz") {
            compressed[each.name.substr(0, each.name.size() - 3)] = each.bytes;
        } else {
            files[std::string(each.name)] = {
                each.bytes, {}, digest_of(each.bytes), type_of(each.name)};
        }
    }
    for (auto& [name, file] : files) {
        const auto smaller = compressed.find(name);
        if (smaller != compressed.end() && smaller->second.size() < file.bytes.size()) {
            file.compressed = smaller->second;
        }
    }
    return files;
}

const std::map<std::string, StaticFile, std::less<>>& static_files() {
    static const auto files = made_static_files();
    return files;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

/// RFC 9110, section 12.5.3: "gzip", not with q=0.
bool takes_gzip(std::string_view accepted) {
    while (!accepted.empty()) {
        const std::size_t end = accepted.find(',');
        const std::string_view each = accepted.substr(0, end);
        accepted = end == std::string_view::npos ? std::string_view() : accepted.substr(end + 1);
        const std::size_t weight = each.find(';');
        if (trimmed(each.substr(0, weight)) != "gzip") {
            continue;
        }
        const std::string_view q =
            weight == std::string_view::npos ? "" : trimmed(each.substr(weight + 1));
        return q.substr(0, 2) != "q=" || q.find_first_of("123456789") != std::string_view::npos;
    }
    return false;
}

Response give(const Request& request) {
    const auto found = static_files().find(request.args.at(1));
    if (found == static_files().end() || found->second.digest != request.args.at(0)) {
        // One of a page of an older banger: that page is to be read anew.
        Response gone = Response::text("There is no such file, or it is another one now.\n", 404);
        return gone;
    }
    const StaticFile& file = found->second;
    const bool small = !file.compressed.empty() && takes_gzip(request.header("accept-encoding"));
    const std::string tag = '"' + file.digest + (small ? "-gz\"" : "\"");
    Response response;
    response.content_type = file.type;
    response.immutable = true;
    response.headers.emplace_back("ETag", tag);
    response.headers.emplace_back("Vary", "Accept-Encoding");
    if (request.header("if-none-match") == tag) {
        response.status = 304;
        return response;
    }
    if (small) {
        response.headers.emplace_back("Content-Encoding", "gzip");
    }
    response.body = small ? file.compressed : file.bytes;
    return response;
}

} // namespace

std::string asset_path(std::string_view name) {
    const auto found = static_files().find(name);
    if (found == static_files().end()) {
        throw std::runtime_error("there is no file " + std::string(name) + " in assets/");
    }
    return "/static/" + found->second.digest + "/" + found->first;
}

void add_static_files(Router& router) {
    router.add("GET", "/static/{digest}/{name}",
               [](banger::Call&, const Request& request) { return give(request); });
}

} // namespace web

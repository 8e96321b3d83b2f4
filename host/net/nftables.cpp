#include "net/nftables.hpp"

#include "os/error.hpp"

#include <sstream>
#include <string>

#include <nftables/libnftables.h>
#include <nlohmann/json.hpp>

namespace banger::net {

using os::Error;
using os::ErrorKind;

void Nftables::Free::operator()(nft_ctx* context) const noexcept {
    nft_ctx_free(context);
}

Nftables::Nftables() : context_(nft_ctx_new(NFT_CTX_DEFAULT)) {
    if (!context_ || nft_ctx_buffer_output(context_.get()) != 0 ||
        nft_ctx_buffer_error(context_.get()) != 0) {
        throw Error(ErrorKind::internal, "libnftables cannot be set up");
    }
    nft_ctx_output_set_flags(context_.get(), NFT_CTX_OUTPUT_JSON);
}

bool Nftables::accepted(const nlohmann::json& commands) {
    const std::string text = nlohmann::json{{"nftables", commands}}.dump();
    return nft_run_cmd_from_buffer(context_.get(), text.c_str()) == 0;
}

std::string Nftables::take_error() const {
    std::string text = nft_ctx_get_error_buffer(context_.get());
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    return text;
}

std::string Nftables::objection(const nlohmann::json& commands) {
    // The kernel judges the whole transaction, and is then not told to commit it.
    nft_ctx_set_dry_run(context_.get(), true);
    const bool good = accepted(commands);
    nft_ctx_set_dry_run(context_.get(), false);
    const std::string said = take_error();
    return good ? "" : said.empty() ? "no reason given" : said;
}

nlohmann::json Nftables::run(const nlohmann::json& commands, const char* what) {
    const bool good = accepted(commands);
    const std::string out = nft_ctx_get_output_buffer(context_.get());
    const std::string said = take_error();
    if (!good) {
        throw Error(ErrorKind::internal, std::string(what) + ": " + said,
                    "does this kernel have nf_tables? sudo nft list ruleset");
    }
    nlohmann::json objects = nlohmann::json::array();
    std::istringstream documents(out); // one line for each command that lists something
    for (std::string line; std::getline(documents, line);) {
        nlohmann::json document = nlohmann::json::parse(line);
        for (auto& object : document.at("nftables")) {
            objects.push_back(std::move(object));
        }
    }
    return objects;
}

} // namespace banger::net

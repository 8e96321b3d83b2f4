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

nlohmann::json Nftables::run(const nlohmann::json& commands, const char* what) {
    const std::string text = nlohmann::json{{"nftables", commands}}.dump();
    const int result = nft_run_cmd_from_buffer(context_.get(), text.c_str());
    const std::string out = nft_ctx_get_output_buffer(context_.get());
    std::string error = nft_ctx_get_error_buffer(context_.get());
    if (result != 0) {
        while (!error.empty() && error.back() == '\n') {
            error.pop_back();
        }
        throw Error(ErrorKind::internal, std::string(what) + ": " + error,
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

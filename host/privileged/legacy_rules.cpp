#include "privileged/legacy_rules.hpp"

#include "privileged/nft_expression.hpp"

#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

json chain(const std::string& name, const std::string& policy) {
    json chain{{"family", "ip"}, {"table", "filter"}, {"name", name}, {"type", "filter"}};
    if (name == "FORWARD" || name == "INPUT") {
        chain["hook"] = name == "FORWARD" ? "forward" : "input";
        chain["policy"] = policy == "DROP" ? "drop" : "accept";
    }
    return {{"chain", std::move(chain)}};
}

json target(const std::string& name) {
    if (name == "ACCEPT") {
        return nft::accept();
    }
    if (name == "DROP") {
        return nft::drop();
    }
    if (name == "RETURN") {
        return {{"return", nullptr}};
    }
    if (name == "REJECT") {
        return {{"reject", nullptr}};
    }
    return nft::jump(name.c_str());
}

/// Of the words behind "-A CHAIN". What comes behind a target is the target's.
json expressions(std::istringstream& words) {
    json parts = json::array();
    for (std::string word; words >> word;) {
        std::string value;
        if ((word == "-j" || word == "-g") && words >> value) {
            parts.push_back(target(value));
            break;
        }
        if ((word == "-i" || word == "-o") && words >> value) {
            parts.push_back(nft::match(nft::meta(word == "-i" ? "iifname" : "oifname"), value));
        } else {
            parts.push_back({{"xt", nullptr}});
        }
    }
    return parts;
}

} // namespace

json legacy_objects(std::string_view text) {
    json objects = json::array();
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string option;
        std::string name;
        words >> option >> name;
        if (std::string policy; option == "-P" && words >> policy) {
            objects.push_back(chain(name, policy));
        } else if (option == "-A") {
            objects.push_back({{"rule",
                                {{"family", "ip"},
                                 {"table", "filter"},
                                 {"chain", name},
                                 {"expr", expressions(words)}}}});
        }
    }
    return objects;
}

} // namespace banger::privileged

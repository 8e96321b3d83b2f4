#pragma once

#include <initializer_list>
#include <utility>

#include <nlohmann/json.hpp>

namespace web {

struct Member {
    const char* name;
    mutable nlohmann::json value; ///< is taken out of the list by object_of()
};

/// An object of a page's model. Braces of json's own copy what is in them, some times over: what a
/// page has many of is made of these.
[[nodiscard]] inline nlohmann::json object_of(std::initializer_list<Member> members) {
    nlohmann::json object = nlohmann::json::object();
    auto& made = object.get_ref<nlohmann::json::object_t&>();
    for (const Member& member : members) {
        made.insert_or_assign(member.name, std::move(member.value));
    }
    return object;
}

} // namespace web

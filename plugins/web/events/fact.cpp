#include "fact.hpp"

#include "http/percent.hpp"
#include "pages/operation_line.hpp"
#include "pages/text.hpp"
#include "state/daemon.hpp"
#include "state/field.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

Fact operation_fact(const json& event) {
    const std::string id = line_in(event, "operation", 64);
    Fact fact{"ops", "op " + id};
    fact.last = !is_under_way(event);
    fact.body = {{"t", "op"},
                 {"id", id},
                 {"kind", line_in(event, "kind", 60)},
                 {"target", line_in(event, "target")},
                 {"text", operation_text(event)},
                 {"href", "/ops/" + percent_encode(id)},
                 {"stage", fact.last ? "" : line_in(event, "stage", 60)},
                 {"runs", !fact.last}};
    const json state = operation_state(event);
    fact.body["state"] = state.at("STATE");
    fact.body["tone"] = state.at("TONE");
    return fact;
}

Fact vm_fact(const json& event) {
    const std::string name = field_text(event, "vm");
    Fact fact{"vms", "vm " + name};
    const json state = vm_state(event);
    fact.body = {
        {"t", "vm"}, {"vm", name}, {"state", state.at("STATE")}, {"tone", state.at("TONE")}};
    return fact;
}

/// Something of a VM that no text of a page is: what shows more of it is to be drawn anew.
Fact guest_fact(const json& event) {
    const std::string name = field_text(event, "vm");
    Fact fact{"vms", "guest " + name};
    fact.body = {{"t", "guest"}, {"vm", name}};
    return fact;
}

Fact plugin_fact(const std::string& type) {
    const std::size_t begin = std::string_view("plugin.").size();
    const std::string id = line_text(type.substr(begin, type.find('.', begin) - begin), 60);
    Fact fact{"plugins", "plugin " + id};
    fact.body = {{"t", "plugin"}, {"id", id}};
    return fact;
}

Fact images_fact() {
    Fact fact{"images", "images"};
    fact.body = {{"t", "images"}};
    return fact;
}

} // namespace

const Topics& all_topics() {
    static const Topics topics{"daemon", "images", "ops", "plugins", "vms"};
    return topics;
}

Topics topics_in(std::string_view text) {
    Topics topics;
    while (!text.empty()) {
        const std::size_t end = text.find(',');
        const std::string topic(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (all_topics().count(topic) == 0) {
            throw Problem(400, "invalid", "There is no topic \"" + line_text(topic, 40) + "\".",
                          "daemon, images, ops, plugins and vms are there");
        }
        topics.insert(topic);
    }
    return topics;
}

std::vector<Fact> facts_of(const json& event) {
    const std::string type = field_text(event, "type");
    const bool of_vm = !field_text(event, "vm").empty();
    std::vector<Fact> facts;
    if (type == "operation" && !field_text(event, "operation").empty()) {
        facts.push_back(operation_fact(event));
        if (facts.front().last) {
            facts.push_back(images_fact());
        }
    } else if (type == "image") {
        facts.push_back(images_fact());
    } else if (type == "vm.state" && of_vm) {
        facts.push_back(vm_fact(event));
    } else if (type.rfind("vm.", 0) == 0 && of_vm) {
        facts.push_back(guest_fact(event));
    } else if (type.rfind("plugin.", 0) == 0) {
        facts.push_back(of_vm ? guest_fact(event) : plugin_fact(type));
    }
    return facts;
}

Fact with_progress(Fact fact, const json& operation) {
    if (is_under_way(operation)) { // else its end has been told, or is about to be
        fact.body["stage"] = line_in(operation, "stage", 60);
        fact.body["percent"] = std::min<std::uint64_t>(field_count(operation, "percent"), 100);
    }
    return fact;
}

Fact privilege_fact(const json& daemon) {
    const json& privilege = field_object(daemon, "privilege");
    const json& ready = field(privilege, "ready");
    Fact fact{"daemon", "privilege"};
    fact.body = {{"t", "privilege"}, {"ready", !ready.is_boolean() || ready.get<bool>()}};
    return fact;
}

} // namespace web

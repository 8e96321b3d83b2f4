#include "retries.hpp"

#include "state/field.hpp"

#include <algorithm>

namespace web {

void Retries::keep(std::string op, Deed deed) {
    if (deed.body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).size() > longest) {
        return;
    }
    const std::lock_guard lock(mutex_);
    if (deeds_.size() == most) {
        deeds_.pop_front();
    }
    deeds_.emplace_back(std::move(op), std::move(deed));
}

std::optional<Deed> Retries::find(const std::string& op) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(deeds_.rbegin(), deeds_.rend(),
                                    [&](const auto& each) { return each.first == op; });
    return found == deeds_.rend() ? std::nullopt : std::optional(found->second);
}

std::string no_retry(const Retries& retries, const nlohmann::json& operation) {
    const std::string state = field_text(operation, "state");
    if (state == "succeeded") {
        return "It succeeded.";
    }
    if (state != "failed" && state != "cancelled" && state != "interrupted") {
        return "It is still going on.";
    }
    if (retries.find(field_text(operation, "id"))) {
        return {};
    }
    if (field_text(operation, "initiator") == "plugin web") {
        return "What was asked for is not known any more: this console keeps it until the daemon "
               "is started anew, and of its last " +
               std::to_string(Retries::most) + " operations.";
    }
    return "It was not begun in this console: do it again where it was begun.";
}

} // namespace web

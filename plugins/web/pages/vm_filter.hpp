#pragma once

#include "http/params.hpp"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace web {

/// What of the list of VMs is shown, and in which order, as the address of the page has it: q,
/// state, image, sort. What it does not know it leaves out.
class VmFilter {
  public:
    explicit VmFilter(const Params& query);

    /// Those VMs of the API that are to be shown, in their order.
    [[nodiscard]] std::vector<const nlohmann::json*> chosen(const nlohmann::json& vms) const;
    /// Is there any wish at all? Then an empty list does not mean that there is no VM.
    [[nodiscard]] bool narrows() const { return !q_.empty() || !state_.empty() || !image_.empty(); }
    /// The form, its chips and the headings of columns, for templates/vms.tpl.
    [[nodiscard]] nlohmann::json model(const nlohmann::json& vms) const;

  private:
    [[nodiscard]] bool matches(const nlohmann::json& vm) const;
    [[nodiscard]] std::string address(const std::string& state, const std::string& sort) const;
    [[nodiscard]] nlohmann::json heading(const char* column, const char* text) const;

    std::string q_, state_, image_;
    std::string column_ = "name"; ///< that it is sorted by
    bool falling_ = false;        ///< "-name"
};

} // namespace web

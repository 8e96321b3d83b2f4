#pragma once

#include "http/response.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace web {

/// Panels are pages that a plugin shows in ours, in a frame that has no origin (CSP sandbox): no
/// program of it runs, and it can send no form. So the browser calls each request of it, its own
/// pictures as well, cross-site, as it does for those of any other site. What tells them apart is a
/// pass in the address, which only our page knows: "/panel/<pass>/<plugin>/<panel>/<path>".

/// What the pass of a plugin's panels is issued for (Csrf): never the host of a form's token.
[[nodiscard]] std::string panel_purpose(std::string_view plugin, std::string_view host);

/// What our page around the frame has as its Content-Security-Policy: that of every page, and that
/// it may have a frame of ours.
[[nodiscard]] std::string around_panel_policy();

/// "/rest" of a panel's own address; nothing for one with "..", ".", an empty part that is not the
/// last, a backslash or a control character.
[[nodiscard]] std::optional<std::string> panel_path(std::string_view rest);

/// Of what ActionResult says: the plugin's type and bytes, kept from the console. Throws
/// banger::Error (E_INTERNAL) for what is no panel's answer.
[[nodiscard]] Response panel_answer(const nlohmann::json& result);
/// In place of it, as a text in the frame.
[[nodiscard]] Response panel_refusal(int status, const std::string& text);

/// May what the browser wants it for (Sec-Fetch-Dest, or "" where it does not say) be a panel's? A
/// page, a frame, a picture and a style may; a script of our own pages never.
[[nodiscard]] bool is_panel_use(std::string_view destination);

} // namespace web

#pragma once

#include "doing.hpp"
#include "form_field.hpp"

#include <functional>

namespace web {

/// One form of the console: what it asks for, and where it leads.
struct Form {
    std::string title; ///< of the page
    std::string nav;   ///< entry of the navigation
    std::string heading, intro;
    std::string page;   ///< "/vms/-/new": GET shows it, with what its query says typed in
    std::string action; ///< "/vms": POST takes it
    std::string submit; ///< text of its button
    std::vector<std::string> command; ///< the same by the command line: "banger", "vm", "create"
    std::vector<FormField> fields;
    std::vector<std::string> seldom; ///< groups of them that are folded while nothing is in them
    std::optional<std::vector<FormField>> sent; ///< those of them that were changed; none: all go
    WayBack back;
    std::vector<WayBack> others; ///< other ways to what is wanted
    std::string subject;         ///< VM or image that it is about
    bool needs_root = false;     ///< has a privileged step, and waits while those are blocked
    bool can_check = false;      ///< has a button that only shows what would be made
};

/// What the daemon says, or the fields themselves, of what was typed in.
struct FormAnswer {
    std::map<std::string, std::string> faults; ///< by the field's id
    std::string wrong, hint;                   ///< about the whole of it
    std::string command;                       ///< a command line that does the same; empty: none
    std::vector<std::pair<std::string, std::string>> made; ///< what a check says would be made
    int status = 200;
};

[[nodiscard]] Response show_form(Site& site, banger::Call& call, const Request& request,
                                 const Form& form, const Params& typed,
                                 const FormAnswer& answer = {});

/// Where a form that was sent leads to: to the picker of one of its paths, back to itself with what
/// is wrong in it (422, or the daemon's status), or on. `deed`: what is asked of the daemon for
/// this body. `after`: where that leads when it is done at once.
[[nodiscard]] Response
take_form(Site& site, banger::Call& call, const Request& request, const Form& form,
          const std::function<Deed(const nlohmann::json& body)>& deed,
          const std::function<std::string(const nlohmann::json& body)>& after);

/// The picker, when a "Browse" button of the form was pressed; else nothing.
[[nodiscard]] std::optional<Response> browse(Site& site, banger::Call& call, const Request& request,
                                             const Form& form);

/// Which field a refusal of the daemon's is about, in the words of the form.
[[nodiscard]] FormAnswer answer_of(const Form& form, const Problem& problem);
/// The command line of what was typed in; empty when it cannot be.
[[nodiscard]] std::string command_of(const Form& form, const Encoded& encoded);

} // namespace web

#include "form.hpp"

#include "http/own_path.hpp"
#include "pages/shell_word.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

/// An address that every part of the way takes.
constexpr std::size_t longest_address = 7000;

json section_if(bool there, json model) {
    return there ? std::move(model) : json(false);
}

const char* input_mode(FieldKind kind) {
    return kind == FieldKind::whole ? "numeric" : "text";
}

json choices_model(const FormField& field, const std::string& shown) {
    json list = json::array();
    if (field.kind == FieldKind::yes_no) {
        for (const auto& [value, text] :
             {std::pair{"", "default"}, std::pair{"true", "yes"}, std::pair{"false", "no"}}) {
            list.push_back({{"CHOICE", value}, {"CHOICE_TEXT", text}, {"CHOSEN", shown == value}});
        }
        return list;
    }
    for (const FormField::Choice& choice : field.choices) {
        list.push_back({{"CHOICE", choice.value},
                        {"CHOICE_TEXT", choice.text},
                        {"CHOSEN", shown == choice.value}});
    }
    return list;
}

json field_model(const FormField& field, const Params& typed, const FormAnswer& answer) {
    const std::string shown = shown_text(field, typed);
    const auto fault = answer.faults.find(field.id);
    const bool wrong = fault != answer.faults.end();
    const std::string help = field.locked.empty()
                                 ? field.help
                                 : field.help + (field.help.empty() ? "" : "; ") + field.locked;
    std::string described = help.empty() ? "" : field.id + "-hint";
    if (wrong) {
        described = field.id + "-error" + (described.empty() ? "" : " " + described);
    }
    const bool choice = field.kind == FieldKind::choice || field.kind == FieldKind::yes_no;
    const bool lines = field.kind == FieldKind::lines;
    const bool check = field.kind == FieldKind::check;
    const std::string kept =
        typed.has(kept_name(field)) ? std::string(typed.get(kept_name(field))) : field.initial;
    return {
        {"FIELD", field.id},
        {"LABEL", field.label},
        {"CONTENT", shown},
        {"DESCRIBED", section_if(!described.empty(), {{"DESCRIBED_BY", described}})},
        {"HINT", section_if(!help.empty(), {{"HINT_TEXT", help}})},
        {"MARK", section_if(!field.mark.empty(), {{"MARK_TEXT", field.mark}})},
        {"FAULT", section_if(wrong, {{"FAULT_TEXT", wrong ? fault->second : ""}})},
        {"LOCKED", !field.locked.empty()},
        {"REQUIRED", field.required},
        {"AS_LINE", section_if(!choice && !lines && !check,
                               {{"MODE", input_mode(field.off ? FieldKind::text : field.kind)}})},
        {"AS_LINES", lines},
        {"AS_CHECK", section_if(check, {{"TICKED", !shown.empty()}})},
        {"AS_CHOICE", section_if(choice, {{"CHOICES", choices_model(field, shown)}})},
        {"BROWSE", field.path && !lines && field.locked.empty()},
        {"KEPT",
         section_if(field.keeps, {{"KEPT_NAME", kept_name(field)}, {"KEPT_CONTENT", kept}})}};
}

json groups_model(const Form& form, const Params& typed, const FormAnswer& answer) {
    std::vector<std::string> titles;
    for (const FormField& field : form.fields) {
        if (std::find(titles.begin(), titles.end(), field.group) == titles.end()) {
            titles.push_back(field.group);
        }
    }
    json groups = json::array();
    for (const std::string& title : titles) {
        json members = json::array();
        bool empty = true;
        for (const FormField& field : form.fields) {
            if (field.group == title) {
                members.push_back(field_model(field, typed, answer));
                empty =
                    empty && shown_text(field, typed).empty() && answer.faults.count(field.id) == 0;
            }
        }
        const bool seldom =
            std::find(form.seldom.begin(), form.seldom.end(), title) != form.seldom.end();
        groups.push_back({{"GROUP", title},
                          {"FIELDS", std::move(members)},
                          {"SELDOM", section_if(seldom, {{"OPEN", !empty}})}});
    }
    return groups;
}

/// What is wrong, each with a link to where it is.
json summary_model(const Form& form, const FormAnswer& answer) {
    json faults = json::array();
    for (const FormField& field : form.fields) {
        if (const auto fault = answer.faults.find(field.id); fault != answer.faults.end()) {
            faults.push_back({{"FAULT_HREF", "#" + field.id},
                              {"FAULT_LABEL", field.label},
                              {"FAULT_IS", fault->second}});
        }
    }
    if (faults.empty() && answer.wrong.empty()) {
        return false;
    }
    return {{"FAULTS", std::move(faults)},
            {"WRONG", section_if(!answer.wrong.empty(), {{"WRONG_TEXT", answer.wrong}})},
            {"WRONG_HINT", section_if(!answer.hint.empty(), {{"WRONG_HINT_TEXT", answer.hint}})}};
}

json made_model(const FormAnswer& answer) {
    json facts = json::array();
    for (const auto& [key, text] : answer.made) {
        facts.push_back({{"FACT", key}, {"FACT_TEXT", text}});
    }
    return section_if(!answer.made.empty(), {{"FACTS", std::move(facts)}});
}

json others_model(const Form& form) {
    json others = json::array();
    for (const WayBack& other : form.others) {
        others.push_back({{"OTHER_PATH", other.path}, {"OTHER_TEXT", other.text}});
    }
    return others;
}

Response faults_json(const Form& form, const FormAnswer& answer) {
    std::string message = answer.wrong;
    for (const FormField& field : form.fields) {
        const auto fault = answer.faults.find(field.id);
        if (message.empty() && fault != answer.faults.end()) {
            message = field.label + ": " + fault->second;
        }
    }
    return Response::json(
        json{{"error", {{"message", message}, {"hint", answer.hint}}}, {"fields", answer.faults}}
            .dump(-1, ' ', false, json::error_handler_t::replace),
        answer.status);
}

/// In the words of the form: "memory_mib must be .." is about "Memory".
std::string in_labels(const FormField& field, std::string text) {
    for (const std::string& name : {field.flag, field.at.empty() ? "" : field.at.back()}) {
        const std::size_t at = name.empty() ? std::string::npos : text.find(name);
        if (at == 0) {
            std::string rest = text.substr(name.size());
            rest.erase(0, rest.find_first_not_of(": "));
            return rest.empty() ? text : rest;
        }
    }
    return text;
}

} // namespace

std::string command_of(const Form& form, const Encoded& encoded) {
    if (form.command.empty() || !encoded.faults.empty()) {
        return {};
    }
    std::vector<std::string> words = form.command;
    words.insert(words.end(), encoded.words.begin(), encoded.words.end());
    return shell_line(words);
}

FormAnswer answer_of(const Form& form, const Problem& problem) {
    FormAnswer answer;
    const bool typed_wrong = problem.status() == 400 || problem.status() == 404;
    answer.status = typed_wrong ? 422 : problem.status();
    answer.hint = problem.hint();
    const FormField* field =
        problem.status() < 500 ? field_of(form.fields, problem.what()) : nullptr;
    if (field != nullptr) {
        answer.faults[field->id] = in_labels(*field, problem.what());
    } else {
        answer.wrong = problem.what();
    }
    return answer;
}

Response show_form(Site& site, banger::Call& call, const Request& request, const Form& form,
                   const Params& typed, const FormAnswer& answer) {
    const json summary = summary_model(form, answer);
    if (request.wants_json() && request.method == "POST" && summary.is_object()) {
        return faults_json(form, answer);
    }
    const bool paths = std::any_of(form.fields.begin(), form.fields.end(),
                                   [](const FormField& field) { return field.path; });
    return show(site, call, request,
                {"form",
                 (summary.is_object() ? "Not yet: " : "") + form.title,
                 form.nav,
                 {{"HEADING", form.heading},
                  {"INTRO", section_if(!form.intro.empty(), {{"INTRO_TEXT", form.intro}})},
                  {"ALSO", section_if(!form.others.empty(), {{"OTHERS", others_model(form)}})},
                  {"SUMMARY", summary},
                  {"MADE", made_model(answer)},
                  {"ALIKE", section_if(!answer.command.empty(), {{"COMMAND", answer.command}})},
                  {"FORM_ACTION", form.action},
                  {"FIRST_BUTTON", paths},
                  {"GROUPS", groups_model(form, typed, answer)},
                  {"NEEDS_ROOT", form.needs_root},
                  {"CAN_CHECK", form.can_check},
                  {"SUBMIT", form.submit},
                  {"BACK_PATH", form.back.path}},
                 answer.status});
}

std::optional<Response> browse(Site& site, banger::Call& call, const Request& request,
                               const Form& form) {
    const std::string wanted(request.form.get("browse"));
    const auto field = std::find_if(form.fields.begin(), form.fields.end(), [&](const auto& each) {
        return each.path && each.id == wanted;
    });
    if (field == form.fields.end()) {
        return std::nullopt;
    }
    Params carried;
    for (const auto& [name, value] : request.form.items()) {
        if (name != "csrf" && name != "idem" && name != "browse") {
            carried.add(name, value);
        }
    }
    Params asked;
    asked.add("field", wanted);
    asked.add("at", std::string(request.form.get(wanted)));
    asked.add("back", form.page + "?" + encoded(carried));
    const std::string address = "/files?" + encoded(asked);
    if (address.size() > longest_address) {
        FormAnswer answer;
        answer.status = 422;
        answer.faults[wanted] =
            "there is too much in this form to be taken along to the picker: type the path in";
        return show_form(site, call, request, form, request.form, answer);
    }
    return Response::see(address);
}

Response take_form(Site& site, banger::Call& call, const Request& request, const Form& form,
                   const std::function<Deed(const json& body)>& deed,
                   const std::function<std::string(const json& body)>& after) {
    if (auto picker = browse(site, call, request, form)) {
        return *picker;
    }
    const Encoded encoded = encode(form.sent ? *form.sent : form.fields, request.form);
    FormAnswer answer;
    if (form.sent && form.sent->empty()) {
        answer.wrong = "Nothing was changed in this form.";
        answer.status = 422;
    } else if (encoded.faults.empty()) {
        try {
            return went(request, once(site, request, [&] {
                            const std::string op = begin(site, call, deed(encoded.body));
                            return Outcome{op, op.empty() ? after(encoded.body) : "/ops/" + op};
                        }));
        } catch (const Problem& problem) {
            if (problem.status() == 409 && !running_on(site, call, form.subject).empty()) {
                return show_refusal(site, call, request, problem, form.subject, form.back);
            }
            answer = answer_of(form, problem);
        }
    } else {
        answer.faults = encoded.faults;
        answer.status = 422;
    }
    answer.command = encoded.words.empty() ? "" : command_of(form, encoded);
    return show_form(site, call, request, form, request.form, answer);
}

} // namespace web

#include "bulk.hpp"

#include "http/own_path.hpp"
#include "http/percent.hpp"
#include "pages/text.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

constexpr std::size_t most_names = 100;
/// What is left of the request's time for the page itself.
constexpr std::chrono::seconds time_for_page{2};

json model_if(bool there, json model) {
    return there ? std::move(model) : json(false);
}

json hidden_fields(const std::vector<std::pair<std::string, std::string>>& fields) {
    json list = json::array();
    for (const auto& [name, value] : fields) {
        list.push_back({{"NAME", name}, {"CONTENT", value}});
    }
    return list;
}

/// By id. As many as the daemon keeps: a batch of some time ago is still to be told.
std::map<std::string, json> all_operations(Site& site, banger::Call& call) {
    std::map<std::string, json> operations;
    json answer = site.daemon.get(call, "/v1/operations?limit=500");
    for (json& operation : answer.at("operations")) {
        const std::string id = operation.at("id");
        operations.emplace(id, std::move(operation));
    }
    return operations;
}

struct ItemView {
    json model = json::object();
    bool failed = false, goes_on = false;
};

ItemView view_of(const Batch& batch, const Batch::Item& item,
                 const std::map<std::string, json>& operations) {
    ItemView view;
    json state{{"STATE", batch.done}, {"TONE", "good"}};
    std::string text;
    if (!item.wrong.empty()) {
        view.failed = true;
        state = {{"STATE", "refused"}, {"TONE", "bad"}};
        text = item.wrong + (item.hint.empty() ? "" : "; " + item.hint);
    } else if (const auto found = operations.find(item.op); found != operations.end()) {
        const json& operation = found->second;
        state = operation_state(operation);
        const std::string word = operation.value("state", "");
        view.failed = word == "failed" || word == "cancelled" || word == "interrupted";
        view.goes_on = !view.failed && word != "succeeded";
        const json error = operation.value("error", json());
        text = error.is_object() ? error.value("message", "")
               : view.goes_on    ? operation.value("stage", "")
                                 : "";
    } else if (!item.op.empty()) {
        state = {{"STATE", "long ago"}, {"TONE", "idle"}};
    }
    view.model = {{"ITEM", item.name},
                  {"ITEM_PATH", batch.page + "/" + percent_encode(item.name)},
                  {"ITEM_OP", item.op},
                  {"ITEM_TEXT", text},
                  {"LINK", model_if(!item.op.empty(), {{"OP_PATH", "/ops/" + item.op}})}};
    view.model.update(state);
    return view;
}

} // namespace

std::vector<std::string> chosen(const Params& params) {
    std::vector<std::string> names;
    for (const auto& [key, value] : params.items()) {
        if ((key == "names" || key == "names[]" || key == "name") && !value.empty() &&
            std::find(names.begin(), names.end(), value) == names.end()) {
            names.push_back(value);
        }
    }
    return names;
}

void check_chosen(const std::vector<std::string>& names, const std::string& noun) {
    if (names.empty()) {
        throw Problem(422, "invalid", "No " + noun + " is chosen.",
                      "tick those that it is to be done to");
    }
    if (names.size() > most_names) {
        throw Problem(422, "invalid",
                      "At most " + std::to_string(most_names) + " " + noun + "s are done at once.",
                      "choose fewer");
    }
}

Response ask_many(Site& site, banger::Call& call, const Request& request,
                  const ManyQuestion& question, bool wrong_count) {
    json rows = json::array();
    for (const ManyQuestion::Row& row : question.rows) {
        rows.push_back({{"ROW", row.name}, {"ABOUT", row.about}});
    }
    const std::string count = std::to_string(question.rows.size());
    const std::string wrong = "type " + count + ", the number of " + question.noun + "s above";
    if (wrong_count && request.wants_json()) {
        return Response::json(json{{"error", {{"message", wrong}}}}.dump(), 422);
    }
    return show(
        site, call, request,
        {"confirm_many",
         question.title,
         question.nav,
         {{"HEADING", question.title},
          {"WHAT", question.text},
          {"COLUMN", question.nav == "vms" ? "VM" : "Image"},
          {"ROWS", rows},
          {"EXTRA", model_if(!question.extra.empty(), {{"EXTRA_TEXT", question.extra}})},
          {"COUNTED", model_if(!rows.empty(), {{"COUNT", count}})},
          {"FAULT", model_if(wrong_count, {{"FAULT_TEXT", wrong}})},
          {"HIDDEN", hidden_fields(question.hidden)},
          {"FORM_ACTION", question.action},
          {"BACK_PATH", question.back},
          {"DO", model_if(!question.button.empty(), {{"BUTTON", question.button}})},
          {"AGE", model_if(!question.older_than.empty(), {{"AGE_ACTION", question.action},
                                                          {"OLDER_THAN", question.older_than}})}},
         wrong_count ? 422 : 200});
}

bool is_counted(const Request& request, std::size_t count) {
    std::string typed(request.form.get("count"));
    typed.erase(std::remove(typed.begin(), typed.end(), ' '), typed.end());
    return typed == std::to_string(count);
}

std::string question_path(const std::string& page, const std::string& action,
                          const std::vector<std::string>& names) {
    Params params;
    params.add("action", action);
    for (const std::string& name : names) {
        params.add("names", name);
    }
    return page + "/bulk/confirm?" + encoded(params);
}

Response do_many(Site& site, banger::Call& call, const Request& request, Batch batch,
                 const std::vector<Deed>& deeds) {
    return went(request, once(site, request, [&] {
                    for (const Deed& deed : deeds) {
                        Batch::Item item;
                        item.name = deed.subject;
                        try {
                            if (call.remaining() < time_for_page) {
                                throw Problem(504, "timeout",
                                              "there was no time left for it: it was not begun",
                                              "");
                            }
                            item.op = begin(site, call, deed);
                        } catch (const Problem& problem) {
                            item.wrong = problem.what();
                            item.hint = problem.hint();
                        }
                        batch.items.push_back(std::move(item));
                    }
                    return Outcome{"", "/bulk/" + site.kept.batches.keep(std::move(batch))};
                }));
}

Response show_batch(Site& site, banger::Call& call, const Request& request) {
    const auto batch = site.kept.batches.find(request.args.at(0));
    if (!batch) {
        throw Problem(404, "not_found", "What was done together is not kept for ever.",
                      "the operations are under Operations");
    }
    const auto operations = all_operations(site, call);
    json items = json::array();
    std::vector<std::pair<std::string, std::string>> again;
    bool goes_on = false;
    for (const Batch::Item& item : batch->items) {
        ItemView view = view_of(*batch, item, operations);
        items.push_back(std::move(view.model));
        goes_on = goes_on || view.goes_on;
        if (view.failed) {
            again.emplace_back("names", item.name);
        }
    }
    const std::size_t failed = again.size();
    again.emplace_back("action", batch->action);
    const bool retry = failed != 0 && !batch->action.empty();
    return show(
        site, call, request,
        {"batch",
         batch->title,
         batch->nav,
         {{"HEADING", batch->title},
          {"COLUMN", batch->nav == "vms" ? "VM" : "Image"},
          {"SUM", std::to_string(failed) + " of " + std::to_string(batch->items.size()) +
                      " failed" + (goes_on ? ", some are still going on" : "")},
          {"NOTE", model_if(!batch->note.empty(), {{"NOTE_TEXT", batch->note}})},
          {"ANY_ITEM", !items.empty()},
          {"ITEMS", items},
          {"GOES_ON", goes_on},
          {"BACK_PATH", batch->page},
          {"RETRY", model_if(retry, {{"RETRY_ACTION", batch->page + "/bulk"},
                                     {"RETRY_TEXT",
                                      "Try again the " + std::to_string(failed) + " that failed"},
                                     {"HIDDEN", hidden_fields(again)}})}}});
}

} // namespace web

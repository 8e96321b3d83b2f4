#include "os/error.hpp"
#include "privileged/arguments.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;

struct Step {
    std::string name;
    Action action;
};

Step parse_step(const nlohmann::json& json) {
    Arguments arguments(json);
    const std::string name = arguments.word("verb");
    const Verb* verb = find_verb(name);
    if (verb == nullptr || verb->parse == parse_batch || verb->takes_files) {
        throw Error(ErrorKind::invalid, "there is no verb \"" + name + "\" for a batch");
    }
    Arguments inner(arguments.object("args"));
    Step step{name, verb->parse(inner)};
    inner.finish();
    arguments.finish();
    return step;
}

template <class Function>
auto in_step(std::size_t index, const Function& function) {
    try {
        return function();
    } catch (const Error& error) {
        throw error.with_context("step " + std::to_string(index + 1));
    }
}

} // namespace

Action parse_batch(Arguments& arguments) {
    std::vector<Step> steps;
    for (const nlohmann::json& json : arguments.list("steps", 256)) {
        steps.push_back(in_step(steps.size(), [&] { return parse_step(json); }));
    }
    return [steps = std::move(steps)](Context& context) {
        nlohmann::json results = nlohmann::json::array();
        for (const Step& step : steps) {
            results.push_back(in_step(results.size(), [&] { return step.action(context); }));
        }
        return nlohmann::json{{"steps", std::move(results)}};
    };
}

} // namespace banger::privileged

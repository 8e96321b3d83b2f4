#include "vm/state.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <vector>

namespace banger::vm {
namespace {

struct Row {
    State state;
    std::string_view name;
    std::initializer_list<State> next;
};

/// The one table of states: name and what may follow.
const std::array<Row, 9>& rows() {
    using enum State;
    static const std::array<Row, 9> table{{
        {creating, "creating", {running, stopping, stopped, crashed, deleting, cleanup_pending}},
        {starting, "starting", {running, stopped, crashed, stopping, deleting, cleanup_pending}},
        {running, "running", {stopping, stopped, crashed, paused, deleting, cleanup_pending}},
        {paused, "paused", {running, stopping, stopped, crashed, deleting, cleanup_pending}},
        {stopping, "stopping", {stopped, running, crashed, deleting, cleanup_pending}},
        {stopped, "stopped", {starting, deleting, cleanup_pending}},
        {crashed, "crashed", {starting, stopped, deleting, cleanup_pending}},
        {deleting, "deleting", {stopped, running, paused, crashed, cleanup_pending}},
        {cleanup_pending, "cleanup-pending", {deleting, stopped, starting}},
    }};
    return table;
}

const Row& row(State state) noexcept {
    return *std::find_if(rows().begin(), rows().end(),
                         [&](const Row& entry) { return entry.state == state; });
}

} // namespace

std::string_view to_string(State state) noexcept {
    return row(state).name;
}

std::optional<State> find_state(std::string_view name) noexcept {
    for (const Row& entry : rows()) {
        if (entry.name == name) {
            return entry.state;
        }
    }
    return std::nullopt;
}

bool may_become(State from, State to) noexcept {
    const auto& next = row(from).next;
    return from == to || std::find(next.begin(), next.end(), to) != next.end();
}

bool is_up(State state) noexcept {
    return state == State::running || state == State::paused;
}

bool has_process(State state) noexcept {
    switch (state) {
    case State::creating:
    case State::starting:
    case State::running:
    case State::paused:
    case State::stopping:
        return true;
    case State::stopped:
    case State::crashed:
    case State::deleting:
    case State::cleanup_pending:
        return false;
    }
    return false;
}

} // namespace banger::vm

#include "api/resources/resources.hpp"

#include "api/relay.hpp"
#include "os/error.hpp"
#include "vm/capabilities.hpp"
#include "vm/guest_session.hpp"
#include "vm/machines.hpp"

#include <chrono>
#include <memory>

#include <nlohmann/json.hpp>

namespace banger::api {
using os::Error;
using os::ErrorKind;

namespace {

/// Less than clients wait for an answer.
constexpr std::chrono::seconds longest_turn{20};

/// A guest starts one program of ours after the other: one that lets a start wait then holds one
/// thread of the pool, and not all that there are for other VMs. [loop]
class Turn {
  public:
    explicit Turn(std::shared_ptr<vm::Machine> machine) : machine_(std::move(machine)) {
        machine_->starts_program = true;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
        machine_->starts_program = false;
        machine_->notify();
    }

  private:
    std::shared_ptr<vm::Machine> machine_;
};

void check_runs(const vm::Machine& machine) {
    if (!machine.runs()) {
        throw Error(ErrorKind::conflict, "VM " + machine.name() + " does not run",
                    "start it with: banger vm start " + machine.name());
    }
}

boost::asio::awaitable<std::unique_ptr<Turn>> turn_of(std::shared_ptr<vm::Machine> machine) {
    const auto deadline = std::chrono::steady_clock::now() + longest_turn;
    while (machine->starts_program) {
        if (std::chrono::steady_clock::now() >= deadline) {
            throw Error(ErrorKind::busy,
                        "VM " + machine->name() + " has not started the programs that came before");
        }
        co_await machine->changed(deadline);
    }
    check_runs(*machine);
    co_return std::make_unique<Turn>(std::move(machine));
}

} // namespace

void add_exec(Router& router, const Parts& parts) {
    router.on("POST", "/v1/vms/{name}/exec",
              [&parts](Request request) -> boost::asio::awaitable<Response> {
                  request.require_upgrade("banger-exec/1");
                  const std::string program = request.json().dump();
                  const auto machine = parts.machines.get(request.param("name"));
                  check_runs(*machine);
                  // From now on: an idle guest is not stopped in the middle of it.
                  auto session = std::make_shared<vm::GuestSession>(machine);
                  auto turn = co_await turn_of(machine);
                  auto stream_work =
                      vm::offload(parts.threads, [&capabilities = parts.capabilities, program,
                                                  view = vm::view_of(*machine, parts.settings)] {
                          vm::CallContext context;
                          return capabilities.guest_exec(view, program, context);
                      });
                  auto stream = co_await std::move(stream_work);
                  turn.reset();
                  co_return upgrade_response(
                      "banger-exec/1",
                      relay(parts.threads.loop, std::move(stream), std::move(session)));
              });
}

} // namespace banger::api

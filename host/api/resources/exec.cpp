#include "api/resources/resources.hpp"

#include "api/relay.hpp"
#include "os/error.hpp"
#include "vm/capabilities.hpp"
#include "vm/guest_session.hpp"
#include "vm/machines.hpp"

#include <nlohmann/json.hpp>

namespace banger::api {
using os::Error;
using os::ErrorKind;

void add_exec(Router& router, const Parts& parts) {
    router.on("POST", "/v1/vms/{name}/exec",
              [&parts](Request request) -> boost::asio::awaitable<Response> {
                  request.require_upgrade("banger-exec/1");
                  const std::string program = request.json().dump();
                  const auto machine = parts.machines.get(request.param("name"));
                  if (!machine->runs()) {
                      throw Error(ErrorKind::conflict, "VM " + machine->name() + " does not run",
                                  "start it with: banger vm start " + machine->name());
                  }
                  auto stream_work =
                      vm::offload(parts.threads, [&capabilities = parts.capabilities, program,
                                                  view = vm::view_of(*machine, parts.settings)] {
                          vm::CallContext context;
                          return capabilities.guest_exec(view, program, context);
                      });
                  auto stream = co_await std::move(stream_work);
                  auto session = std::make_shared<vm::GuestSession>(machine);
                  co_return upgrade_response(
                      "banger-exec/1",
                      relay(parts.threads.loop, std::move(stream), std::move(session)));
              });
}

} // namespace banger::api

#pragma once

#include "plugin/services.hpp"

#include <boost/asio/io_context.hpp>

namespace banger::vm {
class Operations;
}

namespace banger::daemon {

/// Long jobs of plugins among the operations of this daemon.
class OperationBoard final : public plugin::OperationBoard {
  public:
    OperationBoard(boost::asio::io_context& loop, vm::Operations& operations)
        : loop_(loop), operations_(operations) {}

    std::string start(const std::string& kind, const std::string& target,
                      const std::string& initiator, Job job) override;

  private:
    boost::asio::io_context& loop_;
    vm::Operations& operations_;
};

} // namespace banger::daemon

#pragma once

#include "os/unique_fd.hpp"
#include "supervisor/loop.hpp"
#include "supervisor/pace.hpp"

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace banger::supervisor {

/// The VMM's own words, from its standard error and its log, in the order in which their lines were
/// read. The last few KiB are kept. They are read in turns, as the console is: a VMM that floods
/// one of them does not keep us busy.
class VmmMessages {
  public:
    explicit VmmMessages(Loop& loop) : loop_(loop) {}

    void read_from(os::UniqueFd fd); ///< until its end
    void drain();                    ///< reads what is left, once the VMM is dead
    [[nodiscard]] std::vector<std::string> lines(std::size_t count) const;

  private:
    struct Source {
        os::UniqueFd fd;
        std::string partial; ///< a line that is not complete yet
        Loop::Registration watch;
        Loop::Registration pause;
    };

    void watch(Source& source);
    void turn(Source& source);
    [[nodiscard]] std::size_t receive_all(Source& source);
    [[nodiscard]] std::size_t receive(Source& source); ///< 0 when nothing came
    void keep(std::string_view text);

    Loop& loop_;
    Pace pace_; ///< of all together
    std::string text_;
    std::list<Source> sources_;
};

} // namespace banger::supervisor

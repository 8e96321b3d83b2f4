#pragma once

#include "gate/gate.hpp"
#include "response.hpp"

namespace web {

/// The page of what the gate refused. Nothing of the daemon is in it, since nobody knows who reads
/// it: no template, no style sheet, no token.
[[nodiscard]] Response refusal_page(const Refusal& refusal);

} // namespace web

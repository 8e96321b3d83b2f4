#pragma once

#include "batches.hpp"
#include "files/last_folder.hpp"
#include "idem.hpp"
#include "retries.hpp"

namespace web {

/// What the console remembers of what was done in it, for as long as the daemon runs.
struct Kept {
    Idem idem;
    Retries retries;
    Batches batches;
    LastFolder folder;
};

} // namespace web

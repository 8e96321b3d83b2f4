#pragma once

namespace banger::rollback {

/// From now on every database of this process is written by a file system that does not wait for
/// the disk: what a process wrote outlives it, and no power is cut here. Before any is opened.
void use_kill_vfs();

/// Kills this process with SIGKILL at the `point`-th place, from 1: right before a transaction's
/// first write, and right after its last one, before whoever commits is told so. 0: never. (What
/// lies between is the same as the first: a transaction without its end does not count.)
void kill_at(int point);

} // namespace banger::rollback

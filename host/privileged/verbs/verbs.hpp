#pragma once

#include "privileged/verb.hpp"

namespace banger::privileged {

// One function a verb, each in the file of its name: arguments in, checked action out. Each comment
// gives the arguments (? is optional) and the result.

/// {steps:[{verb,args}]} -> {steps:[result]}. All steps are checked before the first runs; when one
/// fails, what earlier ones made is undone.
[[nodiscard]] Action parse_batch(Arguments& arguments);
/// {bridge} -> {existed}. Busy while it has ports.
[[nodiscard]] Action parse_bridge_delete(Arguments& arguments);
/// {bridge,address,mtu?,tag?} -> {index,existed,ipv6}
[[nodiscard]] Action parse_bridge_ensure(Arguments& arguments);
/// {} -> {links:[{name,kind,bridge,mtu,up,in_use,owner_uid,mine,tag,age_s}]}: interfaces with names
/// of ours
[[nodiscard]] Action parse_links(Arguments& arguments);
/// {tap,bridge,owner_uid,mtu?,tag?} -> {index,existed}
[[nodiscard]] Action parse_tap_create(Arguments& arguments);
/// {tap} -> {existed}. Busy while a process has it open.
[[nodiscard]] Action parse_tap_delete(Arguments& arguments);
/// {} -> {version,uid,root,verbs}
[[nodiscard]] Action parse_version(Arguments& arguments);

} // namespace banger::privileged

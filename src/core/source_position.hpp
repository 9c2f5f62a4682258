#pragma once

#include <string_view>

namespace learnd::core {

/// Whether a number behind `before` and a ':' is a line of a file and no port, tag or version: `before` ends in a file name by its
/// extension ("flake.nix"), a rooted path ("/etc/fstab", "./run") or the name of an unnamed source ("<stdin>"). Some extensions are the
/// ends of host names as well (main.rs, example.rs); `certain` says that what follows looks like a position anyway ("main.rs:12:3",
/// "x.py:12:").
bool endsInSourceName(std::string_view before, bool certain);

}  // namespace learnd::core

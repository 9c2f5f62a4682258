#pragma once

#include "core/result.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace learnd::support {

enum class Scope : unsigned char {
  System,  // one daemon for the machine
  User     // one a user (`learnd --user`)
};

/// Where the daemon looks and writes, unless a flag or the configuration says otherwise.
struct Places {
  std::filesystem::path config;  // a file; need not be there
  std::filesystem::path state;   // a folder
  std::filesystem::path socket;
};

/// A variable of the environment; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// The environment of this process.
Environment processEnvironment();

/// As the manual page learnd(8) has them, under FILES; folders of the user that are not named in the environment are those of the XDG
/// base directory specification (~/.config, ~/.local/state, /run/user/UID), which also says that relative ones count as unset. InvalidInput
/// where a user's daemon has no home.
[[nodiscard]] core::Result<Places> findPlaces(Scope scope, const Environment& environment);

/// The socket of this user's own daemon, as findPlaces has it: for whoever calls it.
std::filesystem::path userSocket(const Environment& environment);

/// Where the builtin models lie: `$LEARND_MODELS` alone where that is set, else share/learnd/models beside the `bin` that `program` is in.
std::filesystem::path modelsFolder(const std::filesystem::path& program, const Environment& environment);

/// The file that this process runs.
std::filesystem::path thisProgram();

}  // namespace learnd::support

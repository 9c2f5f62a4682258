#include "support/places.hpp"

#include "support/account.hpp"

#include <unistd.h>

#include <cstdlib>
#include <system_error>

namespace learnd::support {

namespace {

namespace fs = std::filesystem;

// An absolute path of the environment, or nothing.
std::optional<fs::path> absolutePath(const Environment& environment, const char* name) {
  const auto value = environment(name);
  if (!value || !value->starts_with('/')) return std::nullopt;
  return fs::path(*value);
}

std::optional<fs::path> homeFolder(const Environment& environment) {
  if (auto home = absolutePath(environment, "HOME")) return home;
  const auto known = homeOfThisUser();
  if (!known.starts_with('/')) return std::nullopt;
  return fs::path(known);
}

Places systemPlaces(const Environment& environment) {
  Places places{"/etc/learnd/config.toml", "/var/lib/learnd", "/run/learnd/learnd.sock"};
  // A unit with several state directories has them in one text; the first is the daemon's.
  const auto state = environment("STATE_DIRECTORY");
  if (state && state->starts_with('/')) places.state = state->substr(0, state->find(':'));
  return places;
}

core::Result<Places> userPlaces(const Environment& environment) {
  auto config = absolutePath(environment, "XDG_CONFIG_HOME");
  auto state = absolutePath(environment, "XDG_STATE_HOME");
  if (!config || !state) {
    const auto home = homeFolder(environment);
    if (!home) {
      return core::Error(core::ErrorKind::InvalidInput, "this user has no home: set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME");
    }
    if (!config) config = *home / ".config";
    if (!state) state = *home / ".local" / "state";
  }
  return Places{*config / "learnd" / "config.toml", *state / "learnd", userSocket(environment)};
}

}  // namespace

Environment processEnvironment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

core::Result<Places> findPlaces(Scope scope, const Environment& environment) {
  if (scope == Scope::User) return userPlaces(environment);
  return systemPlaces(environment);
}

std::filesystem::path userSocket(const Environment& environment) {
  const auto runtime = absolutePath(environment, "XDG_RUNTIME_DIR").value_or(fs::path("/run/user") / std::to_string(geteuid()));
  return runtime / "learnd" / "learnd.sock";
}

std::filesystem::path modelsFolder(const std::filesystem::path& program, const Environment& environment) {
  if (const auto named = environment("LEARND_MODELS"); named && !named->empty()) return *named;
  return program.parent_path().parent_path() / "share" / "learnd" / "models";
}

std::filesystem::path thisProgram() {
  std::error_code failed;
  auto program = fs::read_symlink("/proc/self/exe", failed);
  return failed ? fs::path() : program;
}

}  // namespace learnd::support

#include "app/daemon.hpp"
#include "app/options.hpp"
#include "app/temporary_store.hpp"
#include "config/load_config.hpp"
#include "support/places.hpp"

#include <filesystem>
#include <iostream>

namespace {

using namespace learnd;

/// The configuration of the file that was named, or of the usual place, or the defaults where there is none.
std::variant<config::Config, config::Problems> findConfig(const app::Options& options, const support::Places& places) {
  if (!options.config.empty()) return config::loadConfig(options.config);
  std::error_code ignored;
  if (std::filesystem::exists(places.config, ignored)) return config::loadConfig(places.config);
  return config::Config();
}

int run(const app::Options& options, config::Config& config, support::Places& places) {
  if (!options.temporary) return app::runDaemon(config, places, options.user);
  if (auto made = app::makeTemporary(config, places); !made) {
    std::cerr << "learnd: " << made.error().message() << '\n';
    return 1;
  }
  const int status = app::runDaemon(config, places, options.user);
  const auto removed = app::removeTemporary(config, places);
  if (removed) return status;
  std::cerr << "learnd: " << removed.error().message() << '\n';
  return 1;
}

}  // namespace

int main(int argumentCount, char** arguments) {
  auto read = app::readOptions(argumentCount, arguments);
  if (const int* status = std::get_if<int>(&read)) return *status;
  const auto& options = std::get<app::Options>(read);
  auto places = support::findPlaces(options.user ? support::Scope::User : support::Scope::System, support::processEnvironment());
  if (!places) {
    std::cerr << "learnd: " << places.error().message() << '\n';
    return 1;
  }
  auto config = findConfig(options, *places);
  if (const auto* problems = std::get_if<config::Problems>(&config)) {
    for (const auto& problem : *problems) std::cerr << problem << '\n';
    return 1;
  }
  if (options.checkConfig) {
    std::cout << "The configuration is good.\n";
    return 0;
  }
  return run(options, std::get<config::Config>(config), *places);
}

#include "app/options.hpp"

#include <CLI/CLI.hpp>

namespace learnd::app {

std::variant<Options, int> readOptions(int argumentCount, char** arguments) {
  constexpr int kWrongUsage = 2;
  Options options;
  CLI::App app("learnd remembers what worked. It serves HTTP on a Unix socket and D-Bus; learnctl talks to it.", "learnd");
  app.add_flag("--user", options.user, "run for yourself alone: own state, own socket, session bus");
  app.add_option("--config", options.config,
                 "the configuration (TOML); default /etc/learnd/config.toml, with --user ~/.config/learnd/config.toml");
  app.add_flag("--temporary", options.temporary,
               "an empty store of its own on the configured backends, removed at the end: for trials and measures");
  app.add_flag("--check-config", options.checkConfig, "judge the configuration and end: 0 good, 1 not");
  app.set_version_flag("--version", "learnd " LEARND_VERSION);
  app.footer("Set up by systemd: systemctl start learnd. The configuration is described in learnd.toml(5).");
  try {
    app.parse(argumentCount, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }
  return options;
}

}  // namespace learnd::app

#include "interfaces/cli/learnctl.hpp"

#include "interfaces/cli/commands/commands.hpp"
#include "interfaces/cli/text_input.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

namespace learnd::cli {

namespace {

void addGlobalFlags(CLI::App& app, Session& session) {
  app.add_option("--socket", session.socket, "the daemon's socket (else LEARND_SOCKET, the user's own, the system's)");
  app.add_flag("--json", session.json, "print JSON instead of text");
  app.set_version_flag("--version", "learnctl " LEARND_VERSION);
  app.require_subcommand(1);
  // So that `learnctl search X --json` works as `learnctl --json search X` does.
  app.fallthrough();
}

/// Whether all that was printed went out; a reader that has seen enough (`| head`) is told nothing.
int finishOutput(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  if (errno != EPIPE) fmt::print(stderr, "learnctl: the output could not be written: {}\n", std::strerror(errno));
  return kFailed;
}

int runChosen(Session& session) {
  try {
    return finishOutput(session.chosen());
  } catch (const std::system_error& error) {
    // What fmt throws where the output can't be written.
    if (error.code().value() != EPIPE) fmt::print(stderr, "learnctl: {}\n", error.what());
    return kFailed;
  } catch (const UnreachableError& error) {
    fmt::print(stderr, "learnctl: {}\n", error.what());
    return kUnreachable;
  } catch (const UsageError& error) {
    fmt::print(stderr, "learnctl: {}\n", error.what());
    return kWrongUsage;
  } catch (const std::exception& error) {
    // No memory, a folder that can't be read: nothing that a command answers by itself.
    fmt::print(stderr, "learnctl: {}\n", error.what());
    return kFailed;
  }
}

}  // namespace

int runLearnctl(int argumentCount, char** arguments, PointSourceMaker openPoints) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app("learnctl talks to learnd, which remembers what worked.", "learnctl");
  Session session;
  session.openPoints = std::move(openPoints);
  addGlobalFlags(app, session);
  addStoreCommands(app, session);
  addSearchCommand(app, session);
  addListCommand(app, session);
  addLearningCommands(app, session);
  addScoreCommand(app, session);
  addTransferCommands(app, session);
  addBenchCommand(app, session);
  addJobCommands(app, session);
  addStatusCommands(app, session);
  addCompletionCommand(app, session);
  app.footer("Exit status: 0 done, 1 the request failed or a value was refused, 2 wrong flags or command, 3 nothing found, 4 no daemon.");
  try {
    app.parse(argumentCount, arguments);
  } catch (const CLI::ParseError& error) {
    return finishOutput(app.exit(error) == 0 ? kDone : kWrongUsage);
  }
  return runChosen(session);
}

}  // namespace learnd::cli

#include "interfaces/cli/learnctl.hpp"

#include "interfaces/cli/commands/commands.hpp"
#include "interfaces/cli/report.hpp"
#include "interfaces/cli/text_input.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
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
    // What fmt and an export throw where their output can't be written.
    if (error.code().value() != EPIPE) reportFailure(session, "Failed", error.what());
    return kFailed;
  } catch (const UnreachableError& error) {
    reportFailure(session, "Unreachable", error.what());
    return kUnreachable;
  } catch (const UsageError& error) {
    reportFailure(session, "Wrong usage", error.what());
    return kWrongUsage;
  } catch (const std::exception& error) {
    // No memory, a folder that can't be read: nothing that a command answers by itself.
    reportFailure(session, "Failed", error.what());
    return kFailed;
  }
}

/// Prints what --help and --version ask for, or what is wrong with the command line.
int exitEarly(const CLI::App& app, Session& session, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    app.exit(error);
    return kDone;
  }
  std::string detail = error.what();
  // Without a command the library speaks of the missing one alone, not of the word that stands in its place.
  const auto unknown = app.remaining(true);
  const auto chosen = app.get_subcommands();
  const bool wantsCommand = chosen.empty() || (!chosen.front()->get_subcommands({}).empty() && chosen.front()->get_subcommands().empty());
  if (wantsCommand && !unknown.empty()) {
    detail = fmt::format("there is no {} {}", unknown.front().starts_with('-') ? "flag" : "command", unknown.front());
  }
  // The failed parse has not set it.
  session.json = session.json || app.get_option("--json")->count() > 0;
  reportFailure(session, "Wrong usage", detail + "\nRun with --help for more information.");
  return kWrongUsage;
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
    return finishOutput(exitEarly(app, session, error));
  }
  return runChosen(session);
}

}  // namespace learnd::cli

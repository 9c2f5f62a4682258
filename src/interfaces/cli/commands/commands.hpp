#pragma once

#include "interfaces/cli/session.hpp"

#include <CLI/CLI.hpp>

namespace learnd::cli {

/// Each adds its subcommands to `app`; a chosen one sets session.chosen.
void addStoreCommands(CLI::App& app, Session& session);      // store, fail, log
void addSearchCommand(CLI::App& app, Session& session);      // search
void addListCommand(CLI::App& app, Session& session);        // list
void addLearningCommands(CLI::App& app, Session& session);   // show, edit, delete, feedback
void addScoreCommand(CLI::App& app, Session& session);       // score
void addTransferCommands(CLI::App& app, Session& session);   // import, export
void addJobCommands(CLI::App& app, Session& session);        // job
void addStatusCommands(CLI::App& app, Session& session);     // quality, stats, doctor
void addBenchCommand(CLI::App& app, Session& session);       // bench
void addCompletionCommand(CLI::App& app, Session& session);  // completion

}  // namespace learnd::cli

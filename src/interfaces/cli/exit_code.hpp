#pragma once

namespace learnd::cli {

/// learnctl's exit status.
enum ExitCode : int {
  kDone = 0,
  kFailed = 1,      // the request failed or a value was refused
  kWrongUsage = 2,  // wrong flags or command
  kNothingFound = 3,
  kUnreachable = 4  // no daemon
};

}  // namespace learnd::cli

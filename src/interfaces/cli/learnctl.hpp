#pragma once

namespace learnd::cli {

/// learnctl: reads the command line, does what it says, gives the exit status (exit_code.hpp).
int runLearnctl(int argumentCount, char** arguments);

}  // namespace learnd::cli

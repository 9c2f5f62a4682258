#pragma once

#include <string>
#include <variant>

namespace learnd::app {

/// learnd's command line.
struct Options {
  bool user = false;         // --user: a daemon of one's own
  bool temporary = false;    // --temporary: a store that goes with the daemon
  bool checkConfig = false;  // --check-config: judge the file and end
  std::string config;        // --config FILE; empty: the usual place
};

/// The options, or the exit status where there is nothing more to do (--help, --version, a wrong flag); what there is to say is printed.
std::variant<Options, int> readOptions(int argumentCount, char** arguments);

}  // namespace learnd::app

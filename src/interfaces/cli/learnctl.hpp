#pragma once

#include "interfaces/cli/points/point_source.hpp"

namespace learnd::cli {

/// learnctl: reads the command line, does what it says, gives the exit status (exit_code.hpp). `openPoints` knows servers
/// with vectors, which learnctl itself does not.
int runLearnctl(int argumentCount, char** arguments, PointSourceMaker openPoints);

}  // namespace learnd::cli

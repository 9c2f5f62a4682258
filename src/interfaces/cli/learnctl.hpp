#pragma once

#include "interfaces/cli/points/point_source.hpp"

namespace learnd::cli {

/// learnctl: reads the command line, does what it says, gives the exit status (exit_code.hpp). The last two know
/// servers with vectors, which learnctl itself does not.
int runLearnctl(int argumentCount, char** arguments, PointSourceMaker openPoints, CollectionRemover removeCollections);

}  // namespace learnd::cli

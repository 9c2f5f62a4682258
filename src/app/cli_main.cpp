#include "app/qdrant_points.hpp"
#include "interfaces/cli/learnctl.hpp"

int main(int argumentCount, char** arguments) { return learnd::cli::runLearnctl(argumentCount, arguments, learnd::app::openQdrantPoints); }

#include "interfaces/cli/learnctl.hpp"

int main(int argumentCount, char** arguments) { return learnd::cli::runLearnctl(argumentCount, arguments); }

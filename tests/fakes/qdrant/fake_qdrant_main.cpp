#include "tests/fakes/qdrant/fake_qdrant.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>

int main(int argc, char** argv) {
  using namespace learnd::fakes::qdrant;
  CLI::App app("A Qdrant server's REST interface for tests, in memory");
  FakeSettings settings;
  bool printPort = false;
  std::string fault = "none";
  app.add_option("--port", settings.port, "0: any that is free");
  app.add_flag("--print-port", printPort, "write the port as a line to standard output");
  app.add_option("--api-key", settings.apiKey, "asked of every request");
  app.add_option("--read-only-key", settings.readOnlyKey, "good for reading alone");
  app.add_option("--version", settings.version, "which one it says it is, and behaves as");
  app.add_option("--fault", fault, "none, 500, 429, garbage, half, reset, slow or hang; PUT /_fake/fault changes it");
  app.add_option("--journal", settings.journal, "a file that keeps what it holds, also when it is killed");
  CLI11_PARSE(app, argc, argv);
  if (const auto known = parseFault(fault)) {
    settings.fault = *known;
  } else {
    std::cerr << "fake_qdrant: no such fault: " << fault << "\n";
    return 2;
  }
  // Before there are threads, so that all of them leave these signals to this one.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    const FakeQdrant server(settings);
    if (printPort) std::cout << server.port() << std::endl;
    int received = 0;
    sigwait(&signals, &received);
  } catch (const std::exception& failure) {
    std::cerr << "fake_qdrant: " << failure.what() << "\n";
    return 1;
  }
  return 0;
}

// The fake Ollama as a program: fake_ollama PORT (0: any). Prints its URL. Faults are switched by
// POST /fault {"kind": "none" | "500" | "429" | "garbage" | "noise" | "half" | "reset" | "slow" | "missing" | "loading" |
//                      "replaced",
//              "path": "/api/embed" (else all), "seconds": 10 (slow, loading), "model": "…" (missing, loading, replaced)}.
#include "tests/fakes/ollama/fake_ollama.hpp"

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string_view>

namespace {

int run(std::uint16_t port) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  const learnd::fakes::FakeOllama ollama(port);
  std::printf("%s\n", ollama.url().c_str());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  std::uint16_t port = 0;
  const std::string_view text = count > 1 ? arguments[1] : "0";
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  if (count > 2 || read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    std::fputs("usage: fake_ollama [PORT]\n", stderr);
    return 2;
  }
  try {
    return run(port);
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "fake_ollama: %s\n", failed.what());
    return 1;
  }
}

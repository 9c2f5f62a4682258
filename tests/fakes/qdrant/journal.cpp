#include "tests/fakes/qdrant/journal.hpp"

#include "tests/fakes/qdrant/fake_conversation.hpp"

#include <fstream>
#include <stdexcept>

namespace learnd::fakes::qdrant {

namespace {

/// Each is a line (method, target, size of the body) and the body. What was cut off by a kill was not answered.
std::uintmax_t play(const std::filesystem::path& file, Database& database) {
  std::ifstream stream(file, std::ios::binary);
  std::uintmax_t whole = 0;
  std::string method;
  std::string target;
  std::size_t size = 0;
  while (stream >> method >> target >> size) {
    stream.get();
    FakeRequest request = readTarget(method, target);
    request.body.resize(size);
    if (!stream.read(request.body.data(), static_cast<std::streamsize>(size))) break;
    database.answer(request);
    whole = static_cast<std::uintmax_t>(stream.tellg());
  }
  return whole;
}

}  // namespace

Journal::Journal(const std::filesystem::path& file, Database& database) {
  if (file.empty()) return;
  const auto whole = play(file, database);
  if (std::filesystem::exists(file)) std::filesystem::resize_file(file, whole);
  file_.reset(std::fopen(file.c_str(), "ab"));
  if (!file_) throw std::runtime_error("the journal can't be written: " + file.string());
}

void Journal::add(const FakeRequest& request) {
  if (!file_) return;
  const std::string head = request.method + " " + request.target + " " + std::to_string(request.body.size()) + "\n";
  const bool written = std::fwrite(head.data(), 1, head.size(), file_.get()) == head.size() &&
                       std::fwrite(request.body.data(), 1, request.body.size(), file_.get()) == request.body.size() &&
                       std::fflush(file_.get()) == 0;
  if (!written) throw std::runtime_error("the journal can't be written");
}

}  // namespace learnd::fakes::qdrant

#include "interfaces/codec/answer_codec.hpp"
#include "interfaces/http/handlers.hpp"
#include "interfaces/http/import_stream.hpp"
#include "services/services.hpp"

namespace learnd::interfaces::http {

namespace {

/// The export, a page of the record store after the other.
class ExportSource final : public PieceSource {
 public:
  explicit ExportSource(services::TransferService& transfer) : transfer_(transfer) {}

  ports::Task<std::string> next() override {
    auto piece = co_await transfer_.exportPiece(last_);
    if (!piece) co_return piece.error();
    last_ = piece->last;
    co_return std::move(piece->text);
  }

 private:
  services::TransferService& transfer_;
  std::optional<core::LearningId> last_;
};

}  // namespace

ports::Task<Response> importLearnings(services::Services& services, Request request, BodySource& body) {
  ImportStream import(body, services.transfer, std::move(request.caller));
  auto answer = co_await import.run();
  if (!answer) co_return answer.error();
  co_return jsonResponse(200, encodeImportAnswer(*answer));
}

ports::Task<Response> exportLearnings(services::Services& services, Request) {
  Response response;
  response.contentType = "application/x-ndjson";
  response.pieces = std::make_shared<ExportSource>(services.transfer);
  co_return response;
}

}  // namespace learnd::interfaces::http

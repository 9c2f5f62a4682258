#include "adapters/sentence_model/safetensors.hpp"

#include "tests/unit/adapters/sentence_model/random_model.hpp"
#include "tests/unit/adapters/sentence_model/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace learnd::sentence_model {
namespace {

std::map<std::string, RandomModel::Tensor> twoTensors() {
  return {{"a", {{2, 3}, {0.25F, -1, 0, 0.5F, 2, -0.125F}}}, {"b", {{4}, {1, 2, 3, 4}}}};
}

std::string messageOf(const std::string& bytes) {
  const TemporaryFolder folder;
  writeFile(folder.path() / "model.safetensors", bytes);
  const auto file = Safetensors::open(folder.path() / "model.safetensors");
  return file ? "no error" : file.error().message();
}

TEST(Safetensors, ReadsEveryNumberFormat) {
  for (const NumberFormat format : {NumberFormat::Float32, NumberFormat::Float16, NumberFormat::BFloat16}) {
    const TemporaryFolder folder;
    const auto tensors = twoTensors();
    writeFile(folder.path() / "m", safetensorsOf(tensors, format));
    const auto file = Safetensors::open(folder.path() / "m");
    ASSERT_TRUE(file) << file.error().message();
    for (const auto& [name, tensor] : tensors) {
      const auto found = file->find(name, tensor.shape);
      ASSERT_TRUE(found) << found.error().message();
      EXPECT_EQ(*file->readAll(*found), tensor.numbers);
    }
    std::vector<float> part(2);
    ASSERT_TRUE(file->read(*file->find("a", {2, 3}), 3, part));
    EXPECT_EQ(part, (std::vector<float>{0.5F, 2}));
    EXPECT_FALSE(file->read(*file->find("a", {2, 3}), 5, part));
    EXPECT_TRUE(file->contains("b"));
    EXPECT_FALSE(file->contains("c"));
  }
}

TEST(Safetensors, WidensEveryHalf) {
  for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const int exponent = static_cast<int>((bits >> 10U) & 0x1FU);
    const double fraction = static_cast<double>(bits & 0x3FFU) / 1024;
    double wanted = exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15);
    if (exponent == 31) wanted = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    if ((bits & 0x8000U) != 0) wanted = -wanted;
    const auto number = static_cast<double>(widenFloat16(half));
    ASSERT_TRUE(number == wanted || (std::isnan(number) && std::isnan(wanted))) << bits;
    ASSERT_EQ(std::signbit(number), std::signbit(wanted)) << bits;
  }
  EXPECT_EQ(widenBFloat16(0x3F80), 1.0F);
  EXPECT_EQ(widenBFloat16(0xC040), -3.0F);
}

TEST(Safetensors, NamesTheTensorThatIsMissingOrHasAnotherShape) {
  const TemporaryFolder folder;
  writeFile(folder.path() / "m", safetensorsOf(twoTensors(), NumberFormat::Float32));
  const auto file = Safetensors::open(folder.path() / "m");
  ASSERT_TRUE(file);
  EXPECT_NE(file->find("c", {1}).error().message().find("tensor c: is missing"), std::string::npos);
  EXPECT_NE(file->find("a", {3, 2}).error().message().find("tensor a: has the shape [2, 3]; by config.json it would have to be [3, 2]"),
            std::string::npos);
}

TEST(Safetensors, RefusesEveryCutOfAFile) {
  const std::string whole = safetensorsOf(twoTensors(), NumberFormat::Float32);
  EXPECT_EQ(messageOf(whole), "no error");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string message = messageOf(whole.substr(0, size));
    ASSERT_NE(message.find("model.safetensors: "), std::string::npos) << message;
  }
  EXPECT_NE(messageOf(whole.substr(0, whole.size() - 1)).find("tensor b: ends at byte 40 of the data, which has 39: the file is cut"),
            std::string::npos);
}

TEST(Safetensors, RefusesBytesThatBelongToNoTensor) {
  const std::string whole = safetensorsOf(twoTensors(), NumberFormat::Float32);
  EXPECT_NE(messageOf(whole + "x").find("the last 1 bytes belong to no tensor"), std::string::npos);
}

struct Lie {
  const char* header;
  const char* message;
};

TEST(Safetensors, RefusesLyingHeaders) {
  const std::string data(16, '\0');
  const std::vector<Lie> lies{
      {R"([])", "no JSON object"},
      {R"({"a")", "its header"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})", "twice"},
      {R"({"a":7})", "dtype"},
      {R"({"a":{"dtype":"F33","shape":[4],"data_offsets":[0,16]}})", "dtype"},
      {R"({"a":{"dtype":32,"shape":[4],"data_offsets":[0,16]}})", "dtype"},
      {R"({"a":{"dtype":"F32","shape":4,"data_offsets":[0,16]}})", "shape"},
      {R"({"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}})", "shape"},
      {R"({"a":{"dtype":"F32","shape":[4.0],"data_offsets":[0,16]}})", "shape"},
      {R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}})", "too large"},
      {R"({"a":{"dtype":"F32","shape":[4611686018427387908],"data_offsets":[0,16]}})", "ask for others"},
      {R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,4],"data_offsets":[0,16]}})", "shape"},
      {R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}})", "tensor a: has 16 bytes"},
      {R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0]}})", "data_offsets"},
      {R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}})", "data_offsets"},
      {R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[-16,0]}})", "data_offsets"},
      {R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[9223372036854775792,9223372036854775807]}})", "ends at byte"},
      {R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[18446744073709551600,18446744073709551615]}})", "data_offsets"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[3],"data_offsets":[4,16]}})",
       "tensor b: lies over"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})",
       "tensor b: has bytes before"},
      {R"({"b":{"dtype":"F32","shape":[3],"data_offsets":[4,16]}})", "tensor b: has bytes before"},
      {R"({})", "belong to no tensor"},
  };
  for (const Lie& lie : lies) EXPECT_NE(messageOf(safetensorsOf(lie.header, data)).find(lie.message), std::string::npos) << lie.header;
}

TEST(Safetensors, RefusesAHeaderThatIsLongerThanTheFile) {
  for (const std::uint64_t length : {std::uint64_t{100}, std::uint64_t{1} << 40U, std::numeric_limits<std::uint64_t>::max()}) {
    std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
    EXPECT_NE(messageOf(bytes + "{}").find("says that its header has"), std::string::npos);
  }
}

TEST(Safetensors, TakesTensorsOfOtherFormatsThatNobodyAsksFor) {
  const TemporaryFolder folder;
  writeFile(
      folder.path() / "m",
      safetensorsOf(R"({"ids":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[],"data_offsets":[8,12]}})",
                    std::string(12, '\0')));
  const auto file = Safetensors::open(folder.path() / "m");
  ASSERT_TRUE(file) << file.error().message();
  EXPECT_TRUE(file->find("x", {}));
  EXPECT_NE(file->find("ids", {1, 1}).error().message().find("tensor ids: is of I64; only F32, F16 and BF16"), std::string::npos);
}

TEST(Safetensors, RefusesNumbersThatAreInfiniteOrNone) {
  for (const float bad :
       {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    const TemporaryFolder folder;
    auto tensors = twoTensors();
    tensors.at("b").numbers[2] = bad;
    writeFile(folder.path() / "m", safetensorsOf(tensors, NumberFormat::Float32));
    const auto file = Safetensors::open(folder.path() / "m");
    ASSERT_TRUE(file);
    EXPECT_TRUE(file->readAll(*file->find("a", {2, 3})));
    const auto numbers = file->readAll(*file->find("b", {4}));
    ASSERT_FALSE(numbers);
    EXPECT_NE(numbers.error().message().find("tensor b: "), std::string::npos);
  }
}

TEST(Safetensors, SaysSoWhereTheFileIsCutWhileItIsInUse) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "m";
  writeFile(path, safetensorsOf(twoTensors(), NumberFormat::Float32));
  const auto file = Safetensors::open(path);
  ASSERT_TRUE(file);
  std::filesystem::resize_file(path, 20);
  const auto numbers = file->readAll(*file->find("a", {2, 3}));
  ASSERT_FALSE(numbers);
  EXPECT_NE(numbers.error().message().find("was cut while it was in use"), std::string::npos);
}

TEST(Safetensors, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  EXPECT_NE(Safetensors::open(folder.path() / "none").error().message().find("none: can't be opened"), std::string::npos);
  EXPECT_NE(Safetensors::open(folder.path()).error().message().find("is no file"), std::string::npos);
}

}  // namespace
}  // namespace learnd::sentence_model

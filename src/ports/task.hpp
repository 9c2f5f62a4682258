#pragma once

#include "core/result.hpp"

#include <boost/asio/awaitable.hpp>

namespace learnd::ports {

using core::Error;
using core::ErrorKind;
using core::Result;

/// A coroutine that ends in a value or an expected failure. Arguments by value: a coroutine outlives references. Name every argument
/// before co_await (GCC 12 frees temporaries twice).
template <class T>
using Task = boost::asio::awaitable<Result<T>>;

}  // namespace learnd::ports

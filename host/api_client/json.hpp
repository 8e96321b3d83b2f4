#pragma once

#include "api_client/api.hpp"

#include <nlohmann/json.hpp>

// Its members are compiled once, in json.cpp, and not again in every source that reads an answer.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

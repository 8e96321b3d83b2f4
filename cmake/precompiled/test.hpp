// As host.hpp, for tests.
#pragma once

#include "host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

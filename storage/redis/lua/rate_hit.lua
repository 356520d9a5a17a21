-- Let a request pass if fewer than `limit` passed within the window that ends at `at`.
-- ARGV: at, window, limit, the request's name, with which it is counted once. Returns -1, or the instant from which the next one passes.

local at, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", at - window)
if redis.call("ZSCORE", KEYS[1], ARGV[4]) then
  return -1
end
local passed = redis.call("ZCARD", KEYS[1])
if passed < limit then
  redis.call("ZADD", KEYS[1], at, ARGV[4])
  -- Only the clean-up uses the server's clock: the count depends on `at` alone.
  redis.call("PEXPIRE", KEYS[1], 2 * window)
  return -1
end
local first = redis.call("ZRANGE", KEYS[1], passed - limit, passed - limit, "WITHSCORES")
return tonumber(first[2]) + window

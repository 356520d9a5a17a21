-- Let a request pass if in every window fewer than its limit passed within the time that ends at `at`.
-- KEYS: one for each window. ARGV: at, the request's name, with which it is counted once, and for each window its length
-- and its limit. Returns -1, or the instant from which the next one passes.

local at, name = tonumber(ARGV[1]), ARGV[2]

for place, key in ipairs(KEYS) do
  local window, limit = tonumber(ARGV[2 * place + 1]), tonumber(ARGV[2 * place + 2])
  redis.call("ZREMRANGEBYSCORE", key, "-inf", at - window)
  if not redis.call("ZSCORE", key, name) then
    local passed = redis.call("ZCARD", key)
    if passed >= limit then
      local first = redis.call("ZRANGE", key, passed - limit, passed - limit, "WITHSCORES")
      return tonumber(first[2]) + window
    end
  end
end

for place, key in ipairs(KEYS) do
  redis.call("ZADD", key, "NX", at, name)
  -- Only the clean-up uses the server's clock: the count depends on `at` alone.
  redis.call("PEXPIRE", key, 2 * tonumber(ARGV[2 * place + 1]))
end
return -1

-- Keep the index small: of too many coming expiries the latest are removed, and the index ends at the first of them.
-- ARGV: how many may stay, and the instant up to which none may be removed. Returns how many were removed.

-- The guard is the last member and stays.
local count = redis.call("ZCARD", INSTANTS) - 1 - tonumber(ARGV[1])
count = math.min(count, redis.call("ZCOUNT", INSTANTS, "(" .. ARGV[2], "(" .. GUARD_AT))
if count <= 0 or redis.call("EXISTS", VERSION) == 0 then
  return 0
end
local first = tonumber(redis.call("ZRANGE", INSTANTS, -count - 1, -count - 1, "WITHSCORES")[2])
if first < tonumber(redis.call("HGET", VERSION, "valid_until")) then
  redis.call("HSET", VERSION, "valid_until", first)
end
return redis.call("ZREMRANGEBYRANK", INSTANTS, -count - 1, -2)

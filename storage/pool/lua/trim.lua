-- Keep the index small: of too many coming expiries the latest are removed, and the index ends at the first of them.
-- ARGV: how many may stay, and the instant up to which none may be removed. Returns how many were removed.

local count, horizon = redis.call("ZCARD", MOMENTS) - tonumber(ARGV[1]), tonumber(ARGV[2])
count = math.min(count, redis.call("ZCOUNT", MOMENTS, "(" .. ARGV[2], "+inf"))
if count <= 0 or redis.call("EXISTS", VERSION) == 0 then
  return 0
end
local first = tonumber(redis.call("ZRANGE", MOMENTS, -count, -count, "WITHSCORES")[2])
if first < tonumber(redis.call("HGET", VERSION, "valid_until")) then
  redis.call("HSET", VERSION, "valid_until", first)
end
return redis.call("ZREMRANGEBYRANK", MOMENTS, -count, -1)

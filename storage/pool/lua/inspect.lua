-- The whole index at `at`: bitmap and coming expiries. ARGV: at.

if not freshen(tonumber(ARGV[1])) then
  return lost()
end
return { redis.call("GET", FREE), redis.call("ZRANGEBYSCORE", INSTANTS, "-inf", "(" .. GUARD_AT, "WITHSCORES") }

-- Give up the index, and the lines of a log with a gap: the next index begins a new log. ARGV: the epoch of the gap.
-- A log that has begun again meanwhile stays.

if redis.call("HGET", LOG_STATE, "epoch") ~= ARGV[1] then
  return 0
end
redis.call("DEL", VERSION, LOG)
redis.call("HDEL", LOG_STATE, "run")
return 1

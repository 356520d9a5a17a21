-- The whole bitmap, and the last line of the log that it includes. ARGV: at.

local at = tonumber(ARGV[1])
if not freshen(at) then
  return lost()
end
local line = redis.call("HMGET", LOG_STATE, "epoch", "seq")
return { redis.call("GET", FREE), tonumber(line[1] or 0), tonumber(line[2] or 0) }

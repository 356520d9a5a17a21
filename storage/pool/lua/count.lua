-- Count the numbers that a draw at `at` could pick.
-- ARGV: at, "1" without the digit 4, hidden positions (JSON).
-- Returns how many are free, how many of these are hidden, and the last line of the log.

local without_four = ARGV[2] == "1"

if not freshen(tonumber(ARGV[1])) then
  return lost()
end

local function count()
  local key, hidden = FREE, 0
  if without_four then
    copy_without_four()
    key = SCRATCH
  end
  for _, position in ipairs(cjson.decode(ARGV[3])) do
    hidden = hidden + redis.call("GETBIT", key, position)
  end
  local line = redis.call("HMGET", LOG_STATE, "epoch", "seq")
  return { redis.call("BITCOUNT", key), hidden, tonumber(line[1] or 0), tonumber(line[2] or 0) }
end

return in_private(count)

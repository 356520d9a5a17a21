-- Count the numbers that a draw at `at` could pick.
-- ARGV: at, "1" without the digit 4, hidden positions (JSON).

local without_four = ARGV[2] == "1"

if not freshen(tonumber(ARGV[1])) then
  return lost()
end

local function count()
  local key = FREE
  if without_four then
    copy_without_four()
    key = SCRATCH
  end
  local total = redis.call("BITCOUNT", key)
  for _, position in ipairs(cjson.decode(ARGV[3])) do
    total = total - redis.call("GETBIT", key, position)
  end
  return total
end

return in_private(count)

-- Replace the old index with a newly built one, in one step, if the builder still holds the lock and no change that
-- was decided meanwhile is lost with the journal.
-- ARGV: at, token of the lock, revision, server's run, valid_until, bitmap, moments (JSON [[position, until]]),
-- openings (JSON), and how far ahead an expiry of the old index may be to be kept.

local LOCK = KEYS[8]
local at, valid_until, horizon = tonumber(ARGV[1]), tonumber(ARGV[5]), tonumber(ARGV[9])

if redis.call("GET", LOCK) ~= ARGV[2] or redis.call("EXISTS", JOURNAL) == 0 then
  return 0
end

local old_moments = redis.call("ZRANGEBYSCORE", MOMENTS, "(" .. ARGV[1], horizon, "WITHSCORES")
redis.call("DEL", MOMENTS, OPENINGS, VERSION)
redis.call("SET", FREE, ARGV[6])
redis.call("ZADD", MOMENTS, GUARD_AT, GUARD)
for _, moment in ipairs(cjson.decode(ARGV[7])) do
  hold(moment[1], moment[2], valid_until)
end
-- A number that was just picked may not be in the database yet: it stays held until its own end.
for index = 1, #old_moments, 2 do
  if redis.call("GETBIT", FREE, old_moments[index]) == 1 then
    hold(old_moments[index], tonumber(old_moments[index + 1]), valid_until)
  end
end
redis.call("HSET", VERSION, "revision", ARGV[3], "run", ARGV[4], "valid_until", ARGV[5])

local openings = cjson.decode(ARGV[8])
if openings[1] then
  redis.call("SET", OPENINGS, ARGV[8])
  redis.call("HSET", VERSION, "opens_at", openings[1].at)
end

for _, changes in ipairs(redis.call("LRANGE", JOURNAL, 0, -1)) do
  apply(cjson.decode(changes), at, valid_until)
end
redis.call("DEL", JOURNAL, LOCK)
return 1
